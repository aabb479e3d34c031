import type { IdIndex, TextColumn } from './format.js';

/**
 * Open addressing over the strings of a text column: 8 to 16 bytes per id where a Map of strings takes about 100.
 *
 * @param texts  [n], ids; of several that are equal the first is found
 * @param rowOf  entry → the item's row
 * @param alive  [rows]; the ids of dead rows are not found
 */
export function idIndex(texts: TextColumn, rowOf: (entry: number) => number, alive: Uint8Array): IdIndex {
  let slots = 16;
  while (slots < 2 * texts.length) slots *= 2;
  const table = new Int32Array(slots).fill(-1);
  const slotOf = (id: string): number => {
    let slot = hashOf(id) & (slots - 1);
    while (table[slot] !== -1 && texts.at(table[slot]!) !== id) slot = (slot + 1) & (slots - 1);
    return slot;
  };
  let size = 0;
  for (let entry = 0; entry < texts.length; entry++) {
    if (alive[rowOf(entry)] !== 1) continue;
    const slot = slotOf(texts.at(entry));
    if (table[slot] !== -1) continue;
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
