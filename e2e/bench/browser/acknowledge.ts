import { figuresFrom } from './from-worker.js';

/** The page's part: a worker does the measuring, as it does the work in life. */
async function bench() {
  const worker = new Worker('/acknowledge-worker.js', { type: 'module' });
  return figuresFrom(worker).finally(() => worker.terminate());
}

Object.assign(globalThis, { bench });
