import type { Contender } from './contest.js';

type Work = Pick<Contender, 'steps' | 'result'>;

/** One call of an engine per batch, the batches round and round. @param result  the parameters that `step` changes */
export function calls<Batch>(batches: readonly Batch[], step: (batch: Batch) => Promise<unknown>, result: Float32Array): Work {
  let next = 0;
  return {
    async steps(count) {
      for (let at = 0; at < count; at++) {
        await step(batches[next]!);
        next = next + 1 === batches.length ? 0 : next + 1;
      }
    },
    result: () => result,
  };
}

/** The same without an engine around the kernel: a plain loop. */
export function loop<Batch>(batches: readonly Batch[], step: (batch: Batch) => unknown, result: Float32Array): Work {
  let next = 0;
  return {
    steps(count) {
      for (let at = 0; at < count; at++) {
        step(batches[next]!);
        next = next + 1 === batches.length ? 0 : next + 1;
      }
    },
    result: () => result,
  };
}
