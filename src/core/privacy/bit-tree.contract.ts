import type { SecureBits } from '../random.js';

/** Injected bits for tests: every possible string of bits, or one that is given. */

class OutOfBits extends Error {}

/** Bits of a list, in order; asks for more are an error. */
export function givenBits(bits: readonly number[]): SecureBits {
  let next = 0;
  return {
    nextBits(count: number): number {
      let value = 0;
      for (let at = 0; at < count; at++) {
        const bit = bits[next++];
        if (bit === undefined) throw new OutOfBits('the given bits are used up');
        value = value * 2 + bit;
      }
      return value;
    },
  } as SecureBits; // the brand has no value at run time
}

export interface Outcomes<T> {
  /** Outcome → its exact probability among strings of at most `depth` bits. */
  readonly probability: ReadonlyMap<T, number>;
  /** Probability that `depth` bits do not decide. */
  readonly undecided: number;
}

/**
 * Runs `decide` on the whole tree of bit strings up to `depth` and adds up the dyadic probabilities, which doubles hold
 * exactly. What is not decided by then is counted apart, so the truth lies in [probability, probability + undecided].
 */
export function exhaust<T>(decide: (bits: SecureBits) => T, depth: number): Outcomes<T> {
  const probability = new Map<T, number>();
  let undecided = 0;
  const visit = (prefix: readonly number[]): void => {
    let outcome: T;
    try {
      outcome = decide(givenBits(prefix));
    } catch (thrown) {
      if (!(thrown instanceof OutOfBits)) throw thrown;
      if (prefix.length === depth) {
        undecided += 2 ** -depth;
      } else {
        visit([...prefix, 0]);
        visit([...prefix, 1]);
      }
      return;
    }
    probability.set(outcome, (probability.get(outcome) ?? 0) + 2 ** -prefix.length);
  };
  visit([]);
  return { probability, undecided };
}
