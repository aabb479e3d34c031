import type { ExtraColumn } from '../../core/learners/sequence/predict-next.js';

/** Two columns of likeness: to the last item, and to all of them, the later the more. Only items that share an attribute have any. */
export type Content = (items: readonly number[]) => readonly [ExtraColumn, ExtraColumn];

/** An attribute of more items than this says too little to be worth their number. */
const MOST_ITEMS = 300;

/**
 * Cosine of idf-weighted attributes by inverted lists (Salton, Buckley 1988, term weighting, tf = 1).
 * @param items  those that can be recommended
 */
export function createContent(attributes: ReadonlyMap<number, readonly number[]>, items: readonly number[]): Content {
  const rowOf = new Map(items.map((item, row) => [item, row]));
  const rowsOf = new Map<number, number[]>(); // attribute → rows
  for (const [row, item] of items.entries())
    for (const attribute of attributes.get(item) ?? []) {
      const rows = rowsOf.get(attribute) ?? [];
      if (rows.length === 0) rowsOf.set(attribute, rows);
      rows.push(row);
    }
  const idf = new Map([...rowsOf].map(([attribute, rows]) => [attribute, Math.log(items.length / rows.length)]));
  const lengths = items.map((item) => Math.hypot(...(attributes.get(item) ?? []).map((attribute) => idf.get(attribute)!)) || 1);
  const sums = new Float64Array(items.length);
  const column = (profile: ReadonlyMap<number, number>): ExtraColumn => {
    const touched: number[] = [];
    for (const [attribute, weight] of profile) {
      const rows = rowsOf.get(attribute)!;
      if (rows.length > MOST_ITEMS) continue;
      for (const row of rows) {
        if (sums[row] === 0) touched.push(row);
        sums[row]! += weight;
      }
    }
    const scores = touched.map((row) => sums[row]! / lengths[row]!);
    for (const row of touched) sums[row] = 0;
    return { items: touched.map((row) => items[row]!), scores };
  };
  return (seen) => {
    const last = new Map<number, number>();
    const all = new Map<number, number>();
    for (const [at, item] of seen.entries()) {
      const lag = seen.length - 1 - at;
      const row = rowOf.get(item);
      if (row === undefined) continue;
      for (const attribute of attributes.get(item) ?? []) {
        const weight = idf.get(attribute)! ** 2 / lengths[row]!;
        all.set(attribute, (all.get(attribute) ?? 0) + weight / (1 + lag / 2));
        if (lag === 0) last.set(attribute, weight);
      }
    }
    return [column(last), column(all)];
  };
}
