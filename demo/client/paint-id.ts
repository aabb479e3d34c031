/** A paint's id holds its picture: `drizzling-mist-a8b2b5`; so does a tin's, `sku-a8b2b5-1l`. */

/** @returns `#rrggbb`, or null for an id that is not ours */
export function hexOf(id: string): string | null {
  const hex = /(?:^sku-([0-9a-f]{6})-|-([0-9a-f]{6})$)/.exec(id);
  const found = hex?.[1] ?? hex?.[2];
  return found === undefined ? null : `#${found}`;
}

/** Is it a paint's own id, which has a page? */
export const isProduct = (id: string): boolean => /-[0-9a-f]{6}$/.test(id);

/** The name as far as an id tells it. */
export function nameOf(id: string): string {
  return id
    .replace(/-[0-9a-f]{6}$/, '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
