/** Count, mean and spread of a stream of numbers, one by one, each mergeable with those of another stream. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean, at least 0. */
  readonly squares: number;
}

export const noMoments: Moments = { count: 0, mean: 0, squares: 0 };

/** Larger ones count as this, so that squares stay finite. */
const LARGEST_VALUE = 1e140;

/** With one more value, any finite one. @see Welford 1962, Note on a method for calculating corrected sums of squares */
export function addValue({ count, mean, squares }: Moments, value: number): Moments {
  const held = clipped(value, LARGEST_VALUE);
  const delta = held - mean;
  const next = mean + delta / (count + 1);
  return { count: count + 1, mean: next, squares: squares + delta * (held - next) };
}

/** Those of both streams together. @see Chan, Golub, LeVeque 1979, Updating formulae, equations 2.1 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + delta * (b.count / count),
    squares: a.squares + b.squares + delta * delta * ((a.count * b.count) / count),
  };
}

/** Unbiased estimate; 0 for fewer than two values. */
export function standardDeviation({ count, squares }: Moments): number {
  return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
}

/**
 * How many standard deviations `value` lies from the mean, within ±`limit`; 0 while nothing is known of the spread.
 * Ask before `addValue`, so that a row is measured by those before it alone.
 */
export function standardised(moments: Moments, value: number, limit: number): number {
  const deviation = standardDeviation(moments);
  return deviation === 0 ? 0 : clipped((clipped(value, LARGEST_VALUE) - moments.mean) / deviation, limit);
}

function clipped(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
