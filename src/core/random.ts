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
  let next = pool.length;
  let held = 0;
  let heldCount = 0;
  const takeByte = (): number => {
    if (next === pool.length) {
      fill(pool);
      next = 0;
    }
    const byte = pool[next]!;
    pool[next++] = 0; // used bits do not linger
    return byte;
  };
  return {
    nextBits(count: number): number {
      if (!Number.isInteger(count) || count < 1 || count > 32) throw new RangeError(`count must be 1 to 32, got ${count}`);
      let result = 0;
      for (let wanted = count; wanted > 0;) {
        if (heldCount === 0) {
          held = takeByte();
          heldCount = 8;
        }
        const taken = Math.min(wanted, heldCount);
        result = result * 2 ** taken + (held & ((1 << taken) - 1));
        held >>>= taken;
        heldCount -= taken;
        wanted -= taken;
      }
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
