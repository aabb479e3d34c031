import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { fieldsOf, readTable, type TableRow } from './csv.js';
import { folderOf } from './data-set.contract.js';
import { findTable } from './find-table.js';

async function rowsOf(text: string, columns: readonly string[], delimiter: ',' | '\t' = ','): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTable(join(folderOf({ 'x.csv.gz': text }), 'x.csv.gz'), columns, delimiter)) rows.push(row);
  return rows;
}

describe('fields', () => {
  test('in quotes may hold delimiters, quotes and line ends', () => {
    expect(fieldsOf('a,"b, ""c""",,"d\ne"', ',')).toEqual(['a', 'b, "c"', '', 'd\ne']);
    expect(fieldsOf('', ',')).toEqual(['']);
    expect(fieldsOf('a,', ',')).toEqual(['a', '']);
    expect(fieldsOf('a,"open', ',')).toBeNull();
    expect(fieldsOf('a,"open ""', ',')).toBeNull();
  });

  test('come back as they were written', () => {
    const anyField = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\t', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(anyField, { minLength: 1 }), (fields) => {
        expect(fieldsOf(fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(','), ',')).toEqual(fields);
      }),
      { seed: 1 },
    );
  });
});

describe('a table', () => {
  test('is read by the names of its header, in any order, with records over several lines', async () => {
    const rows = await rowsOf('\uFEFFlabel,"text"\r\n1,"two\nlines"\r\n0,plain\r\n', ['text', 'label']);
    expect(rows.map((row) => [row.line, row.text('text'), row.choice('label', ['0', '1'])])).toEqual([
      [2, 'two\nlines', '1'],
      [4, 'plain', '0'],
    ]);
    expect((await rowsOf('a\tb\n1\t2.5e1\n', ['a', 'b'], '\t'))[0]!.number('b')).toBe(25);
  });

  test('names what is wrong, and where', async () => {
    await expect(rowsOf('a,b\n1,2\n', ['a', 'c', 'd'])).rejects.toThrow('x.csv.gz: the header lacks c, d; it holds a, b');
    await expect(rowsOf('a,b\n1,2\n1,2,3\n', ['a'])).rejects.toThrow('x.csv.gz line 3: expected 2 fields as in the header, got 3');
    await expect(rowsOf('a,b\n1,"2\n3,4\n', ['a'])).rejects.toThrow('x.csv.gz line 2: a quote opens here and never ends');
    await expect(rowsOf('', ['a'])).rejects.toThrow('the file is empty');
    const [row] = await rowsOf('a,b\n1, \n', ['a', 'b']);
    expect(() => row!.number('b')).toThrow('x.csv.gz line 2, column b: expected a finite number, got “”');
    expect(() => row!.choice('a', ['0', 'yes'])).toThrow('column a: expected 0 or yes, got “1”');
  });

  test('is found under its name, or as the only one of its kind', async () => {
    expect(await findTable(folderOf({ 'a.csv': '', 'b.csv.gz': '' }), 'b.csv', '.csv')).toMatch(/b\.csv\.gz$/u);
    expect(await findTable(folderOf({ 'held-out.csv.gz': '', 'README.md': '' }), 'b.csv', '.csv')).toMatch(/held-out\.csv\.gz$/u);
    await expect(findTable(folderOf({ 'a.csv': '', 'c.csv': '' }), 'b.csv', '.csv')).rejects.toThrow('several .csv files');
    await expect(findTable(folderOf({ 'a.tsv': '' }), 'b.csv', '.csv')).rejects.toThrow('no b.csv[.gz]');
  });
});
