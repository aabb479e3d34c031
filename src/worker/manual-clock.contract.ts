import type { Clock } from './clock.js';

/** A clock that tests move by hand; `advance` runs what falls due, in order, and lets promises settle in between. */
export interface ManualClock extends Clock {
  advance(ms: number): Promise<void>;
  readonly waiting: () => number;
}

export function manualClock(startMs = 1_750_000_000_000): ManualClock {
  let nowMs = startMs;
  let tasks: { atMs: number; task: () => void }[] = [];
  const settle = async (): Promise<void> => {
    // Macrotasks, because fake-indexeddb and WebCrypto answer on them.
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    after(delayMs, task) {
      const entry = { atMs: nowMs + delayMs, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((each) => each !== entry);
      };
    },
    waiting: () => tasks.length,
    async advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const due = tasks.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        tasks = tasks.filter((each) => each !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.task();
      }
      nowMs = endMs;
      await settle();
    },
  };
}
