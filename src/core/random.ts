/** Two kinds of chance that must never be mixed up: the type says which one a function asks for. */

declare const kind: unique symbol;

/**
 * Uniform bits from the platform's cryptographic generator. The only source of privacy noise.
 * Tests inject bits through a bundle of their own; the shipped one has no such hook.
 */
export interface SecureBits {
  readonly [kind]: 'secure';
  /** `count` uniform bits, 1 to 32, as an unsigned integer. */
  nextBits(count: number): number;
}

/** A seeded, replayable generator: sampled negatives, simulations, coin flips of tests. Never noise. */
export interface SeededRandom {
  readonly [kind]: 'seeded';
  /** Uniform unsigned 32-bit integer. */
  nextUint32(): number;
  /** Uniform in [0, 1), 53 bits. */
  nextUnit(): number;
}

/**
 * Makes `SecureBits` from a function that fills bytes (`crypto.getRandomValues`), asked for 64 KiB at a time.
 * @param fill  overwrites the whole array with uniform random bytes
 */
export function secureBits(fill: (bytes: Uint8Array<ArrayBuffer>) => void): SecureBits {
  const pool = new Uint8Array(65_536);
  const words = new Uint32Array(pool.buffer);
  let next = words.length;
  let held = 0;
  let heldCount = 0;
  const takeWord = (): number => {
    if (next === words.length) {
      fill(pool);
      next = 0;
    }
    const word = words[next]!;
    words[next++] = 0; // used bits do not linger
    return word;
  };
  return {
    nextBits(count: number): number {
      if (!(Number.isInteger(count) && count >= 1 && count <= 32)) throw new RangeError(`1 to 32 bits, got ${count}`);
      if (count <= heldCount) {
        // At most 31 bits are ever held: a fresh word is broken at once.
        const result = held & ((1 << count) - 1);
        held >>>= count;
        heldCount -= count;
        return result;
      }
      const missing = count - heldCount;
      const word = takeWord();
      // The bits held are the upper part of the answer, the fresh ones the lower.
      const result = missing === 32 ? word : held * 2 ** missing + (word & ((1 << missing) - 1));
      held = missing === 32 ? 0 : word >>> missing;
      heldCount = 32 - missing;
      return result;
    },
  } as SecureBits; // the brand has no value at run time
}

/** splitmix32 over a 32-bit seed: full period, passes PractRand to 2^32; enough for sampling, never for noise. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const nextUint32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    nextUint32,
    nextUnit: () => ((nextUint32() >>> 5) * 67_108_864 + (nextUint32() >>> 6)) / 9_007_199_254_740_992,
  } as SeededRandom; // the brand has no value at run time
}
