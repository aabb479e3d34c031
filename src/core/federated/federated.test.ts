import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exhaust, givenBits } from '../privacy/bit-tree.contract.js';
import { cellFinder, tasteCells } from './cells.js';
import { defaultTastePolicy } from './default-policy.js';
import { facetVector } from './facet-vector.js';
import { ownHistogram, sampleCell, weightedChoice } from './own-histogram.js';
import { tastePrior, tasteShrinkage } from './taste-prior.js';

const cells = [{ name: 'Blues' }, { name: 'Greens' }, { name: 'other' }];

describe('cells', () => {
  test('are the largest first categories, by size and then by name, and “other”; shares sum to 1', () => {
    const items = ['B', 'B', 'B', 'A', 'C', 'C', 'A', 'D'].map((group) => ({ categories: [group, 'deeper'] }));
    expect(tasteCells([...items, {}, {}], 4)).toEqual([
      { name: 'B', share: 0.3 },
      { name: 'A', share: 0.2 },
      { name: 'C', share: 0.2 },
      { name: 'other', share: 0.3 },
    ]);
  });

  test('an item belongs to its first category’s cell, everything else to “other”', () => {
    const cellOf = cellFinder(cells);
    expect([['Greens', 'Blues'], ['Reds'], [], undefined].map(cellOf)).toEqual([1, 2, 2, 2]);
  });

  test('the default policy refuses cells that cannot be voted on', () => {
    const build = (count: number, variant: 'default' | 'low-epsilon') =>
      defaultTastePolicy({
        site: 'a.b',
        publicKey: 'A'.repeat(43),
        cells: Array.from({ length: count }, (_, cell) => ({ name: `${cell}`, share: 1 / count })),
        variant,
      });
    expect(() => build(4, 'low-epsilon')).toThrow(expect.objectContaining({ code: 'invalid-options' }));
    expect(build(5, 'low-epsilon')).toMatchObject({
      minimumBatch: 5_000,
      mechanism: { subsetSize: 4, keepNumerator: 1, keepDenominator: 2 },
    });
    expect(() =>
      defaultTastePolicy({ site: 'a.b', publicKey: '', cells: [...cells, ...cells].map(({ name }) => ({ name, share: 0 })) }),
    ).toThrow(/distinct/);
  });
});

describe('the own histogram', () => {
  test('is the profile’s mass per cell, normalised; masses that are no numbers count as nothing', () => {
    const masses = new Map([
      ['Blues', 3],
      ['Reds', 0.5],
      ['', 0.5],
      ['Greens', Number.NaN],
    ]);
    expect([...ownHistogram(masses, cells)]).toEqual([0.75, 0, 0.25]);
    expect([...ownHistogram(new Map(), cells)]).toEqual([0, 0, 0]);
  });

  test('a cell is drawn with its share: of the 2^32 values of 32 bits the first 3/4 and the last 1/4', () => {
    const draw = (value: number) =>
      sampleCell([0.75, 0, 0.25], givenBits(Array.from({ length: 32 }, (_, at) => (value / 2 ** (31 - at)) & 1)));
    expect([0, 3 * 2 ** 30 - 1, 3 * 2 ** 30, 2 ** 32 - 1].map(draw)).toEqual([0, 0, 2, 2]);
  });

  test('a profile that says nothing draws a uniform cell', () => {
    const { probability } = exhaust((bits) => sampleCell([0, 0, 0, 0], bits), 2);
    expect([...probability.values()]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('the coin among tasks follows the weights of their policies', () => {
    expect(weightedChoice([1, 3], givenBits([0, 0]))).toBe(0);
    expect(weightedChoice([1, 3], givenBits([0, 1]))).toBe(1);
    const { probability } = exhaust((bits) => weightedChoice([2, 0, 6], bits), 3);
    expect(Object.fromEntries(probability)).toEqual({ 0: 0.25, 2: 0.75 });
  });
});

describe('the taste prior', () => {
  test('is shrink · log(p̂ / share), worked by hand for three cells', () => {
    const estimate = [0.5, 0.45, 0.05];
    const shares = [0.25, 0.25, 0.5];
    // ‖p̂ − share‖² = 0.0625 + 0.04 + 0.2025 = 0.305; noise² = 0.061 → shrink 0.8; the last is floored at 1/12
    const noiseL2 = Math.sqrt(0.061);
    expect(tasteShrinkage(estimate, shares, noiseL2)).toBeCloseTo(0.8, 12);
    const prior = tastePrior(estimate, shares, noiseL2);
    [0.8 * Math.log(2), 0.8 * Math.log(1.8), 0.8 * Math.log(1 / 6)].forEach((value, cell) => expect(prior[cell]).toBeCloseTo(value, 12));
  });

  test('noise as large as the distance, and an estimate equal to the catalogue, change nothing', () => {
    expect([...tastePrior([0.6, 0.4], [0.5, 0.5], 0.2)]).toEqual([0, 0]);
    expect([...tastePrior([0.5, 0.5], [0.5, 0.5], 0)]).toEqual([0, 0]);
  });

  test('is finite for every estimate a round can publish', () => {
    const number = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 2, maxLength: 64 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (rows, noise) => {
          const prior = tastePrior(
            rows.map(([estimate]) => estimate),
            rows.map(([, share]) => share),
            noise,
          );
          expect(prior.every(Number.isFinite)).toBe(true);
        },
      ),
      { seed: 4 },
    );
  });
});

test('the facet vector is the share of yeses that carry a facet', () => {
  const yes = (sampleWeight: number, ...facets: string[]) => ({ label: 1 as const, sampleWeight, facets });
  const events = [
    { examples: [yes(1, 'hue:blue', 'mood:calm'), { label: 0 as const, sampleWeight: 9, facets: ['hue:red'] }] },
    { examples: [yes(3, 'hue:blue'), { label: 1 as const, sampleWeight: 5 }] },
  ];
  expect([...facetVector(events, ['hue:blue', 'mood:calm', 'hue:red'])]).toEqual([1, 0.25, 0]);
});
