import { addValue, noMoments, standardised, type Moments } from './running-moments.js';

/** What has been seen of each numeric column of a stream. */
export type ColumnMoments = Readonly<Record<string, Moments>>;

/**
 * A row's numbers in standard deviations of the rows before it, and what is known after it.
 * @param limit  bound on each answer; one outlier does not drown the row
 */
export function standardiseRow(
  seen: ColumnMoments,
  numbers: Readonly<Record<string, number>>,
  limit: number,
): { readonly values: Readonly<Record<string, number>>; readonly seen: ColumnMoments } {
  const values: Record<string, number> = {};
  const next: Record<string, Moments> = { ...seen };
  for (const [column, value] of Object.entries(numbers)) {
    const moments = seen[column] ?? noMoments;
    values[column] = standardised(moments, value, limit);
    next[column] = addValue(moments, value);
  }
  return { values, seen: next };
}
