/** A paint's id holds its picture: `drizzling-mist-a8b2b5`. So a shelf can be drawn without asking the server for anything. */

/** @returns `#rrggbb`, or null for an id that is not a paint's (a tin has its own, `sku-2426-1l`) */
export function hexOf(id: string): string | null {
  const hex = /-([0-9a-f]{6})$/.exec(id)?.[1];
  return hex === undefined ? null : `#${hex}`;
}

/** The name as far as an id tells it. */
export function nameOf(id: string): string {
  return id
    .replace(/-[0-9a-f]{6}$/, '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
