/**
 * FNV-1a of an id in five base-36 digits: short enough for the order mirror, which thereby names no item. Of 120 cards two
 * share a hash with probability 1e-4; then one of them takes the other's place until the worker answers.
 */
export function shortHash(id: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return ((hash >>> 0) % 36 ** 5).toString(36).padStart(5, '0');
}
