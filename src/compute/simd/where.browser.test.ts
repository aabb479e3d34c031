import { expect, test } from 'vitest';
import type { WorkerFindings } from './in-worker.contract.js';

/** Where the engine runs, and where it may not. */

test('a worker computes what the reference does', async () => {
  const worker = new Worker(new URL('./in-worker.contract.ts', import.meta.url), { type: 'module' });
  const findings = await new Promise<WorkerFindings>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerFindings | string>) => {
      if (typeof data === 'string') reject(new Error(data));
      else resolve(data);
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
  }).finally(() => worker.terminate());
  expect(findings.linear).toBeLessThanOrEqual(1e-6);
  expect(findings.topK).toBeLessThanOrEqual(1e-6);
});

/** Tries the engine in a document with this policy. */
async function codeUnder(scriptSrc: string): Promise<string> {
  const frame = document.createElement('iframe');
  const module = new URL('./entry.ts', import.meta.url).href;
  frame.srcdoc = `<!doctype html><meta http-equiv="content-security-policy" content="script-src ${scriptSrc}">
    <script type="module">
      import { createSimdEngine } from '${module}';
      let code = 'runs';
      try { createSimdEngine(); } catch (error) { code = error.code ?? String(error); }
      parent.postMessage({ code }, '*');
    </script>`;
  const told = new Promise<string>((resolve) => {
    addEventListener('message', function hear({ source, data }: MessageEvent<{ readonly code: string }>) {
      if (source !== frame.contentWindow) return;
      removeEventListener('message', hear);
      resolve(data.code);
    });
  });
  document.body.append(frame);
  return told.finally(() => frame.remove());
}

test('a policy without wasm-unsafe-eval is told from a missing engine', async () => {
  expect(await codeUnder("'self' 'unsafe-inline'")).toBe('wasm-blocked');
  expect(await codeUnder("'self' 'unsafe-inline' 'wasm-unsafe-eval'")).toBe('runs');
});
