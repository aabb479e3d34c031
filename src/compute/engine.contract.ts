import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stepFactors } from '../core/learners/factors.js';
import type {
  DenseBatch,
  FactorParams,
  FactorRule,
  ItemMatrix,
  LinearParams,
  LinearRule,
  SparseBatch,
} from '../core/learners/kernel-types.js';
import { stepLinear } from '../core/learners/linear.js';
import { scoreTopK } from '../core/learners/score-top-k.js';
import type { Engine } from './engine.js';
import {
  adagrad,
  denseBatch,
  factorParams,
  factorRule,
  floats,
  itemMatrix,
  linearParams,
  relativeL2,
  sparseBatch,
} from './engine-cases.contract.js';

/**
 * What every engine must do: agree with the pure kernels within `tolerance`, in relative L2 over parameters and over scores,
 * on at least 32 × 32 values (tfjs computes smaller ones on the CPU, which would prove nothing about the GPU).
 */
export function describeEngine(make: () => Promise<Engine>, tolerance: number): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.close());

  const checkLinear = async (params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<void> => {
    const want: LinearParams = { weights: params.weights.slice(), accumulators: params.accumulators.slice() };
    const wantScores = stepLinear(want, batch, rule);
    const scores = await engine.stepLinear(params, batch, rule);
    expect(scores).toHaveLength(batch.rows);
    expect(relativeL2(scores, wantScores), 'scores').toBeLessThanOrEqual(tolerance);
    expect(relativeL2(params.weights, want.weights), 'weights').toBeLessThanOrEqual(tolerance);
    expect(relativeL2(params.accumulators, want.accumulators), 'accumulators').toBeLessThanOrEqual(tolerance);
  };
  const checkFactors = async (params: FactorParams, batch: DenseBatch, rule: FactorRule): Promise<void> => {
    const want: FactorParams = { user: params.user.slice(), inverse: params.inverse.slice() };
    const wantScores = stepFactors(want, batch, rule);
    const scores = await engine.stepFactors(params, batch, rule);
    expect(scores).toHaveLength(batch.rows);
    expect(relativeL2(scores, wantScores), 'scores').toBeLessThanOrEqual(tolerance);
    expect(relativeL2(params.user, want.user), 'user').toBeLessThanOrEqual(tolerance);
    expect(relativeL2(params.inverse, want.inverse), 'inverse').toBeLessThanOrEqual(tolerance);
  };

  describe('stepLinear', () => {
    test('agrees after one step, on 2^16 weights', async () => {
      await checkLinear(linearParams(65_536, 1), sparseBatch({ rows: 1, size: 65_536, nonZeros: 48, seed: 2 }), adagrad);
    });

    test('agrees after a hundred steps, with indices that come again and again', async () => {
      await checkLinear(linearParams(1024, 3), sparseBatch({ rows: 100, size: 1024, nonZeros: 60, seed: 4 }), adagrad);
    });

    test('agrees after a hundred plain gradient steps', async () => {
      await checkLinear(linearParams(1024, 5), sparseBatch({ rows: 100, size: 1024, nonZeros: 30, seed: 6 }), { ...adagrad, kind: 'sgd' });
    });

    test('agrees over ten batches, each on what the one before left', async () => {
      const params = linearParams(4096, 7);
      for (let seed = 8; seed < 18; seed++) await checkLinear(params, sparseBatch({ rows: 10, size: 4096, nonZeros: 40, seed }), adagrad);
    });

    test('agrees where the number of weights is no power of two and no square', async () => {
      await checkLinear(linearParams(1500, 19), sparseBatch({ rows: 20, size: 1500, nonZeros: 20, seed: 20 }), adagrad);
    });

    test('agrees on a dense row of 256 values', async () => {
      await checkLinear(linearParams(1024, 21), sparseBatch({ rows: 8, size: 256, nonZeros: 256, seed: 22 }), adagrad);
    });

    test.each(['adagrad', 'sgd'] as const)('agrees after a hundred dense steps by %s, of which every third has weight 0', async (kind) => {
      const batch = sparseBatch({ rows: 100, size: 256, nonZeros: 256, seed: 84 });
      for (let row = 0; row < 100; row += 3) batch.sampleWeights[row] = 0;
      await checkLinear(linearParams(1024, 85), batch, { ...adagrad, kind, learningRate: 0.01 });
    });

    test.each([16, 256])(
      'agrees where the square of a first gradient underflows in 32 bits, without epsilon, on %d values',
      async (nonZeros) => {
        const batch = sparseBatch({ rows: 2, size: nonZeros, nonZeros, seed: 86 });
        batch.labels.set([0, 1]);
        batch.margins.set([-50, 0]);
        const params: LinearParams = { weights: new Float32Array(1024), accumulators: new Float32Array(1024) };
        await checkLinear(params, batch, { learningRate: 0.1, l2: 0, epsilon: 0 });
      },
    );

    test('agrees at margins of ±80, for both labels', async () => {
      const batch = sparseBatch({ rows: 40, size: 1024, nonZeros: 12, seed: 23 });
      batch.margins.forEach((_margin, row) => (batch.margins[row] = row % 4 < 2 ? 80 : -80));
      await checkLinear(linearParams(1024, 24), batch, adagrad);
    });

    test('agrees at margins between 10 and 30, where 1 − σ(z) has no digits left in 32 bits', async () => {
      const batch = sparseBatch({ rows: 42, size: 1024, nonZeros: 12, seed: 25 });
      batch.margins.forEach((_margin, row) => (batch.margins[row] = (row % 2 === 0 ? 1 : -1) * (10 + row / 2)));
      await checkLinear(linearParams(1024, 26), batch, { learningRate: 0.1, l2: 0, epsilon: 1e-6 });
    });

    test('agrees on huge values, whose gradients are clamped and whose scores saturate', async () => {
      const batch = sparseBatch({ rows: 6, size: 1024, nonZeros: 8, seed: 27 });
      batch.values.forEach((value, at) => (batch.values[at] = value * 10 ** (10 + (at % 12))));
      batch.margins.forEach((_margin, row) => (batch.margins[row] = row % 2 === 0 ? 3e38 : -3e38));
      batch.labels.forEach((_label, row) => (batch.labels[row] = row % 2));
      await checkLinear(linearParams(1024, 28), batch, adagrad);
    });

    test('leaves the parameters untouched, to the bit, where every sample weight is 0, and still scores', async () => {
      const params = linearParams(1024, 29);
      const before = params.weights.slice();
      const batch = sparseBatch({ rows: 12, size: 1024, nonZeros: 10, seed: 30 });
      batch.sampleWeights.fill(0);
      await checkLinear(params, batch, adagrad);
      expect(params.weights).toEqual(before);
    });

    test('skips rows of weight 0 among others', async () => {
      const batch = sparseBatch({ rows: 32, size: 256, nonZeros: 16, seed: 31 });
      for (let row = 0; row < 32; row += 3) batch.sampleWeights[row] = 0;
      await checkLinear(linearParams(1024, 32), batch, adagrad);
    });

    test('takes an empty batch and rows without non-zeros', async () => {
      await checkLinear(linearParams(1024, 33), sparseBatch({ rows: 0, size: 1024, nonZeros: 0, seed: 34 }), adagrad);
      await checkLinear(linearParams(1024, 35), sparseBatch({ rows: 5, size: 1024, nonZeros: 0, seed: 36 }), adagrad);
      const mixed = sparseBatch({ rows: 6, size: 1024, nonZeros: 10, seed: 37 });
      mixed.offsets.set([0, 0, 25, 25, 40, 60, 60]);
      mixed.indices.forEach((_index, at) => (mixed.indices[at] = at * 7));
      await checkLinear(linearParams(1024, 38), mixed, adagrad);
    });

    test('takes a batch of 1,500 rows, and one row that holds every weight', async () => {
      await checkLinear(linearParams(4096, 39), sparseBatch({ rows: 1500, size: 4096, nonZeros: 12, seed: 40 }), {
        ...adagrad,
        learningRate: 0.01,
      });
      const all = sparseBatch({ rows: 1, size: 8192, nonZeros: 8192, seed: 41 });
      all.values.forEach((value, at) => (all.values[at] = value / 64));
      await checkLinear(linearParams(8192, 42), all, adagrad);
    });

    test('starts from parameters that were changed outside since the last call', async () => {
      const params = linearParams(1024, 43);
      await checkLinear(params, sparseBatch({ rows: 3, size: 1024, nonZeros: 30, seed: 44 }), adagrad);
      params.weights.fill(0.25);
      params.accumulators.fill(2);
      await checkLinear(params, sparseBatch({ rows: 3, size: 1024, nonZeros: 30, seed: 45 }), adagrad);
    });

    test('takes calls that overlap one after the other', async () => {
      const params = linearParams(1024, 46);
      const want: LinearParams = { weights: params.weights.slice(), accumulators: params.accumulators.slice() };
      const batches = [47, 48, 49].map((seed) => sparseBatch({ rows: 5, size: 1024, nonZeros: 30, seed }));
      for (const batch of batches) stepLinear(want, batch, adagrad);
      await Promise.all(batches.map((batch) => engine.stepLinear(params, batch, adagrad)));
      expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(tolerance);
    });
  });

  describe('stepFactors', () => {
    test.each([16, 32, 33])('agrees after one step and after a hundred, dim %d', async (dim) => {
      await checkFactors(factorParams(dim, 1, 50), denseBatch(1, dim, 51), factorRule);
      await checkFactors(factorParams(dim, 1, 52), denseBatch(100, dim, 53), factorRule);
    });

    test('agrees at margins of ±80, for both labels', async () => {
      const batch = denseBatch(40, 32, 54);
      batch.margins.forEach((_margin, row) => (batch.margins[row] = row % 4 < 2 ? 80 : -80));
      await checkFactors(factorParams(32, 4, 55), batch, factorRule);
    });

    test('leaves the parameters untouched, to the bit, where every sample weight is 0, and still scores', async () => {
      const params = factorParams(32, 2, 56);
      const before = params.inverse.slice();
      const batch = denseBatch(9, 32, 57);
      batch.sampleWeights.fill(0);
      await checkFactors(params, batch, factorRule);
      expect(params.inverse).toEqual(before);
    });

    test('takes an empty batch, rows of zeros, vectors of length 100 and 1,100 rows', async () => {
      await checkFactors(factorParams(32, 1, 58), denseBatch(0, 32, 59), factorRule);
      const zeros = denseBatch(4, 32, 60);
      zeros.vectors.fill(0);
      await checkFactors(factorParams(32, 1, 61), zeros, factorRule);
      const long = denseBatch(12, 32, 62);
      long.vectors.forEach((value, at) => (long.vectors[at] = value * 100));
      await checkFactors(factorParams(32, 1, 63), long, factorRule);
      await checkFactors(factorParams(32, 1, 64), denseBatch(1100, 32, 65), factorRule);
    });
  });

  describe('scoreTopK', () => {
    const checkTopK = async (query: Float32Array, items: ItemMatrix, k: number): Promise<void> => {
      const want = scoreTopK(query, items, k);
      const got = await engine.scoreTopK(query, items, k);
      expect(got.rows).toHaveLength(want.rows.length);
      expect(relativeL2(got.scores, want.scores), 'scores').toBeLessThanOrEqual(tolerance);
      // Rows may change places only where their scores are closer than the tolerance.
      const scale = Math.max(1e-30, ...want.scores.map(Math.abs));
      got.rows.forEach((row, place) => {
        if (row !== want.rows[place]) expect(Math.abs(got.scores[place]! - want.scores[place]!)).toBeLessThanOrEqual(scale * tolerance);
      });
      expect(new Set(got.rows).size).toBe(got.rows.length);
    };

    test.each([
      [1024, 32, 10],
      [5000, 16, 100],
      [33, 48, 33],
    ])('agrees on %d items of dim %d, k = %d', async (rows, dim, k) => {
      await checkTopK(floats(dim, 70), itemMatrix(rows, dim, 71), k);
    });

    test('adds the bias', async () => {
      const items = itemMatrix(2000, 16, 72);
      await checkTopK(floats(16, 73), { ...items, bias: floats(2000, 74) }, 20);
    });

    test('answers all rows where k is larger, and none where there are none', async () => {
      await checkTopK(floats(32, 75), itemMatrix(40, 32, 76), 100);
      const none = await engine.scoreTopK(floats(32, 77), itemMatrix(0, 32, 78), 5);
      expect(none.rows).toHaveLength(0);
      expect((await engine.scoreTopK(floats(32, 79), itemMatrix(40, 32, 80), 0)).rows).toHaveLength(0);
    });

    test('breaks ties by the smaller row', async () => {
      const items: ItemMatrix = { rows: 1500, dim: 32, vectors: new Float32Array(1500 * 32).fill(0.5) };
      const { rows } = await engine.scoreTopK(new Float32Array(32).fill(1), items, 7);
      expect([...rows]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    });

    test('answers for another catalogue after the first', async () => {
      await checkTopK(floats(32, 81), itemMatrix(1100, 32, 82), 10);
      await checkTopK(floats(32, 81), itemMatrix(1100, 32, 83), 10);
    });
  });
}
