import { saturate } from '../learners/saturate.js';
import { HASH_SEED } from './manifest.js';
import { hashText } from './murmur-hash.js';

/** One row as the linear learners see it. */
export interface HashedFeatures {
  /** [nonZeros], distinct, ascending, below 2^hashBits */
  readonly indices: Uint32Array;
  /** [nonZeros], not 0 */
  readonly values: Float32Array;
}

/**
 * Features by name into 2^hashBits buckets, each with a sign; those that share a bucket add up.
 * @param features  name → finite value; a name may come twice
 * @param hashBits  1 to 30, so that bucket and sign are different bits of the hash
 * @see Weinberger et al. 2009, Feature hashing for large scale multitask learning
 */
export function hashFeatures(features: Iterable<readonly [name: string, value: number]>, hashBits: number): HashedFeatures {
  if (!Number.isInteger(hashBits) || hashBits < 1 || hashBits > 30) throw new RangeError(`hashBits must be 1 to 30, got ${hashBits}`);
  const mask = (1 << hashBits) - 1;
  const buckets = new Map<number, number>();
  for (const [name, value] of features) {
    const hash = hashText(name, HASH_SEED);
    const index = hash & mask;
    buckets.set(index, (buckets.get(index) ?? 0) + (hash >>> 31 === 0 ? value : -value));
  }
  const entries: [index: number, value: number][] = [];
  for (const [index, sum] of buckets) {
    const value = Math.fround(saturate(sum));
    if (value !== 0) entries.push([index, value]);
  }
  entries.sort(([a], [b]) => a - b);
  return { indices: Uint32Array.from(entries, ([index]) => index), values: Float32Array.from(entries, ([, value]) => value) };
}
