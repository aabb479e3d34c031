import { broken } from './bytes.js';
import type { TextColumn } from './format.js';

/**
 * Row r of all parts together is a slice of the text of its part: 4 bytes per row beside the letters.
 * @param parts  texts of one row per line, with their numbers of rows, in row order
 */
export function textColumn(parts: readonly { readonly text: string; readonly rows: number }[]): TextColumn {
  const length = parts.reduce((sum, part) => sum + part.rows, 0);
  const text = parts.map((part) => `${part.text}\n`).join('');
  const starts = new Uint32Array(length + 1);
  let start = 0;
  let row = 0;
  for (const part of parts) {
    const end = start + part.text.length + 1;
    if (part.rows === 0) start = end; // one empty line that is no row
    for (let n = 0; n < part.rows; n++) {
      starts[row++] = start;
      start = text.indexOf('\n', start) + 1;
    }
    if (start !== end) throw broken(`a text column does not have ${part.rows} rows`);
  }
  starts[row] = start;
  // An empty part leaves a gap, so a row ends at its own line break rather than at the start of the next.
  return { length, at: (wanted) => text.slice(starts[wanted]!, text.indexOf('\n', starts[wanted]!)) };
}
