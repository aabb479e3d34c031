import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import type { ItemMatrix } from './kernel-types.js';
import { quantiseItems, quantiseQuery, scoreTopKInt8 } from './score-top-k-int8.js';
import { scoreTopK } from './score-top-k.js';

/** Vectors as trained ones are: every row of a length of its own, most of it in a few directions. */
function trainedLike(rows: number, dim: number, seed: number): ItemMatrix {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());
  const vectors = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const length = Math.exp(0.5 * normal());
    for (let at = 0; at < dim; at++) vectors[row * dim + at] = (length * normal()) / Math.sqrt(1 + at);
  }
  return { rows, dim, vectors };
}

describe('quantised items', () => {
  test('are within half a unit of what they were, in every coordinate', () => {
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 3, maxLength: 12 }), (numbers) => {
        const vectors = Float32Array.from(numbers);
        const { codes, scales } = quantiseItems({ rows: 1, dim: vectors.length, vectors });
        for (const [at, value] of vectors.entries()) {
          expect(Math.abs(codes[at]!)).toBeLessThanOrEqual(127);
          // The unit is rounded to 24 bits, and below the smallest Float32 there is none.
          expect(Math.abs(value - codes[at]! * scales[0]!)).toBeLessThanOrEqual(scales[0]! * (0.5 + 1e-4) + 2e-43);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('keep their bias, and rows of zeros', () => {
    const bias = Float32Array.of(1, 2);
    expect(quantiseItems({ rows: 2, dim: 2, vectors: Float32Array.of(0, 0, 3, -4), bias })).toEqual({
      rows: 2,
      dim: 2,
      codes: Int8Array.of(0, 0, 95, -127),
      scales: Float32Array.of(0, 4 / 127),
      bias,
    });
  });

  test.each([
    [5_000, 32],
    [20_000, 64],
  ])('name the same top 20 of %d items of dim %d, but for one in twenty', (rows, dim) => {
    const items = trainedLike(rows, dim, rows);
    const quantised = quantiseItems(items);
    let shared = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const query = trainedLike(1, dim, seed).vectors;
      const best = new Set(scoreTopK(query, items, 20).rows);
      shared += scoreTopKInt8(query, quantised, 20).rows.filter((row) => best.has(row)).length;
    }
    expect(shared / 200).toBeGreaterThanOrEqual(0.95);
  });
});

describe('scoreTopKInt8', () => {
  test('scores by the codes: query codes · codes · both units + bias', () => {
    const items = { rows: 2, dim: 2, codes: Int8Array.of(127, -64, 1, 2), scales: Float32Array.of(0.5, 2), bias: Float32Array.of(10, 0) };
    const { rows, scores } = scoreTopKInt8(Float32Array.of(1, -0.5), items, 2);
    expect([...rows]).toEqual([0, 1]);
    // −0.5 is half of 32,767 units, which is no whole number: one of 65,534 is missing.
    expect(scores[0]).toBeCloseTo(10 + 0.5 * (127 + 64 * 0.5), 3);
    expect(scores[1]).toBeCloseTo(2 * (1 - 2 * 0.5), 3);
  });

  test('breaks ties by the smaller row, and answers fewer where there are fewer', () => {
    const same = { rows: 3, dim: 2, codes: new Int8Array(6).fill(5), scales: new Float32Array(3).fill(1) };
    expect([...scoreTopKInt8(Float32Array.of(1, 1), same, 2).rows]).toEqual([0, 1]);
    expect([...scoreTopKInt8(Float32Array.of(0, 0), same, 9).rows]).toEqual([0, 1, 2]);
    expect(scoreTopKInt8(Float32Array.of(1, 1), { ...same, rows: 0 }, 4).rows).toHaveLength(0);
  });

  test.each([1, 64, 516, 517, 4096, 100_000])('adds up in 32 bits whatever the numbers, dim %d', (dim) => {
    const { codes } = quantiseQuery(new Float32Array(dim).fill(3), dim);
    expect(127 * codes.reduce((sum, code) => sum + code, 0)).toBeLessThanOrEqual(2 ** 31 - 1);
    expect(codes[0]).toBeGreaterThan(100);
  });
});
