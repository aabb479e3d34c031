import { log } from '../sigmoid.js';

/** What is known about a candidate, one number each; scores from elsewhere follow. 0 is “nothing known”. */
export const columns = [
  'after the last item',
  'after earlier items',
  'before the items',
  'neighbour sessions',
  'two steps away',
  'popularity',
  'is the last item',
  'is the item before',
  'is the one before that',
  'is an earlier item',
] as const;

export const FORWARD = 0;
export const EARLIER = 1;
export const BACKWARD = 2;
export const NEIGHBOURS = 3;
export const TWO_STEPS = 4;
export const POPULARITY = 5;
export const REPEAT = 6;

/** Shares below this are all but told from nothing: log(share + FLOOR) − log(FLOOR). */
const FLOOR = 1e-4;
const LOG_FLOOR = log(FLOOR);

/** A share, 0 to 1, as a column of a log-linear model: 0 for none, 9.2 for all. */
export function evidence(share: number): number {
  return share === 0 ? 0 : log(share + FLOOR) - LOG_FLOOR;
}

/** Candidates with their columns, row after row. */
export interface Candidates {
  readonly width: number;
  readonly items: number[];
  /** item → row */
  readonly rowOf: Map<number, number>;
  /** [items · width] */
  values: Float64Array;
}

export function createCandidates(width: number): Candidates {
  return { width, items: [], rowOf: new Map(), values: new Float64Array(256 * width) };
}

/** The row of `item`, a new one of zeros where it has none. */
export function rowOf(candidates: Candidates, item: number): number {
  const { items, width } = candidates;
  const known = candidates.rowOf.get(item);
  if (known !== undefined) return known;
  const row = items.push(item) - 1;
  candidates.rowOf.set(item, row);
  if (items.length * width > candidates.values.length) {
    const grown = new Float64Array(candidates.values.length * 2);
    grown.set(candidates.values);
    candidates.values = grown;
  }
  return row;
}

export function addValue(candidates: Candidates, item: number, column: number, value: number): void {
  candidates.values[rowOf(candidates, item) * candidates.width + column]! += value;
}
