import { SdkError } from '../../core/errors.js';
import type { FeedRecord } from './feed.js';
import { fieldName, merchantRecord } from './merchant-fields.js';

/**
 * CSV, TSV or semicolon-separated text with a header line (RFC 4180: quotes, doubled quotes, line breaks in quotes).
 * The separator is the one that the header line has most of.
 * Errors: `catalogue-invalid` with the line.
 */
export function parseDelimited(text: string, source: string): FeedRecord[] {
  const header = text.slice(0, Math.max(0, text.indexOf('\n')) || text.length);
  const separator = ['\t', ',', ';'].reduce((best, candidate) =>
    header.split(candidate).length > header.split(best).length ? candidate : best,
  );
  const [head, ...rows] = splitRows(text, separator, source);
  const names = (head?.cells ?? []).map(fieldName);
  if (!names.includes('id') && !names.includes('sku'))
    throw new SdkError(
      'catalogue-invalid',
      `${source}: line 1: the header is “${header.trim().slice(0, 120)}”, expected column names with “id” among them`,
    );
  return rows.map(({ cells, line }) => {
    if (cells.length > names.length)
      throw new SdkError(
        'catalogue-invalid',
        `${source}: line ${line}: ${cells.length} columns, expected ${names.length} as in the header; is a quote missing?`,
      );
    const fields = new Map<string, string>();
    for (const [at, cell] of cells.entries()) if (!fields.has(names[at]!)) fields.set(names[at]!, cell);
    return merchantRecord(fields, `line ${line}`);
  });
}

interface Row {
  readonly cells: readonly string[];
  /** 1-based line of its first character. */
  readonly line: number;
}

function splitRows(text: string, separator: string, source: string): Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  const endRow = (): void => {
    if (cells.length > 1 || cells[0] !== '') rows.push({ cells, line: startLine });
    cells = [];
    startLine = line;
  };
  while (at <= text.length) {
    let cell: string;
    if (text[at] === '"') {
      const begin = at + 1;
      let end = begin;
      for (;;) {
        end = text.indexOf('"', end);
        if (end === -1) throw new SdkError('catalogue-invalid', `${source}: line ${line}: a quote is opened and never closed`);
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      const quoted = text.slice(begin, end);
      for (const letter of quoted) if (letter === '\n') line += 1;
      cell = quoted.replaceAll('""', '"');
      at = end + 1;
    } else {
      const begin = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n') at += 1;
      cell = text.slice(begin, at).replace(/\r$/, '');
    }
    cells.push(cell);
    if (text[at] === '\r') at += 1;
    if (at >= text.length) break;
    if (text[at] === separator) at += 1;
    else if (text[at] === '\n') {
      at += 1;
      line += 1;
      endRow();
    } else
      throw new SdkError(
        'catalogue-invalid',
        `${source}: line ${line}: “${text.slice(at, at + 20)}” after a closing quote, expected a separator`,
      );
  }
  endRow();
  return rows;
}
