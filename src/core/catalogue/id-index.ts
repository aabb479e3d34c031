import type { IdIndex, TextColumn } from './format.js';

/**
 * Open addressing over the strings of two text columns: 8 to 16 bytes per id where a Map of strings takes about 100.
 *
 * @param ids         [rows]
 * @param alive       [rows]; dead rows are not found
 * @param variants    [n], ids of variants
 * @param variantRows [n], their item's row; a variant of a dead row is not found
 */
export function idIndex(ids: TextColumn, alive: Uint8Array, variants: TextColumn, variantRows: Uint32Array): IdIndex {
  const total = ids.length + variants.length;
  let slots = 16;
  while (slots < 2 * total) slots *= 2;
  const table = new Int32Array(slots).fill(-1);
  const textOf = (entry: number): string => (entry < ids.length ? ids.at(entry) : variants.at(entry - ids.length));
  const rowOf = (entry: number): number => (entry < ids.length ? entry : variantRows[entry - ids.length]!);
  const slotOf = (id: string): number => {
    let slot = hashOf(id) & (slots - 1);
    while (table[slot] !== -1 && textOf(table[slot]!) !== id) slot = (slot + 1) & (slots - 1);
    return slot;
  };
  let size = 0;
  for (let entry = 0; entry < total; entry++) {
    if (alive[rowOf(entry)] !== 1) continue;
    const slot = slotOf(textOf(entry));
    if (table[slot] !== -1) continue; // an id of a product wins over a variant of the same name
    table[slot] = entry;
    size += 1;
  }
  return {
    size,
    get(id) {
      const entry = table[slotOf(id)]!;
      return entry === -1 ? undefined : rowOf(entry);
    },
  };
}

/** FNV-1a over UTF-16 code units, then mixed, since a power-of-two table reads the low bits only. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 3;
}
