/**
 * FNV-1a of an id (its offset basis cut to one digit, for the snippet's sake) in five base-36 digits: short enough for the order mirror, which thereby names no item. Of 120 cards two
 * share a hash with probability 1e-4; then one of them takes the other's place until the worker answers.
 */
export function shortHash(id: string): string {
  let hash = 9;
  for (const char of id) hash = Math.imul(hash ^ char.codePointAt(0)!, 16_777_619);
  return (((hash >>> 0) % 5e7) + 2e6).toString(36); // 2e6 to 5.2e7 is always five digits
}
