import type { WorkerSignal } from './api/worker-api.js';

/** What the worker tells without being asked. A listener on another thread may be gone: that is no error of ours. */

export interface Signals {
  listen(listener: (signal: WorkerSignal) => unknown): void;
  tell(signal: WorkerSignal): void;
  clear(): void;
}

export function createSignals(): Signals {
  const listeners = new Set<(signal: WorkerSignal) => unknown>();
  return {
    listen: (listener) => void listeners.add(listener),
    tell(signal) {
      for (const listener of listeners) {
        // A comlink proxy answers a promise that rejects once its page is gone; a local function may simply throw.
        try {
          Promise.resolve(listener(signal)).catch(() => listeners.delete(listener));
        } catch {
          listeners.delete(listener);
        }
      }
    },
    clear: () => listeners.clear(),
  };
}
