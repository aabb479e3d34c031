import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../profile/records.js';
import { TASTE_HALF_LIFE_DAYS, tasteHistogram } from '../profile/taste-histogram.js';
import { addDeed, fuseInterest, halved, interestAt, INTEREST_RULE, type Deed, type Interest } from './fuse-interest.js';
import { fuseModalities, learnModalityWeights, likeness } from './fuse-modalities.js';

const DAY_MS = 86_400_000;
const NOW = 1_700_000_000_000;

describe('fuseModalities', () => {
  const weights = { image: 3, text: 1 };

  test('is the weighted mean of what is there, and of one alone that one', () => {
    expect(fuseModalities({ image: 0.5, text: 0.1 }, weights)).toBeCloseTo(0.4, 15);
    expect(fuseModalities({ image: null, text: 0.1 }, weights)).toBe(0.1);
    expect(fuseModalities({ image: 0.5 }, weights)).toBe(0.5);
    expect(fuseModalities({ image: Number.NaN, text: undefined, sound: 9 }, weights)).toBe(0);
    expect(fuseModalities({ image: 0.5, text: 0.1 }, { image: 0, text: -1 })).toBe(0);
  });

  test('lies between the least and the most that is said, whatever is missing, and is finite', () => {
    const score = fc.oneof(fc.constant(null), fc.constant(undefined), fc.double());
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), score),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.double({ noNaN: true })),
        (scores, given) => {
          const fused = fuseModalities(scores, given);
          expect(Number.isFinite(fused)).toBe(true);
          const said = Object.entries(scores).flatMap(([name, value]) =>
            Number.isFinite(value) && given[name]! > 0 ? [Math.min(3.4028234663852886e38, Math.max(-3.4028234663852886e38, value!))] : [],
          );
          if (said.length === 0) {
            expect(fused).toBe(0);
            return;
          }
          const slack = 1e-12 * Math.max(...said.map(Math.abs));
          expect(fused).toBeGreaterThanOrEqual(Math.min(...said) - slack);
          expect(fused).toBeLessThanOrEqual(Math.max(...said) + slack);
        },
      ),
      { seed: 31, numRuns: 1_000 },
    );
  });
});

describe('learnModalityWeights', () => {
  test('trusts more what judged the chosen one better, and keeps the sum', () => {
    let weights: Readonly<Record<string, number>> = { image: 1, text: 1 };
    for (let choice = 0; choice < 50; choice++)
      weights = learnModalityWeights(weights, { image: 0.9, text: 0.2 }, [{ image: 0.1, text: 0.3 }, { image: 0.3 }], 0.1);
    expect(weights['image']! + weights['text']!).toBeCloseTo(2, 12);
    expect(weights['image']!).toBeGreaterThan(1.9);
  });

  test('learns nothing of what is not said, nor without a rival', () => {
    const weights = { image: 2, text: 1 };
    expect(learnModalityWeights(weights, { image: 1, text: 1 }, [], 0.5)).toEqual(weights);
    expect(learnModalityWeights(weights, { text: null }, [{ image: 1, text: 1 }], 0.5)).toEqual(weights);
    expect(learnModalityWeights({}, { image: 1 }, [{ image: 0 }], 0.5)).toEqual({});
  });
});

test('likeness is the cosine, and null where there is nothing to compare', () => {
  const vector = (...values: number[]): Float32Array => Float32Array.from(values);
  expect(likeness(vector(3, 4), vector(4, 3))).toBeCloseTo(0.96, 12);
  expect(likeness(vector(1, 2), vector(-2, -4))).toBeCloseTo(-1, 12);
  for (const missing of [null, undefined, vector(), vector(1), vector(0, 0), vector(Infinity, 0)])
    expect(likeness(vector(1, 2), missing)).toBeNull();
});

describe('halved', () => {
  test('is exactly a power of two after whole half-lives', () => {
    for (const halfLifeMs of [1, 7, 1_800_000, 30 * DAY_MS])
      for (const times of [0, 1, 2, 10, 52, 1_000, 1_074]) expect(halved(times * halfLifeMs, halfLifeMs)).toBe(2 ** -times);
    expect([halved(1e300, 1), halved(Infinity, 1), halved(-5, 1)]).toEqual([0, 0, 1]);
  });

  test('falls with age, and two waits are one', () => {
    const age = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(age, age, fc.double({ min: 1e6, max: 1e9, noNaN: true }), (first, second, halfLifeMs) => {
        const together = halved(first + second, halfLifeMs);
        const product = halved(first, halfLifeMs) * halved(second, halfLifeMs);
        if (together > 1e-290) expect(Math.abs(product / together - 1)).toBeLessThan(1e-12 * (1 + (first + second) / halfLifeMs));
        expect(halved(first + second, halfLifeMs)).toBeLessThanOrEqual(halved(first, halfLifeMs) * (1 + 1e-15));
        expect(Math.abs(halved(first, halfLifeMs) / 2 ** (-first / halfLifeMs) - 1)).toBeLessThan(1e-12 * (1 + first / halfLifeMs));
      }),
      { seed: 32, numRuns: 1_000 },
    );
  });
});

describe('fuseInterest', () => {
  const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
    fc.record({
      key: fc.constantFrom('blue', 'red'),
      mass: fc.double({ min: 0.1, max: 10, noNaN: true }),
      atMs: fc.integer({ min: NOW - 60 * DAY_MS, max: NOW }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  test('follows the session at once and comes back to the taste of weeks', () => {
    const taste = Array.from({ length: 20 }, (_, day) => ({ key: 'blue', mass: 1, atMs: NOW - (day + 1) * DAY_MS }));
    const whim = Array.from({ length: 20 }, (_, at) => ({ key: 'red', mass: 1, atMs: NOW - at * 10_000 }));
    const now = fuseInterest([...taste, ...whim], NOW);
    expect(now.get('red')!).toBeGreaterThan(now.get('blue')!);
    const longTaste = [...taste, ...taste];
    const tomorrow = fuseInterest([...longTaste, ...whim], NOW + DAY_MS);
    expect(tomorrow.get('blue')!).toBeGreaterThan(tomorrow.get('red')!);
  });

  test('has its parts by hand: a deed of one session half-life ago', () => {
    const { sessionHalfLifeMs, historyHalfLifeMs } = INTEREST_RULE;
    const rule = { sessionHalfLifeMs, historyHalfLifeMs: sessionHalfLifeMs * 2, sessionShare: 0.25 };
    expect(fuseInterest([{ key: 'a', mass: 8, atMs: NOW - 2 * sessionHalfLifeMs }], NOW, rule).get('a')).toBe(
      8 * (0.25 * 0.25 + 0.75 * 0.5),
    );
    expect(historyHalfLifeMs).toBe(TASTE_HALF_LIFE_DAYS * DAY_MS);
  });

  test('is the same one by one, in any order', () => {
    fc.assert(
      fc.property(
        deeds.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
        ([all, mixed]) => {
          const states = new Map<string, Interest>();
          for (const { key, mass, atMs } of mixed) states.set(key, addDeed(states.get(key), mass, atMs));
          for (const [key, wanted] of fuseInterest(all, NOW)) expect(interestAt(states.get(key)!, NOW) / wanted).toBeCloseTo(1, 10);
        },
      ),
      { seed: 33, numRuns: 300 },
    );
  });
});

test('the taste histogram halves in its half-life, to twelve digits', () => {
  const yes = (atMs: number): StoredEvent => ({
    queued: { id: 'e', atMs, event: { type: 'click', source: 'ga4', items: [{ id: 'a' }] } },
    examples: [
      {
        itemId: 'a',
        label: 1,
        sampleWeight: 3,
        indices: Uint32Array.of(1),
        values: Float32Array.of(1),
        facets: ['category:Walls'],
        vector: null,
        margin: 0,
      },
    ],
  });
  for (const halves of [0, 1, 2, 3, 12]) {
    const mass = tasteHistogram([yes(NOW - halves * TASTE_HALF_LIFE_DAYS * DAY_MS)], NOW).get('Walls')!;
    expect(mass / (3 * 2 ** -halves)).toBeCloseTo(1, 12);
  }
});
