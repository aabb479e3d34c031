import { budget, type Figure } from '../figure.js';

interface Measured {
  readonly breakdown: readonly {
    readonly bytes: number;
    readonly types: readonly string[];
    readonly attribution: readonly { readonly scope: string }[];
  }[];
}

/** Bytes of the worker that holds 100,000 items, by the browser's own count (array buffers included). */
async function bench(): Promise<readonly Figure[]> {
  const worker = new Worker('/heap-worker.js', { type: 'module' });
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<{ log?: string; error?: string }>) => {
      console.log(data.log ?? data.error ?? '');
      if (data.error === undefined) resolve();
      else reject(new Error(data.error));
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
  });
  // Not in TypeScript's library: Chromium only.
  const measured = await (
    performance as unknown as { measureUserAgentSpecificMemory(): Promise<Measured> }
  ).measureUserAgentSpecificMemory();
  const ofWorker = measured.breakdown.filter(({ attribution }) => attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope'));
  for (const { bytes, types } of ofWorker) console.log(`worker: ${bytes} bytes, ${types.join(' ')}`);
  if (ofWorker.length === 0) throw new Error('the browser did not count the worker');
  return [budget('catalogue-worker-heap-100k', ofWorker.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6, 'MB', 40)];
}

Object.assign(globalThis, { bench });
