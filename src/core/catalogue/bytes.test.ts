import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.js';
import { idIndex } from './id-index.js';
import { quantiseRow, scaleOf } from './quantise.js';
import { textColumn } from './text-column.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));

describe('bytes of a chunk', () => {
  test('any whole number, column and text comes back as it went', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(fc.nat({ max: 2 ** 32 - 1 })), fc.array(line, { minLength: 1 }), (number, column, texts) => {
        const writer = new ByteWriter();
        writer.count(number);
        writer.column(column);
        writer.texts(texts);
        const reader = new ByteReader(writer.finish());
        expect(reader.count()).toBe(number);
        expect([...reader.column(column.length)]).toEqual(column);
        expect(reader.texts()).toEqual(texts);
        reader.end();
      }),
    );
  });

  test('a chunk cut at any byte is refused, never misread', () => {
    const writer = new ByteWriter();
    writer.texts(['one', 'two']);
    writer.column([1, 70_000, 3]);
    const whole = writer.finish();
    for (let length = 0; length < whole.length; length++) {
      const reader = new ByteReader(whole.subarray(0, length));
      expect(() => {
        reader.texts();
        reader.column(3);
      }).toThrowError(expect.objectContaining({ code: 'catalogue-invalid' }));
    }
  });

  test('a column that points outside its table is refused', () => {
    const writer = new ByteWriter();
    writer.column([0, 3]);
    expect(() => new ByteReader(writer.finish()).column(2, 3)).toThrow(/row 1 says 3, expected less than 3/);
  });

  test('UTF-8 is the platform’s', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 9_000 }), (text) => {
        const bytes = encodeUtf8(text);
        expect(bytes).toEqual(new TextEncoder().encode(text));
        expect(decodeUtf8(bytes)).toBe(Buffer.from(bytes).toString());
      }),
    );
    expect(decodeUtf8(encodeUtf8('é𝄞'.repeat(5_000)))).toBe('é𝄞'.repeat(5_000));
    expect(decodeUtf8(encodeUtf8('\ufeffa'))).toBe('\ufeffa');
    expect(encodeUtf8('a\ud800b')).toEqual(new TextEncoder().encode('a\ud800b'));
  });
});

describe('a text column', () => {
  test('is the lines of its parts, empty parts and empty lines included', () => {
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 5 }), (parts) => {
        const column = textColumn(parts.map((lines) => ({ text: lines.join('\n'), rows: lines.length })));
        expect(Array.from({ length: column.length }, (_, row) => column.at(row))).toEqual(parts.flat());
      }),
    );
  });

  test('refuses a part with another number of rows than it says', () => {
    expect(() => textColumn([{ text: 'a\nb', rows: 3 }])).toThrow(/3 rows/);
    expect(() => textColumn([{ text: 'a\nb\nc', rows: 2 }])).toThrow(/2 rows/);
  });
});

test('the id index finds every living id, and nothing else', () => {
  const ids = Array.from({ length: 2_000 }, (_, row) => `item-${row * 7_919}`);
  const variants = ids.flatMap((id) => [`${id}/a`, `${id}/b`]);
  const column = (texts: readonly string[]) => textColumn([{ text: texts.join('\n'), rows: texts.length }]);
  const alive = Uint8Array.from(ids, (_, row) => (row % 5 === 0 ? 0 : 1));
  const index = idIndex(column(ids), (row) => row, alive);
  const variantIndex = idIndex(column(variants), (entry) => entry >> 1, alive);
  for (const [row, id] of ids.entries()) {
    const expected = row % 5 === 0 ? undefined : row;
    expect(index.get(id)).toBe(expected);
    expect(variantIndex.get(`${id}/b`)).toBe(expected);
  }
  expect(index.get('item-1')).toBeUndefined();
  expect([index.size, variantIndex.size]).toEqual([1_600, 3_200]);
  expect(idIndex(column(['a', 'b', 'a']), (row) => row, Uint8Array.of(1, 1, 1)).get('a')).toBe(0);
  expect(idIndex(column(['a', 'b', 'a']), (row) => row, Uint8Array.of(0, 1, 1)).get('a')).toBe(2);
});

describe('quantised rows', () => {
  test('scales are powers of 2^(1/8), within a float', () => {
    for (let code = 0; code < 256; code++) expect(scaleOf(code) / 2 ** (-code / 8)).toBeCloseTo(1, 6);
  });

  test('a unit vector loses less than 3 % of its length, whatever its shape', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 }), (values) => {
        const length = Math.hypot(...values);
        fc.pre(length > 1e-3);
        const row = Float64Array.from(values, (value) => value / length);
        const out = new Int8Array(16);
        const scale = scaleOf(quantiseRow(row, out));
        expect(Math.max(...out.map(Math.abs))).toBeLessThanOrEqual(31);
        expect(Math.hypot(...row.map((value, at) => value - out[at]! * scale))).toBeLessThan(0.08);
      }),
    );
  });

  test('the zero row stays zero', () => {
    const out = new Int8Array(4).fill(9);
    quantiseRow(new Float64Array(4), out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });
});
