import { moveLandmark, weightAt, type DecayScale } from './half-life.js';

/** What followed what, as decayed counts; sparse rows, least recently touched first. */
export interface Transitions {
  readonly scale: DecayScale;
  readonly maxRows: number;
  readonly maxEntriesPerRow: number;
  readonly rows: Map<number, Map<number, number>>;
}

/** Counts one pair. O(1), but for a full row, which loses its smallest entry, and a full table, which loses its stalest row. */
export function addTransition(table: Transitions, from: number, to: number, count: number, atMs: number): void {
  const { rows, maxRows, maxEntriesPerRow } = table;
  const growth = moveLandmark(table.scale, atMs);
  if (growth !== 1) rescale(table, growth);
  const weight = count * weightAt(table.scale, atMs);
  if (!(weight > 0 && weight < Infinity)) return;
  const row = rows.get(from) ?? new Map<number, number>();
  rows.delete(from); // to the end: touched last
  rows.set(from, row);
  row.set(to, (row.get(to) ?? 0) + weight);
  if (row.size > maxEntriesPerRow) dropSmallest(row, to);
  for (const stalest of rows.keys()) {
    if (rows.size <= maxRows) break;
    rows.delete(stalest);
  }
}

/** The smallest entry other than `kept`; among equals the oldest. */
function dropSmallest(row: Map<number, number>, kept: number): void {
  let smallest = Infinity;
  let dropped = kept;
  for (const [to, weight] of row) {
    if (to === kept || weight >= smallest) continue;
    smallest = weight;
    dropped = to;
  }
  row.delete(dropped);
}

function rescale({ rows }: Transitions, factor: number): void {
  for (const [from, row] of rows) {
    for (const [to, weight] of row) {
      if (weight * factor > 0) row.set(to, weight * factor);
      else row.delete(to);
    }
    if (row.size === 0) rows.delete(from);
  }
}

/**
 * Tells each item that followed `from` with its share of what did, in (0, 1). One event of doubt stands in every row
 * (additive smoothing), so one sight is ½ and a decayed row fades.
 *
 * @returns  the share of doubt: 1 where nothing is known of `from`
 */
export function tellShares(table: Transitions, from: number, atMs: number, tell: (to: number, share: number) => void): number {
  const row = table.rows.get(from);
  if (row === undefined) return 1;
  const doubt = weightAt(table.scale, atMs);
  let total = doubt;
  for (const weight of row.values()) total += weight;
  if (!(total > 0 && total < Infinity)) return 1;
  for (const [to, weight] of row) tell(to, weight / total);
  return doubt / total;
}
