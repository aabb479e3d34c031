import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveLandmark, powerOfTwo, weightAt } from './half-life.js';
import { addPopularity, shareOf, type Popularity } from './popularity.js';
import { addToSession, type Sessions } from './sessions.js';
import { addTransition, tellShares, type Transitions } from './transitions.js';

const HOUR_MS = 3_600_000;

const transitions = (caps: Partial<Pick<Transitions, 'maxRows' | 'maxEntriesPerRow'>> = {}, halfLifeMs = HOUR_MS): Transitions => ({
  scale: { halfLifeMs, landmarkMs: 0 },
  maxRows: 10,
  maxEntriesPerRow: 10,
  ...caps,
  rows: new Map(),
});

const popularity = (caps: Partial<Pick<Popularity, 'maxItems' | 'maxLeaders'>> = {}, halfLifeMs = HOUR_MS): Popularity => ({
  scale: { halfLifeMs, landmarkMs: 0 },
  maxItems: 10,
  maxLeaders: 3,
  ...caps,
  counts: new Map(),
  leaders: [],
  total: 0,
});

function sharesAfter(table: Transitions, from: number, atMs: number): Record<number, number> {
  const shares: Record<number, number> = {};
  const doubt = tellShares(table, from, atMs, (to, share) => {
    shares[to] = share;
  });
  return { ...shares, [-1]: doubt };
}

describe('decay', () => {
  test('powers of two are exact for whole exponents and within 1e-15 between them', () => {
    for (const exponent of [-1021, -300, -3, -1, 0, 1, 7, 64, 1023]) expect(powerOfTwo(exponent)).toBe(2 ** exponent);
    for (const exponent of [-20.7, -0.5, 0.25, 3.14]) expect(powerOfTwo(exponent) / 2 ** exponent).toBeCloseTo(1, 14);
    expect(powerOfTwo(-5000)).toBe(0);
    expect(powerOfTwo(5000)).toBe(Infinity);
    expect(powerOfTwo(Number.NaN)).toBe(0);
  });

  test('an event one half-life old counts exactly half, three half-lives old an eighth', () => {
    const table = transitions();
    addTransition(table, 7, 1, 1, 0);
    addTransition(table, 7, 2, 1, 2 * HOUR_MS);
    addTransition(table, 7, 3, 1, 3 * HOUR_MS);
    // in events of now: 1/8 + 1/2 + 1 and one of doubt
    const total = 1 / 8 + 1 / 2 + 1 + 1;
    expect(sharesAfter(table, 7, 3 * HOUR_MS)).toEqual({ 1: 1 / 8 / total, 2: 1 / 2 / total, 3: 1 / total, [-1]: 1 / total });
  });

  test('what is not repeated fades into doubt', () => {
    const table = transitions();
    addTransition(table, 7, 1, 1, 0);
    expect(sharesAfter(table, 7, HOUR_MS)[1]).toBe(1 / 3);
    expect(sharesAfter(table, 7, 1e6 * HOUR_MS)).toEqual({ [-1]: 1 });
  });

  test('moving the landmark changes no ratio', () => {
    const table = transitions();
    addTransition(table, 7, 1, 1, 250 * HOUR_MS);
    addTransition(table, 7, 2, 1, 257 * HOUR_MS);
    expect(table.scale.landmarkMs).toBe(257 * HOUR_MS);
    expect(sharesAfter(table, 7, 257 * HOUR_MS)).toEqual({ 1: 1 / 257, 2: 128 / 257, [-1]: 128 / 257 });
    addTransition(table, 8, 1, 1, 5000 * HOUR_MS); // older rows are nothing by now
    expect([...table.rows.keys()]).toEqual([8]);
  });

  test('nothing decays with an infinite half-life', () => {
    const scale = { halfLifeMs: Infinity, landmarkMs: 0 };
    expect(moveLandmark(scale, 1e15)).toBe(1);
    expect(weightAt(scale, 1e15)).toBe(1);
  });
});

describe('caps', () => {
  test('a full row loses its smallest entry, never the one just counted', () => {
    const table = transitions({ maxEntriesPerRow: 2 });
    addTransition(table, 7, 1, 0.5, 0);
    addTransition(table, 7, 2, 3, 0);
    addTransition(table, 7, 3, 0.1, 0);
    expect([...table.rows.get(7)!.keys()]).toEqual([2, 3]);
  });

  test('a full table loses the row not touched for longest', () => {
    const table = transitions({ maxRows: 2 });
    for (const from of [1, 2, 1, 3]) addTransition(table, from, 9, 1, 0);
    expect([...table.rows.keys()]).toEqual([1, 3]);
  });

  test('popularity forgets the item not seen for longest, and its share with it', () => {
    const table = popularity({ maxItems: 2 }, Infinity);
    for (const item of [1, 1, 2, 2, 2, 3]) addPopularity(table, item, 0);
    expect([...table.counts]).toEqual([
      [2, 3],
      [3, 1],
    ]);
    expect(shareOf(table, 2)).toBe(3 / 4);
    expect(shareOf(table, 1)).toBe(0);
    expect(table.leaders).toEqual([2, 3]);
  });

  test('leaders are the largest counts, largest first, at any time', () => {
    const event = fc.record({ item: fc.nat(8), atHours: fc.nat(900) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const table = popularity({ maxItems: 100 });
        for (const { item, atHours } of events) addPopularity(table, item, atHours * HOUR_MS);
        const best = [...table.counts.values()].sort((a, b) => b - a).slice(0, 3);
        expect(table.leaders.map((item) => table.counts.get(item))).toEqual(best);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('sessions and the index of their items agree, whatever is forgotten', () => {
    const event = fc.record({ key: fc.nat(6), item: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const memory: Sessions = { maxSessions: 4, maxItemsPerSession: 3, sessionsPerItem: 2, byKey: new Map(), byItem: new Map() };
        for (const [at, { key, item }] of events.entries()) addToSession(memory, key, item, at);
        expect(memory.byKey.size).toBeLessThanOrEqual(4);
        for (const { items } of memory.byKey.values()) expect(items.length).toBeLessThanOrEqual(3);
        for (const [item, keys] of memory.byItem) {
          expect(keys.length).toBeGreaterThan(0);
          expect(keys.length).toBeLessThanOrEqual(2);
          expect(new Set(keys).size).toBe(keys.length);
          for (const key of keys) expect(memory.byKey.get(key)?.items).toContain(item);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});
