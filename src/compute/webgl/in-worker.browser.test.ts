import { expect, test } from 'vitest';
import type { WorkerFindings } from './in-worker.contract.js';

test('a worker computes what the reference does, through a context lost on the way', async () => {
  const worker = new Worker(new URL('./in-worker.contract.ts', import.meta.url), { type: 'module' });
  const findings = await new Promise<WorkerFindings>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerFindings | string>) => {
      if (typeof data === 'string') reject(new Error(data));
      else resolve(data);
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
  }).finally(() => worker.terminate());
  for (const kernel of ['linear', 'factors', 'topK', 'embeddings', 'mlp'] as const)
    expect(findings[kernel], kernel).toBeLessThanOrEqual(1e-5);
  expect(findings.recoveries).toBe(1);
  expect(findings.textures).toContainEqual([256, 256]);
});
