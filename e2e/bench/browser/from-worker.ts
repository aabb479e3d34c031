import type { Figure } from '../figure.js';

interface FromWorker {
  readonly log?: string;
  readonly figures?: readonly Figure[];
  readonly error?: string;
}

/** Starts a module worker and waits for the figures it posts; its log lines go to the page's console. */
export function figuresFrom(worker: Worker): Promise<readonly Figure[]> {
  return new Promise<readonly Figure[]>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.log !== undefined) console.log(data.log);
      if (data.error !== undefined) reject(new Error(data.error));
      if (data.figures !== undefined) resolve(data.figures);
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
  });
}
