/** The cells of a taste block: the largest category groups and one for the rest. The policy fixes them for its life. */

export const OTHER_CELL = 'other';

/** J of the default policy. */
export const DEFAULT_CELL_COUNT = 32;

/**
 * The `count − 1` largest first categories of a catalogue by number of items, and “other”. Ties by name, so that two
 * builds of one feed agree.
 *
 * @param items  any with their categories, general to special
 * @returns      at most `count` cells, largest first, “other” last, shares summing to 1; fewer where there are fewer groups
 */
export function tasteCells(
  items: readonly { readonly categories?: readonly string[] }[],
  count: number = DEFAULT_CELL_COUNT,
): { name: string; share: number }[] {
  const sizes = new Map<string, number>();
  for (const item of items) {
    const group = item.categories?.[0];
    if (group !== undefined && group !== OTHER_CELL) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const largest = [...sizes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, count - 1);
  const total = Math.max(items.length, 1);
  const named = largest.reduce((sum, [, size]) => sum + size, 0);
  return [...largest.map(([name, size]) => ({ name, share: size / total })), { name: OTHER_CELL, share: (items.length - named) / total }];
}

/** Answers the cell of an item by its categories: its first category's cell, else “other”, else the last cell. */
export function cellFinder(cells: readonly { readonly name: string }[]): (categories: readonly string[] | undefined) => number {
  const byName = new Map(cells.map(({ name }, cell) => [name, cell]));
  const rest = byName.get(OTHER_CELL) ?? cells.length - 1;
  return (categories) => {
    const group = categories?.[0];
    return group === undefined ? rest : (byName.get(group) ?? rest);
  };
}
