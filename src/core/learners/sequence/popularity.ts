import { moveLandmark, weightAt, type DecayScale } from './half-life.js';

/** Decayed counts per item, least recently seen first, and the leaders among them. */
export interface Popularity {
  readonly scale: DecayScale;
  readonly maxItems: number;
  readonly maxLeaders: number;
  readonly counts: Map<number, number>;
  /** Items with the largest counts, largest first. */
  leaders: number[];
  total: number;
}

/** Counts one event. O(1) but for the leaders, of which one climbs; a full table loses the item not seen for longest. */
export function addPopularity(table: Popularity, item: number, atMs: number): void {
  const { counts } = table;
  const growth = moveLandmark(table.scale, atMs);
  if (growth !== 1) rescale(table, growth);
  const weight = weightAt(table.scale, atMs);
  if (!(weight > 0 && weight < Infinity)) return;
  const count = (counts.get(item) ?? 0) + weight;
  counts.delete(item); // to the end: seen last
  counts.set(item, count);
  table.total += weight;
  lead(table, item, count);
  for (const stalest of counts.keys()) {
    if (counts.size <= table.maxItems) break;
    forget(table, stalest);
  }
}

/** The item's share of all events, 0 to 1. */
export function shareOf({ counts, total }: Popularity, item: number): number {
  const count = counts.get(item);
  return count === undefined || !(total > 0) ? 0 : Math.min(1, count / total);
}

/** All counts keep their order while they decay, so only the item that was counted can move. */
function lead({ leaders, counts, maxLeaders }: Popularity, item: number, count: number): void {
  let place = leaders.indexOf(item);
  if (place === -1) {
    place = leaders.length;
    if (place >= maxLeaders) {
      if (maxLeaders === 0 || counts.get(leaders[place - 1]!)! >= count) return;
      place--;
    }
  }
  for (; place > 0 && counts.get(leaders[place - 1]!)! < count; place--) leaders[place] = leaders[place - 1]!;
  leaders[place] = item;
}

function forget(table: Popularity, item: number): void {
  table.total = Math.max(0, table.total - table.counts.get(item)!);
  table.counts.delete(item);
  table.leaders = table.leaders.filter((leader) => leader !== item);
}

function rescale(table: Popularity, factor: number): void {
  table.total *= factor;
  for (const [item, count] of table.counts) {
    if (count * factor > 0) table.counts.set(item, count * factor);
    else forget(table, item);
  }
}
