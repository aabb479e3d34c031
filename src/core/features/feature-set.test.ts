import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../item.js';
import { contextNamespaces, encodeContext, hourOfWeek, positionBucket, recencyBucket } from './context.js';
import { encodeExample } from './encode-example.js';
import { encodeItem, itemFacets, slotOf } from './encode-item.js';
import { CONTEXT_LOUDNESS, CROSS_LOUDNESS, FEATURE_SET, MAX_CROSSED, readFeatureSet, type FeatureSet } from './feature-set.js';

const HOUR_MS = 3_600_000;
const paint: Item = { id: '42', name: 'Deep Sea', brand: 'Northwind', categories: ['Walls'], tags: ['hue:blue', 'lightness:deep'] };
const other: Item = { id: '43', name: 'Red', brand: 'Contoso', categories: ['Wood'], tags: ['hue:red'] };
const set = (over: Partial<FeatureSet>): FeatureSet => ({ ...FEATURE_SET, ...over });
const norm = (values: Iterable<number>): number => Math.hypot(...values);

describe('context', () => {
  test('the hour of the week is the shopper’s: Monday 0:00 is 0', () => {
    const at = (iso: string, offset = 0): number => hourOfWeek(Date.parse(iso), offset);
    expect(at('2024-01-01T00:00:00Z')).toBe(0); // a Monday
    expect(at('2024-01-07T23:59:59Z')).toBe(167);
    expect(at('2024-01-01T00:00:00Z', -60)).toBe(167);
    expect(at('2024-01-03T12:10:00Z', 330)).toBe(2 * 24 + 17);
    expect(at('1969-12-31T23:00:00Z')).toBe(2 * 24 + 23); // a Wednesday
  });

  test('places fall into buckets that double, absences into words', () => {
    expect([0, 1, 2, 3, 6, 7, 14, 15, 1e9, -3].map(positionBucket)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 16, 0]);
    expect([-5, 0, HOUR_MS, 48 * HOUR_MS, 20 * 24 * HOUR_MS, 1e12].map(recencyBucket)).toEqual([
      'session',
      'session',
      'day',
      'week',
      'month',
      'older',
    ]);
  });

  test('says what it knows of the namespaces asked for, and no more', () => {
    const context = { list: 'home', position: 5, sinceLastMs: 1 };
    expect([...encodeContext(context, contextNamespaces)]).toEqual([
      ['list:home', 1],
      ['position:2', 1],
      ['recency:session', 1],
    ]);
    expect([...encodeContext(context, ['hour', 'list']).keys()]).toEqual(['list:home']);
    expect(encodeContext(context, []).size).toBe(0);
  });
});

describe('encodeExample', () => {
  const context = { list: 'home', position: 0, atMs: 0, lastItems: [itemFacets(other)] };

  test('with nothing turned on is the item itself, to the bit', () => {
    expect(encodeExample(paint, 0.4, context, FEATURE_SET)).toEqual(encodeItem(paint, 0.4));
  });

  test('adds what is turned on beside the item, which stays as loud as it was', () => {
    const alone = encodeItem(paint, 0.4);
    const example = encodeExample(
      paint,
      0.4,
      context,
      set({
        context: ['list', 'hour'],
        crosses: [
          ['last.hue', 'hue'],
          ['list', 'category'],
          ['hue', 'lightness'],
        ],
        lastItems: 1,
      }),
    );
    const valueOf = (facet: string): number => example.values[example.facets.indexOf(facet)]!;
    for (const [at, facet] of alone.facets.entries()) expect(valueOf(facet)).toBe(alone.values[at]);
    expect(example.facets.filter((facet) => !alone.facets.includes(facet)).sort()).toEqual(
      ['hour:72', 'hue:blue×lightness:deep', 'last.hue:red×hue:blue', 'list:home', 'list:home×category:Walls'].sort(),
    );
    expect(norm([valueOf('list:home'), valueOf('hour:72')])).toBeCloseTo(CONTEXT_LOUDNESS, 6);
    expect(norm(['hue:blue×lightness:deep', 'last.hue:red×hue:blue', 'list:home×category:Walls'].map(valueOf))).toBeCloseTo(
      CROSS_LOUDNESS,
      6,
    );
    for (const [at, facet] of example.facets.entries()) expect(example.indices[at]).toBe(slotOf(facet).index);
  });

  test('of the items chosen last takes as many as the set says, the earlier ones quieter', () => {
    const lastItems = ['red', 'green', 'teal'].map((hue) => itemFacets({ id: hue, tags: [`hue:${hue}`] }));
    const example = encodeExample(paint, undefined, { lastItems }, set({ crosses: [['last.hue', 'hue']], lastItems: 2 }));
    const loud = (hue: string): number => Math.abs(example.values[example.facets.indexOf(`last.hue:${hue}×hue:blue`)] ?? 0);
    expect(loud('red')).toBeCloseTo(2 * loud('green'), 6);
    expect(loud('green')).toBeGreaterThan(0);
    expect(loud('teal')).toBe(0);
  });

  test('stays sparse, sorted and finite whatever the shop crosses', () => {
    const tags = fc.array(
      fc.string({ maxLength: 4 }).map((value) => `hue:${value}`),
      { maxLength: 24 },
    );
    fc.assert(
      fc.property(
        tags,
        fc.array(
          fc.string({ maxLength: 3 }).map((value) => `hue:${value}`),
          { maxLength: 24 },
        ),
        (own, last) => {
          const example = encodeExample(
            { id: 'a', tags: own },
            undefined,
            { lastItems: [itemFacets({ id: 'b', tags: last })] },
            set({
              crosses: [
                ['last.hue', 'hue'],
                ['hue', 'hue'],
              ],
              lastItems: 3,
            }),
          );
          expect(example.indices.length).toBeLessThanOrEqual(25 + MAX_CROSSED);
          for (let at = 1; at < example.indices.length; at++) expect(example.indices[at]).toBeGreaterThan(example.indices[at - 1]!);
          expect(example.values.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
        },
      ),
      { seed: 21, numRuns: 200 },
    );
  });
});

test('of a set in JSON what can be used is used', () => {
  const given = { context: ['hour', 'moon'], crosses: [['hour', 'category'], ['a'], 7, ['', 'b']], lastItems: 99 };
  expect(readFeatureSet(given)).toEqual({ context: ['hour'], crosses: [['hour', 'category']], lastItems: 10 });
  for (const nothing of [null, undefined, 7, { context: 1, crosses: {}, lastItems: 'x' }])
    expect(readFeatureSet(nothing)).toEqual(FEATURE_SET);
});

describe('the feature hash', () => {
  /** Upper bound of χ² that chance exceeds less than once in a million. @see Wilson and Hilferty 1931 */
  const mostAllowed = (degrees: number): number => degrees * (1 - 2 / (9 * degrees) + 4.7534 * Math.sqrt(2 / (9 * degrees))) ** 3;
  const chiSquare = (counts: readonly number[]): number => {
    const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  };
  const names: readonly (readonly [string, (at: number) => string])[] = [
    ['consecutive ids', (at) => `id:${at}`],
    ['words', (at) => `text:${((at * 2_654_435_761) % 2 ** 32).toString(36)}`],
    ['crosses', (at) => `hour:${at % 168}×category:Shop > Kind ${Math.floor(at / 168)}`],
  ];

  test.each(names)('spreads %s over its buckets, and the signs over each of them', (_, nameOf) => {
    const low = Array<number>(512).fill(0);
    const high = Array<number>(512).fill(0);
    for (let at = 0; at < 100_000; at++) {
      const { index, sign } = slotOf(nameOf(at));
      low[2 * (index & 255) + (sign > 0 ? 1 : 0)]! += 1;
      high[2 * (index >>> 8) + (sign > 0 ? 1 : 0)]! += 1;
    }
    expect(chiSquare(low)).toBeLessThan(mostAllowed(511));
    expect(chiSquare(high)).toBeLessThan(mostAllowed(511));
  });

  test('the bound is not so loose that a skewed hash passes: one in a hundred names in one bucket fails it', () => {
    const counts = Array.from({ length: 512 }, (_, at) => (at === 7 ? 1_195 : 195));
    expect(chiSquare(counts)).toBeGreaterThan(mostAllowed(511));
    expect(mostAllowed(511)).toBeCloseTo(679, -1);
  });
});
