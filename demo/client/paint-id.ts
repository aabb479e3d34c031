/** A paint's id holds its picture: `drizzling-mist-a8b2b5`; a tin's is `sku-drizzling-mist-a8b2b5-1l`. */

export function productId(id: string): string {
  return /^sku-(.+-[0-9a-f]{6})-[^-]+$/.exec(id)?.[1] ?? id;
}

/** @returns `#rrggbb`, or null for an id that is not a paint's */
export function hexOf(id: string): string | null {
  const hex = /-([0-9a-f]{6})$/.exec(productId(id))?.[1];
  return hex === undefined ? null : `#${hex}`;
}

export function nameOf(id: string): string {
  return productId(id)
    .replace(/-[0-9a-f]{6}$/, '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
