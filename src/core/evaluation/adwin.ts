import { SdkError } from '../errors.js';

/**
 * A window over the latest values that shrinks by itself when their mean has changed: old values are dropped as soon as two
 * parts of the window differ by more than chance allows. Memory O(log n): buckets of 1, 2, 4 … values, at most five of a size.
 *
 * @see Bifet, Gavaldà 2007, Learning from time-changing data with adaptive windowing, section 3 (ADWIN2)
 */
export interface Adwin {
  /** Values in the window. */
  readonly length: number;
  readonly mean: number;
  /** Oldest first; plain numbers. */
  readonly buckets: readonly AdwinBucket[];
}

export interface AdwinBucket {
  /** 2^k values. */
  readonly count: number;
  readonly sum: number;
  /** Σ (value − mean of the bucket)² */
  readonly squares: number;
}

export interface AdwinChange {
  readonly adwin: Adwin;
  /** Mean of what was dropped and of what stays; null where nothing changed. */
  readonly change: { readonly before: number; readonly after: number } | null;
}

const MOST_PER_SIZE = 5;
/** Windows shorter than this are not cut. */
const SHORTEST_PART = 5;

export const emptyAdwin: Adwin = { length: 0, mean: 0, buckets: [] };

/**
 * Takes values in, oldest first, and looks for a change after the last of them.
 * @param values      in [0, 1]
 * @param confidence  δ: chance of a false alarm at each look, above 0; the paper uses 0.002 to 0.3
 * @throws SdkError `out-of-range`
 */
export function addToAdwin(adwin: Adwin, values: readonly number[], confidence: number): AdwinChange {
  let buckets = [...adwin.buckets];
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) throw new SdkError('out-of-range', `a value from 0 to 1 is expected, got ${value}`);
    buckets.push({ count: 1, sum: value, squares: 0 });
    buckets = compressed(buckets);
  }
  let start = 0;
  let dropped = noValues;
  for (let cut = cutOf(buckets, start, confidence); cut > start; cut = cutOf(buckets, start, confidence)) {
    dropped = buckets.slice(start, cut).reduce(merged, dropped);
    start = cut;
  }
  const kept = buckets.slice(start);
  const all = kept.reduce(merged, noValues);
  const mean = all.count === 0 ? 0 : all.sum / all.count;
  return {
    adwin: { length: all.count, mean, buckets: kept },
    change: dropped.count === 0 ? null : { before: dropped.sum / dropped.count, after: mean },
  };
}

const noValues: AdwinBucket = { count: 0, sum: 0, squares: 0 };

function merged(one: AdwinBucket, other: AdwinBucket): AdwinBucket {
  if (one.count === 0) return other;
  const count = one.count + other.count;
  const gap = one.sum / one.count - other.sum / other.count;
  return {
    count,
    sum: one.sum + other.sum,
    squares: one.squares + other.squares + (one.count * other.count * gap * gap) / count,
  };
}

/** Where more than five buckets have one size, the two oldest of them become one of twice the size. */
function compressed(buckets: AdwinBucket[]): AdwinBucket[] {
  for (let size = 1; ; size *= 2) {
    const ofSize = buckets.filter(({ count }) => count === size).length;
    if (ofSize <= MOST_PER_SIZE) return buckets;
    const first = buckets.findIndex(({ count }) => count === size);
    buckets.splice(first, 2, merged(buckets[first]!, buckets[first + 1]!));
  }
}

/**
 * The oldest boundary at which the means of the two sides differ too much, the index of the first bucket after it; `start` for none.
 * Bernstein's bound of the paper: ε = √(2/m · σ² · ln(2/δ′)) + 2/(3m) · ln(2/δ′), m the harmonic mean of the lengths, δ′ = δ/ln n.
 */
function cutOf(buckets: readonly AdwinBucket[], start: number, confidence: number): number {
  const all = buckets.slice(start).reduce(merged, noValues);
  if (all.count < 2 * SHORTEST_PART) return start;
  const variance = all.squares / all.count;
  const log = Math.log((2 * Math.log(all.count)) / confidence);
  let old = noValues;
  for (let at = start; at < buckets.length - 1; at++) {
    old = merged(old, buckets[at]!);
    const rest = all.count - old.count;
    if (old.count < SHORTEST_PART || rest < SHORTEST_PART) continue;
    const harmonic = 1 / (1 / old.count + 1 / rest);
    const allowed = Math.sqrt((2 / harmonic) * variance * log) + (2 / (3 * harmonic)) * log;
    if (Math.abs(old.sum / old.count - (all.sum - old.sum) / rest) > allowed) return at + 1;
  }
  return start;
}
