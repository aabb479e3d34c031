/** One line of `npm run bench`. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What `value` is compared with, and its own value in the same unit; null for an absolute budget. */
  readonly against: string | null;
  /** How many times better than `against`: medians of one run; null for an absolute budget. */
  readonly ratio: number | null;
  /** Lower bound of `ratio`, or upper bound of `value` where there is nothing to compare with; null for no target. */
  readonly target: number | null;
  readonly ok: boolean | null;
  /** Which of our engines `value` is of, where several were tried. */
  readonly engine?: string;
}

/** A value, where less is better, with a most that it may be. */
export function budget(name: string, value: number, unit: string, target: number | null): Figure {
  return { name, value: rounded(value), unit, against: null, ratio: null, target, ok: target === null ? null : value <= target };
}

/**
 * A value beside an alternative measured in the same run; less is better for both.
 * @param target  the alternative must take at least so many times as long
 */
export function comparison(
  name: string,
  value: number,
  unit: string,
  against: { readonly name: string; readonly value: number },
  target: number | null,
): Figure {
  const ratio = against.value / value;
  return {
    name,
    value: rounded(value),
    unit,
    against: `${against.name}: ${rounded(against.value)} ${unit}`,
    ratio: rounded(ratio),
    target,
    ok: target === null ? null : ratio >= target,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** “1.2 (1.1 … 1.9)”: the median with the range, for the progress lines. */
export function spread(values: readonly number[]): string {
  return `${rounded(median(values))} (${rounded(Math.min(...values))} … ${rounded(Math.max(...values))}, ${values.length} repeats)`;
}

/** Four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
