import type { Item } from '../item.js';

/**
 * For each item the share of the items of its first category that cost less, 0 to 1 (equal prices share the lower one).
 * Items without a finite price, and categories with fewer than 5 priced items, have none: a fifth of four says nothing.
 */
export function priceQuantiles(items: readonly Item[]): ReadonlyMap<string, number> {
  const byCategory = new Map<string, { id: string; price: number }[]>();
  for (const { id, price, categories } of items) {
    if (price === undefined || !Number.isFinite(price)) continue;
    const category = categories?.[0] ?? '';
    const group = byCategory.get(category);
    if (group) group.push({ id, price });
    else byCategory.set(category, [{ id, price }]);
  }
  const quantiles = new Map<string, number>();
  for (const group of byCategory.values()) {
    if (group.length < 5) continue;
    group.sort((a, b) => a.price - b.price);
    let below = 0;
    for (const [at, { id, price }] of group.entries()) {
      if (at > 0 && price > group[at - 1]!.price) below = at;
      quantiles.set(id, below / group.length);
    }
  }
  return quantiles;
}
