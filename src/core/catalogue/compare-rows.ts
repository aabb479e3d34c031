import type { CatalogueRow } from './encode-chunks.js';
import type { Catalogue } from './format.js';
import { itemAt } from './read-catalogue.js';

/** From one build to the next. A row whose columns changed dies and comes again at the end. */
export interface Difference {
  /** Ascending rows of the previous build. */
  readonly removed: readonly number[];
  readonly added: readonly CatalogueRow[];
  /** Ascending rows of the previous build whose price or stock is new, and nothing else. */
  readonly offers: readonly { readonly row: number; readonly priceMinor: number | null; readonly available: boolean }[];
}

export function compareRows(previous: Catalogue, rows: readonly CatalogueRow[]): Difference {
  const variantsOf = groupVariants(previous);
  const nextOf = new Map(rows.map((row) => [row.id, row]));
  const kept = new Set<string>();
  const removed: number[] = [];
  const offers: Difference['offers'][number][] = [];
  for (let row = 0; row < previous.rows; row++) {
    if (previous.alive[row] !== 1) continue;
    const next = nextOf.get(previous.ids.at(row));
    if (next === undefined || !isSameItem(previous, row, variantsOf.get(row) ?? [], next)) {
      removed.push(row);
      continue;
    }
    kept.add(next.id);
    if (minorAt(previous, row) !== next.priceMinor || (previous.available[row] === 1) !== next.available)
      offers.push({ row, priceMinor: next.priceMinor, available: next.available });
  }
  return { removed, added: rows.filter((row) => !kept.has(row.id)), offers };
}

function isSameItem(previous: Catalogue, row: number, variantIds: readonly string[], next: CatalogueRow): boolean {
  const item = itemAt(previous, row);
  return (
    isSameQuantile(previous, row, next) &&
    (previous.names === null || (item.name ?? '') === next.name) &&
    (item.brand ?? '') === next.brand &&
    isSameList(item.categories ?? [], next.categories) &&
    isSameList(item.tags ?? [], next.tags) &&
    isSameList(variantIds, next.variantIds)
  );
}

/** Other items' prices push a quantile over the edge of a level now and then: not worth a new row while its own price stands. */
function isSameQuantile(previous: Catalogue, row: number, next: CatalogueRow): boolean {
  const level = previous.quantiles[row]!;
  const isOwnPrice = minorAt(previous, row) === next.priceMinor;
  return level === next.quantile || (isOwnPrice && level !== 255 && next.quantile !== 255 && Math.abs(level - next.quantile) <= 1);
}

function minorAt(catalogue: Catalogue, row: number): number | null {
  const price = catalogue.prices[row]!;
  return Number.isNaN(price) ? null : Math.round(price * 100);
}

function groupVariants(catalogue: Catalogue): ReadonlyMap<number, string[]> {
  const variantsOf = new Map<number, string[]>();
  const { ids, rows } = catalogue.variants();
  for (const [at, row] of rows.entries()) {
    const held = variantsOf.get(row);
    if (held === undefined) variantsOf.set(row, [ids.at(at)]);
    else held.push(ids.at(at));
  }
  return variantsOf;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
