import type { Item } from '../item.js';
import { MAX_CATEGORIES, MAX_TAGS } from '../features/manifest.js';
import { PATH_SEPARATOR } from './format.js';
import { quantileLevel, tagKey, type CatalogueRow } from './encode-chunks.js';

/** One product of a shop's feed, whatever the feed's format was; `id` is clean (see `cleanText`). */
export interface CatalogueItem extends Item {
  /** Ids under which the shop's events may name it as well. */
  readonly variantIds?: readonly string[];
}

const maxTextLength = 200;

/** One line without control characters, trimmed, at most 200 characters: safe in a text column and in a path. */
export function cleanText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, maxTextLength)
    .trimEnd();
}

/**
 * Rows as they are encoded: texts clean, tags sorted and single, prices as quantile levels and minor units; items of one
 * category path and brand beside each other, which compresses best.
 *
 * @param quantiles  id → share of its category that costs less, over the whole feed
 */
export function toRows(items: readonly CatalogueItem[], quantiles: ReadonlyMap<string, number>): CatalogueRow[] {
  const keyed = items.map((item) => {
    const row = toRow(item, quantileLevel(quantiles.get(item.id)));
    return { row, path: row.categories.join(PATH_SEPARATOR) };
  });
  keyed.sort((a, b) => order(a.path, b.path) || order(a.row.brand, b.row.brand) || order(a.row.id, b.row.id));
  return keyed.map(({ row }) => row);
}

function toRow(item: CatalogueItem, quantile: number): CatalogueRow {
  const id = item.id;
  const variantIds = new Set((item.variantIds ?? []).map(cleanText).filter((variantId) => variantId !== '' && variantId !== id));
  const tags = new Set((item.tags ?? []).map(cleanText).filter((tag) => tag !== ''));
  return {
    id,
    name: cleanText(item.name ?? ''),
    brand: cleanText(item.brand ?? ''),
    categories: (item.categories ?? [])
      .map(cleanText)
      .filter((category) => category !== '')
      .slice(0, MAX_CATEGORIES),
    tags: [...tags].slice(0, MAX_TAGS).sort((a, b) => order(tagKey(a), tagKey(b)) || order(a, b)), // as decoding gives them
    variantIds: [...variantIds].sort(order),
    quantile,
    priceMinor:
      item.price === undefined || !Number.isFinite(item.price) || item.price < 0
        ? null
        : Math.min(2 ** 32 - 2, Math.round(item.price * 100)),
    available: item.available !== false,
  };
}

/** By code units: the same on every machine, which localeCompare is not. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The row as an item again: what `itemAt` will say of it. */
export function itemOfRow(row: CatalogueRow): Item {
  return {
    id: row.id,
    ...(row.name === '' ? {} : { name: row.name }),
    ...(row.brand === '' ? {} : { brand: row.brand }),
    ...(row.categories.length === 0 ? {} : { categories: row.categories }),
    ...(row.priceMinor === null ? {} : { price: row.priceMinor / 100 }),
    ...(row.tags.length === 0 ? {} : { tags: row.tags }),
    available: row.available,
  };
}
