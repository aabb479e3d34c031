import { basename } from 'node:path';
import { readLines } from './data-file.js';

/** One record of a table with a header. Each reader names file, line and column of what it refuses. */
export interface TableRow {
  /** Line of the file the record starts on, from 1; empty lines are not counted. */
  readonly line: number;
  text(column: string): string;
  /** A finite number. */
  number(column: string): number;
  /** One of `choices`; a column of two classes is read as `choice('Revenue', ['0', '1'])`. */
  choice<Choice extends string>(column: string, choices: readonly Choice[]): Choice;
}

/**
 * Records of a delimited text file (RFC 4180: fields in quotes may hold delimiters, doubled quotes and line ends), gzip as it is.
 * Errors: no header with `columns`, a record with another number of fields, a quote that never ends.
 */
export async function* readTable(file: string, columns: readonly string[], delimiter: ',' | '\t' = ','): AsyncGenerator<TableRow> {
  let places: ReadonlyMap<string, number> | null = null;
  for await (const { fields, line } of readRecords(file, delimiter)) {
    if (places === null) {
      places = new Map(fields.map((name, at) => [name.replace(/^\uFEFF/u, '').trim(), at]));
      const missing = columns.filter((column) => !places!.has(column));
      if (missing.length > 0)
        throw new Error(`${basename(file)}: the header lacks ${missing.join(', ')}; it holds ${[...places.keys()].join(', ')}`);
      continue;
    }
    if (fields.length !== places.size)
      throw new Error(`${basename(file)} line ${line}: expected ${places.size} fields as in the header, got ${fields.length}`);
    yield rowOf(basename(file), line, fields, places);
  }
  if (places === null) throw new Error(`${basename(file)}: the file is empty, expected a header with ${columns.join(', ')}`);
}

function rowOf(file: string, line: number, fields: readonly string[], places: ReadonlyMap<string, number>): TableRow {
  const refuse = (column: string, expected: string, got: string): never => {
    throw new Error(`${file} line ${line}, column ${column}: expected ${expected}, got “${got}”`);
  };
  const text = (column: string): string => fields[places.get(column) ?? -1] ?? refuse(column, 'a column of the header', 'none');
  return {
    line,
    text,
    number(column) {
      const held = text(column).trim();
      const value = held === '' ? Number.NaN : Number(held);
      return Number.isFinite(value) ? value : refuse(column, 'a finite number', held);
    },
    choice(column, choices) {
      const held = text(column).trim();
      return choices.find((choice) => choice === held) ?? refuse(column, choices.join(' or '), held);
    },
  };
}

interface TextRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

async function* readRecords(file: string, delimiter: string): AsyncGenerator<TextRecord> {
  let line = 0;
  let start = 0;
  let held = '';
  for await (const piece of readLines(file)) {
    line++;
    if (held === '') start = line;
    held = held === '' ? piece : `${held}\n${piece}`;
    const fields = fieldsOf(held, delimiter);
    if (fields === null) continue; // a line end inside quotes
    yield { line: start, fields };
    held = '';
  }
  if (held !== '') throw new Error(`${basename(file)} line ${start}: a quote opens here and never ends`);
}

/** Null where the text ends inside quotes. */
export function fieldsOf(text: string, delimiter: string): readonly string[] | null {
  const fields: string[] = [];
  for (let at = 0; ;) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) return null;
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      const rest = untilDelimiter(text, end + 1, delimiter); // a sloppy writer's tail behind the quotes is kept
      field = text.slice(at + 1, end).replaceAll('""', '"') + text.slice(end + 1, rest);
      at = rest;
    } else {
      const end = untilDelimiter(text, at, delimiter);
      field = text.slice(at, end);
      at = end;
    }
    fields.push(field);
    if (at >= text.length) return fields;
    at += delimiter.length;
  }
}

function untilDelimiter(text: string, from: number, delimiter: string): number {
  const at = text.indexOf(delimiter, from);
  return at < 0 ? text.length : at;
}
