import { SdkError, type ErrorCode } from '../core/errors.js';

/** Time, injected: the service runs in Node tests with hands of its own on the clock. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds since some moment, never running back; for durations. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Settles as `work` does, or rejects with `code` after `deadlineMs`; `work` itself goes on and its late answer is handed to `tooLate`. */
export function withDeadline<Result>(
  clock: Clock,
  work: Promise<Result>,
  deadlineMs: number,
  code: ErrorCode,
  doing: string,
  tooLate: (result: Result) => void = () => {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const cancel = clock.after(deadlineMs, () => {
      isLate = true;
      reject(new SdkError(code, `${doing} took longer than ${deadlineMs} ms`));
    });
    work.then(
      (result) => {
        cancel();
        if (isLate) tooLate(result);
        else resolve(result);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new SdkError(code, `${doing}: ${String(error)}`));
      },
    );
  });
}

/** Resolves when `work` settles, or after `mostMs`, whichever is first; never rejects. */
export function atMost(clock: Clock, work: Promise<unknown>, mostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(mostMs, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}

/**
 * Work that may wait: runs after `delayMs` without another request for it, never twice at once. Its errors go to
 * `onError`, since nobody waits for the result.
 */
export interface Deferred {
  request(): void;
  cancel(): void;
  /** Runs now what was requested, if anything was. */
  flush(): Promise<void>;
}

export function deferred(clock: Clock, delayMs: number, work: () => Promise<void>, onError: (error: unknown) => void): Deferred {
  let cancelTimer: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  const start = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = null;
    return (running = running.then(work).catch(onError));
  };
  return {
    request() {
      cancelTimer?.();
      cancelTimer = clock.after(delayMs, () => void start());
    },
    cancel() {
      cancelTimer?.();
      cancelTimer = null;
    },
    flush: () => (cancelTimer === null ? running : start()),
  };
}
