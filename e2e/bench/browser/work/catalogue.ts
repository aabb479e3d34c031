import { floats } from '../../../../src/compute/engine-cases.contract.js';
import type { ItemMatrix } from '../../../../src/core/learners/kernel-types.js';
import type { Allocate } from './start.js';

export const dim = 64;
export const k = 20;

/** Uniform numbers, by a generator that makes 64 million of them in a second. */
export function fillWithNoise(vectors: Float32Array): void {
  let state = 0x2545_f491;
  for (let at = 0; at < vectors.length; at++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vectors[at] = state / 2 ** 31;
  }
}

export function copyOf(items: ItemMatrix, allocate: Allocate): ItemMatrix {
  const [vectors] = allocate(items.vectors.length);
  vectors!.set(items.vectors);
  return { rows: items.rows, dim: items.dim, vectors: vectors! };
}

/** Each [dim]. */
export const queries: readonly Float32Array[] = Array.from({ length: 16 }, (_, at) => floats(dim, 50 + at));
