import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stepEmbeddings } from '../core/learners/embeddings.js';
import type {
  DenseBatch,
  EmbeddingBatch,
  EmbeddingParams,
  EmbeddingRule,
  LinearParams,
  LinearRule,
  MlpParams,
  MlpRule,
  SparseBatch,
} from '../core/learners/kernel-types.js';
import { stepAnyLinear } from '../core/learners/linear-any.js';
import { initialMlp, stepMlp } from '../core/learners/mlp.js';
import { quantiseItems, scoreTopKInt8 } from '../core/learners/score-top-k-int8.js';
import { softplus } from '../core/learners/sigmoid.js';
import type { FullEngine } from './engine.js';
import {
  adagrad,
  bpr,
  denseBatch,
  embeddingBatch,
  embeddingParams,
  floats,
  itemMatrix,
  linearParams,
  mlpParams,
  mlpRule,
  relativeL2,
  sparseBatch,
  workedExample,
} from './engine-cases.contract.js';

/**
 * What an engine with all kernels must do beyond `describeEngine`: agree with the pure kernels within `tolerance`, in relative
 * L2 over each array of parameters and over scores. Where an engine leaves a rule or a size to the pure kernel this holds, too.
 */
export function describeFullEngine(make: () => Promise<FullEngine>, tolerance: number): void {
  let engine: FullEngine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.close());

  /** Runs the same call on both, and compares every array that it may change. */
  const check = async <Params extends object>(
    params: Params,
    pure: (params: Params) => Float32Array,
    run: (params: Params) => Promise<Float32Array>,
  ): Promise<void> => {
    const want = copyOf(params);
    const wantScores = pure(want);
    const scores = await run(params);
    expect(scores).toHaveLength(wantScores.length);
    expect(relativeL2(scores, wantScores), 'scores').toBeLessThanOrEqual(tolerance);
    for (const [name, array] of Object.entries(want)) {
      const got: unknown = (params as Record<string, unknown>)[name];
      if (array instanceof Float32Array) expect(relativeL2(got as Float32Array, array), name).toBeLessThanOrEqual(tolerance);
      else expect(got).toEqual(array);
    }
  };

  describe('stepLinear', () => {
    const checkLinear = (params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<void> =>
      check(
        params,
        (own) => stepAnyLinear(own, batch, rule),
        (own) => engine.stepLinear(own, batch, rule),
      );
    const richParams = (size: number, seed: number): LinearParams => ({
      ...linearParams(size, seed),
      duals: floats(size, seed + 1),
      scales: new Float32Array(size).fill(0.5),
    });

    test.each<[string, Partial<LinearRule>]>([
      ['FTRL with L1 and L2', { kind: 'ftrl', l1: 0.1, epsilon: 1 }],
      ['the squared loss', { loss: 'squared' }],
      ['AdaGrad with L1', { l1: 0.01 }],
      ['SGD that does not depend on the unit of a feature', { kind: 'sgd', isNormalised: true }],
    ])('agrees after a hundred steps of %s', async (_name, rule) => {
      const batch = sparseBatch({ rows: 100, size: 1024, nonZeros: 20, seed: 101 });
      await checkLinear(richParams(1024, 100), batch, { ...adagrad, ...rule });
    });

    test.each(workedExample.printed)('gives the printed digits of the worked example after $passes passes', async (printed) => {
      const { pass, rule } = workedExample;
      const params: LinearParams = { weights: new Float32Array(4), accumulators: new Float32Array(4) };
      await engine.stepLinear(params, repeated(pass, printed.passes), rule);
      // Half a unit of the sixth digit; rounding of each store to 32 bits; what this engine may be off.
      const allowed = (want: number): number => 5.01e-7 + (printed.passes === 1 ? 0 : 7e-7) + tolerance * Math.abs(want);
      for (const [at, want] of printed.weights.entries()) expect(Math.abs(params.weights[at]! - want)).toBeLessThan(allowed(want));
      const scores = await engine.stepLinear(params, { ...pass, sampleWeights: new Float32Array(4) }, rule);
      const loss = scores.reduce((sum, score, row) => sum + softplus(pass.labels[row] === 1 ? -score : score), 0) / pass.rows;
      expect(Math.abs(loss - printed.meanLoss)).toBeLessThan(allowed(printed.meanLoss));
    });
  });

  describe('stepEmbeddings', () => {
    const checkEmbeddings = (params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): Promise<void> =>
      check(
        params,
        (own) => stepEmbeddings(own, batch, rule),
        (own) => engine.stepEmbeddings(own, batch, rule),
      );
    const losses = ['logistic', 'squared', 'bpr'] as const;

    test.each(losses)('agrees after one step of a million and after a hundred that stand on each other, %s', async (loss) => {
      await checkEmbeddings(embeddingParams(20, 30_000, 32, 110), embeddingBatch(1, 20, 30_000, 111), { ...bpr, loss });
      await checkEmbeddings(embeddingParams(9, 40, 32, 112), embeddingBatch(100, 9, 40, 113), { ...bpr, loss });
    });

    test.each(losses)('agrees for one user, whose every row stands on the one before, %s', async (loss) => {
      await checkEmbeddings(embeddingParams(1, 500, 21, 114), embeddingBatch(60, 1, 500, 115), { ...bpr, loss });
    });

    test('agrees at margins of ±80, for both labels, and on vectors whose gradients are clamped', async () => {
      const batch = embeddingBatch(40, 9, 40, 116);
      batch.margins.forEach((_margin, row) => (batch.margins[row] = row % 4 < 2 ? 80 : -80));
      for (const loss of ['logistic', 'bpr'] as const) await checkEmbeddings(embeddingParams(9, 40, 16, 117), batch, { ...bpr, loss });
      const huge = embeddingParams(9, 40, 16, 118);
      huge.users.forEach((value, at) => (huge.users[at] = value * 1e12));
      huge.items.forEach((value, at) => (huge.items[at] = value * 1e12));
      await checkEmbeddings(huge, embeddingBatch(12, 9, 40, 119), { ...bpr, loss: 'squared' });
    });

    test('agrees where the square of a first gradient underflows in 32 bits, without epsilon', async () => {
      const batch = embeddingBatch(2, 1, 1, 132);
      const alone = { ...batch, items: new Uint32Array(2), labels: Float32Array.of(0, 1), margins: Float32Array.of(-50, 0) };
      const params = { ...embeddingParams(1, 1, 32, 133), userAccumulators: new Float32Array(32), itemAccumulators: new Float32Array(32) };
      await checkEmbeddings(params, alone, { loss: 'logistic', learningRate: 0.05, l2: 0, biasL2: 0, epsilon: 0 });
    });

    test('leaves everything untouched, to the bit, where every sample weight is 0, and skips such rows among others', async () => {
      const params = embeddingParams(9, 40, 16, 120);
      const before = copyOf(params);
      const batch = embeddingBatch(30, 9, 40, 121);
      const silent = { ...batch, sampleWeights: new Float32Array(30) };
      await checkEmbeddings(params, silent, bpr);
      expect(params).toEqual(before);
      for (let row = 0; row < 30; row += 3) batch.sampleWeights[row] = 0;
      for (const loss of losses) await checkEmbeddings(embeddingParams(9, 40, 16, 122), batch, { ...bpr, loss });
    });

    test('takes no rows, no dimensions, and 3,000 rows of 8,000 users and items', async () => {
      await checkEmbeddings(embeddingParams(3, 4, 8, 123), embeddingBatch(0, 3, 4, 124), bpr);
      await checkEmbeddings(embeddingParams(30, 40, 0, 125), embeddingBatch(50, 30, 40, 126), { ...bpr, loss: 'squared' });
      await checkEmbeddings(embeddingParams(3000, 5000, 4, 127), embeddingBatch(3000, 3000, 5000, 128), bpr);
    });

    test('takes calls that overlap one after the other', async () => {
      const params = embeddingParams(3, 20, 16, 129);
      const want = copyOf(params);
      const batches = [130, 131].map((seed) => embeddingBatch(10, 3, 20, seed));
      for (const batch of batches) stepEmbeddings(want, batch, bpr);
      await Promise.all(batches.map((batch) => engine.stepEmbeddings(params, batch, bpr)));
      expect(relativeL2(params.items, want.items)).toBeLessThanOrEqual(tolerance);
    });
  });

  describe('stepMlp', () => {
    const checkMlp = (params: MlpParams, batch: DenseBatch, rule: MlpRule): Promise<void> =>
      check(
        params,
        (own) => stepMlp(own, batch, rule),
        (own) => engine.stepMlp(own, batch, rule),
      );

    test('agrees after one step and after a hundred of one row each', async () => {
      await checkMlp(mlpParams([128, 64, 1], 140), denseBatch(1, 128, 141), { ...mlpRule, batch: 1 });
      await checkMlp(mlpParams([40, 32, 1], 142), denseBatch(100, 40, 143), { ...mlpRule, batch: 1 });
    });

    test.each<[string, Partial<MlpRule>]>([
      ['AdaGrad', {}],
      ['SGD', { kind: 'sgd' }],
      ['AdaGrad with dropout', { dropout: 0.4 }],
      ['SGD with dropout', { kind: 'sgd', dropout: 0.25 }],
    ])('agrees after fifty steps of eight rows and one of three through two hidden layers by %s', async (_name, rule) => {
      await checkMlp(mlpParams([33, 21, 10, 1], 144), denseBatch(403, 33, 145), { ...mlpRule, ...rule });
    });

    test('goes on with the units that the next step leaves out, and without hidden layers', async () => {
      const params = mlpParams([24, 32, 1], 146);
      for (const seed of [147, 148]) await checkMlp(params, denseBatch(20, 24, seed), { ...mlpRule, dropout: 0.5 });
      expect([...params.steps]).toEqual([6]);
      await checkMlp(mlpParams([64, 1], 149), denseBatch(40, 64, 150), mlpRule);
    });

    test('agrees at margins of ±80, for both labels, and on inputs whose gradients are clamped', async () => {
      const batch = denseBatch(40, 32, 151);
      batch.margins.forEach((_margin, row) => (batch.margins[row] = row % 4 < 2 ? 80 : -80));
      await checkMlp(mlpParams([32, 16, 1], 152), batch, { ...mlpRule, batch: 1 });
      const huge = denseBatch(8, 32, 153);
      huge.vectors.forEach((value, at) => (huge.vectors[at] = value * 1e20));
      await checkMlp(mlpParams([32, 16, 1], 154), huge, { ...mlpRule, batch: 2 });
    });

    test('agrees where the square of a first gradient underflows in 32 bits, without epsilon', async () => {
      const batch = { ...denseBatch(2, 32, 165), labels: Float32Array.of(0, 1), margins: Float32Array.of(-50, 0) };
      await checkMlp(initialMlp([32, 16, 1], 166), batch, { ...mlpRule, batch: 1, l2: 0, epsilon: 0 });
    });

    test('leaves everything untouched, to the bit, where every sample weight is 0, and takes no step for such a group', async () => {
      const params = mlpParams([32, 16, 1], 155);
      const before = copyOf(params);
      const batch = denseBatch(24, 32, 156);
      await checkMlp(params, { ...batch, sampleWeights: new Float32Array(24) }, mlpRule);
      expect(params).toEqual(before);
      batch.sampleWeights.fill(0, 3, 16); // of the first group in part, the second as a whole
      await checkMlp(params, batch, { ...mlpRule, dropout: 0.3 });
      expect([...params.steps]).toEqual([2]);
    });

    test('takes no rows, groups longer than the call, 4,200 rows and a group of 5,000', async () => {
      await checkMlp(mlpParams([32, 16, 1], 157), denseBatch(0, 32, 158), mlpRule);
      await checkMlp(mlpParams([32, 16, 1], 159), denseBatch(3, 32, 160), mlpRule);
      await checkMlp(mlpParams([4, 6, 1], 161), denseBatch(4200, 4, 162), { ...mlpRule, batch: 50 });
      await checkMlp(mlpParams([4, 6, 1], 163), denseBatch(5000, 4, 164), { ...mlpRule, batch: 5000 });
    });
  });

  describe('scoreTopKInt8', () => {
    test.each([
      [5000, 64, 20],
      [33, 48, 100],
      [0, 16, 5],
      [40, 16, 0],
    ])('answers what the pure kernel does, to the bit, for %d items of dim %d, k = %d', async (rows, dim, k) => {
      const items = quantiseItems({ ...itemMatrix(rows, dim, 170), bias: floats(rows, 171) });
      const query = floats(dim, 172);
      expect(await engine.scoreTopKInt8(query, items, k)).toEqual(scoreTopKInt8(query, items, k));
    });
  });
}

function copyOf<Params extends object>(params: Params): Params {
  const entries = Object.entries(params).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? (value as Float32Array).slice() : value,
  ]);
  return Object.fromEntries(entries) as Params; // the same names with values of the same types
}

function repeated(batch: SparseBatch, times: number): SparseBatch {
  const again = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: values.length * times }, (_, at) => values[at % values.length]!);
  return {
    rows: batch.rows * times,
    offsets: Uint32Array.from(
      { length: batch.rows * times + 1 },
      (_, row) => Math.floor(row / batch.rows) * batch.indices.length + batch.offsets[row % batch.rows]!,
    ),
    indices: Uint32Array.from({ length: batch.indices.length * times }, (_, at) => batch.indices[at % batch.indices.length]!),
    values: again(batch.values),
    labels: again(batch.labels),
    sampleWeights: again(batch.sampleWeights),
    margins: again(batch.margins),
  };
}
