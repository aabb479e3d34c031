import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { standardiseRow, type ColumnMoments } from './running-moments-columns.js';
import { addValue, mergeMoments, noMoments, standardDeviation, standardised, type Moments } from './running-moments.js';

const momentsOf = (values: readonly number[]): Moments => values.reduce(addValue, noMoments);

describe('running moments', () => {
  test('keep their digits far from zero, where a sum of squares loses them all', () => {
    // The example of the classic comparison (Chan, Golub, LeVeque 1983): variance 30 whatever the offset
    for (const offset of [0, 1e9, 1e12]) {
      const moments = momentsOf([4, 7, 13, 16].map((value) => offset + value));
      expect(moments.mean - offset).toBeCloseTo(10, 3);
      expect(standardDeviation(moments) ** 2).toBeCloseTo(30, 3);
    }
  });

  test('of two streams merge to those of one', () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 500 }, () => 7 + 3 * random.nextUnit());
    const whole = momentsOf(values);
    for (const cut of [0, 1, 137, 500]) {
      const merged = mergeMoments(momentsOf(values.slice(0, cut)), momentsOf(values.slice(cut)));
      expect(merged.count).toBe(500);
      expect(merged.mean).toBeCloseTo(whole.mean, 12);
      expect(merged.squares).toBeCloseTo(whole.squares, 9);
    }
  });

  test('standardise by what they have seen, bounded, and answer 0 while they know no spread', () => {
    const moments = momentsOf([4, 7, 13, 16]);
    expect(standardised(moments, 10 + 2 * Math.sqrt(30), 5)).toBeCloseTo(2, 12);
    expect([standardised(moments, 1e6, 5), standardised(moments, -1e6, 5)]).toEqual([5, -5]);
    expect([standardised(noMoments, 3, 5), standardised(momentsOf([3]), 4, 5), standardised(momentsOf([3, 3]), 4, 5)]).toEqual([0, 0, 0]);
  });

  test('stay finite under any finite input', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }), (values) => {
        let moments = noMoments;
        for (const value of values) {
          expect(Math.abs(standardised(moments, value, 5))).toBeLessThanOrEqual(5);
          moments = mergeMoments(addValue(moments, value), momentsOf([value, 0]));
        }
        expect(Number.isFinite(moments.mean) && moments.squares >= 0 && Number.isFinite(moments.squares)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

test('a row is measured by the rows before it alone, each column for itself', () => {
  const rows = [
    { a: 4, b: 100 },
    { a: 7, b: 100 },
    { a: 10, b: 160 },
  ];
  let seen: ColumnMoments = {};
  const answers = rows.map((row) => {
    const { values, seen: next } = standardiseRow(seen, row, 9);
    seen = next;
    return values;
  });
  expect(answers[1]).toEqual({ a: 0, b: 0 });
  // before the third row: a has mean 5.5 and deviation √4.5, b has no spread yet
  expect(answers[2]!['a']).toBeCloseTo(4.5 / Math.sqrt(4.5), 12);
  expect(answers[2]!['b']).toBe(0);
  expect(seen['b']).toEqual(momentsOf([100, 100, 160]));
});
