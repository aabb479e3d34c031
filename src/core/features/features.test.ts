import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../item.js';
import { encodeItem, priceBucket, slotOf } from './encode-item.js';
import { itemOfEvent } from './event-item.js';
import { HASH_BITS } from './manifest.js';
import { hashText, murmurHash3 } from './murmur-hash.js';
import { isNeverLearned } from './never-learn.js';
import { priceQuantiles } from './price-quantiles.js';
import { wordsOf } from './words.js';

describe('murmurHash3', () => {
  // Published test vectors of MurmurHash3_x86_32 (SMHasher's verification notes, as collected on Stack Overflow 14747343)
  test.each<[string, number, number]>([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['ffffffff', 0, 0x76293b50],
    ['21436587', 0, 0xf55b516b],
    ['21436587', 0x5082edee, 0x2362f9de],
    ['214365', 0, 0x7e4a8634],
    ['2143', 0, 0xa0f7b07a],
    ['21', 0, 0x72661cf4],
    ['00000000', 0, 0x2362f9de],
    ['000000', 0, 0x85f0b427],
    ['0000', 0, 0x30f4c306],
    ['00', 0, 0x514e28b7],
  ])('of the bytes %s with seed %d has its published value', (hex, seed, want) => {
    const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    expect(murmurHash3(bytes, seed)).toBe(want);
  });

  test.each<[string, number, number]>([
    ['', 0, 0],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['abc', 0, 0xb3dd93fa],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('of the text “%s” has its published value, by way of UTF-8', (text, seed, want) => {
    expect(hashText(text, seed)).toBe(want);
  });

  test('reads any text as TextEncoder does, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('\ud800', '\udc00', '😀', '\uffff'),
            fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
          ),
        }),
        (text) => {
          expect(hashText(text, 7)).toBe(murmurHash3(new TextEncoder().encode(text), 7));
        },
      ),
    );
  });
});

describe('encodeItem', () => {
  const paint: Item = {
    id: '42',
    name: 'The Deep Sea',
    brand: 'Northwind',
    categories: ['Walls', 'Inside'],
    price: 30,
    tags: ['hue:blue', 'mood:calm'],
  };

  test('names every facet in words, with its own bucket and sign', () => {
    const encoded = encodeItem(paint, 0.61);
    expect([...encoded.facets].sort()).toEqual(
      [
        'brand:Northwind',
        'category:Walls',
        'category:Walls > Inside',
        'hue:blue',
        'id:42',
        'mood:calm',
        'price:4',
        'text:deep',
        'text:sea',
      ].sort(),
    );
    for (const [at, facet] of encoded.facets.entries()) {
      expect(encoded.indices[at]).toBe(slotOf(facet).index);
      expect(Math.sign(encoded.values[at]!)).toBe(slotOf(facet).sign);
    }
    const of = (facet: string): number => Math.abs(encoded.values[encoded.facets.indexOf(facet)]!);
    expect(of('hue:blue')).toBeGreaterThan(of('text:sea'));
  });

  const anyItem: fc.Arbitrary<Item> = fc.record({
    id: fc.string(),
    name: fc.string({ unit: 'grapheme', maxLength: 200 }),
    brand: fc.string(),
    categories: fc.array(fc.string(), { maxLength: 9 }),
    tags: fc.array(fc.string(), { maxLength: 60 }),
  });

  test('has distinct ascending indices below 2^16 and length 1, whatever the item', () => {
    fc.assert(
      fc.property(anyItem, fc.option(fc.double(), { nil: undefined }), (item, quantile) => {
        const { indices, values, facets } = encodeItem(item, quantile);
        expect(indices.length).toBeGreaterThan(0);
        expect([values.length, facets.length]).toEqual([indices.length, indices.length]);
        for (const [at, index] of indices.entries()) expect(index > (indices[at - 1] ?? -1) && index < 1 << HASH_BITS).toBe(true);
        expect(Math.hypot(...values)).toBeCloseTo(1, 5);
        expect(indices.length).toBeLessThan(60); // a hostile feed cannot make a lesson expensive
      }),
    );
  });

  test('adds up facets that share a bucket, under the name of the loudest', () => {
    const seen = new Map<number, string>();
    let pair: [string, string] | null = null;
    for (let at = 0; !pair; at++) {
      const tag = `tag:${at}`;
      const other = seen.get(slotOf(tag).index);
      if (other && slotOf(other).sign === slotOf(tag).sign) pair = [other, tag];
      seen.set(slotOf(tag).index, tag);
    }
    const { indices, values, facets } = encodeItem({ id: 'x', tags: pair });
    expect(indices.length).toBe(2); // the id and the shared bucket
    const at = facets.indexOf(pair[0]);
    expect(Math.abs(values[at]!) / Math.abs(values[1 - at]!)).toBeCloseTo(2 / 0.3, 4);
  });

  test('puts a price into fifths', () => {
    expect([0, 0.19, 0.2, 0.99, 1, -1].map(priceBucket)).toEqual([1, 1, 2, 5, 5, 1]);
  });
});

test('price quantiles are shares of cheaper items within a category, ties equal, none for a handful', () => {
  const items: Item[] = [10, 20, 20, 30, 40].map((price, at) => ({ id: `a${at}`, price, categories: ['A'] }));
  const few: Item[] = [1, 2, 3, 4].map((price, at) => ({ id: `b${at}`, price, categories: ['B'] }));
  const quantiles = priceQuantiles([
    ...items.toReversed(),
    ...few,
    { id: 'none', categories: ['A'] },
    { id: 'nan', price: NaN, categories: ['A'] },
  ]);
  expect(Object.fromEntries(quantiles)).toEqual({ a0: 0, a1: 0.2, a2: 0.2, a3: 0.6, a4: 0.8 });
});

test('words are distinct, lower case, telling, of any script', () => {
  expect(wordsOf('The Sea & the SEA-Salt, Ölfarbe für Wände 3AM')).toEqual(['sea', 'salt', 'ölfarbe', 'wände', '3am']);
  expect(wordsOf('x '.repeat(50)).length).toBe(0);
  expect(wordsOf(Array.from({ length: 50 }, (_, at) => `word${at}`).join(' ')).length).toBe(12);
});

test('never-learned matters are found by whole words of any category', () => {
  expect(isNeverLearned({ categories: ['Home', 'Health & Beauty'] })).toBe(true);
  expect(isNeverLearned({ categories: ["Children's Books"] })).toBe(true);
  expect(isNeverLearned({ categories: ['Babylon Travel', 'Healthy-ish'] })).toBe(false);
  expect(isNeverLearned({})).toBe(false);
  expect(isNeverLearned({ categories: ['Guns'] }, ['guns'])).toBe(true);
});

test('an event describes an item with what it has and nothing else', () => {
  expect(itemOfEvent({ id: '1', variantId: '1-a', quantity: 2, position: 4, name: 'Sea', price: 3, tags: ['hue:blue'] })).toEqual({
    id: '1',
    name: 'Sea',
    price: 3,
    tags: ['hue:blue'],
  });
});
