import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { stepFactors } from './factors.js';
import type { DenseBatch, FactorParams, LinearParams, LinearRule, SparseBatch } from './kernel-types.js';
import { stepLinear } from './linear.js';
import { scoreTopK } from './score-top-k.js';
import { softplus } from './sigmoid.js';

interface Row {
  readonly entries: readonly (readonly [index: number, value: number])[];
  readonly label: 0 | 1;
  readonly sampleWeight?: number;
  readonly margin?: number;
}

function sparse(rows: readonly Row[]): SparseBatch {
  const offsets = [0];
  for (const row of rows) offsets.push(offsets.at(-1)! + row.entries.length);
  return {
    rows: rows.length,
    offsets: Uint32Array.from(offsets),
    indices: Uint32Array.from(rows.flatMap((row) => row.entries.map(([index]) => index))),
    values: Float32Array.from(rows.flatMap((row) => row.entries.map(([, value]) => value))),
    labels: Float32Array.from(rows.map((row) => row.label)),
    sampleWeights: Float32Array.from(rows.map((row) => row.sampleWeight ?? 1)),
    margins: Float32Array.from(rows.map((row) => row.margin ?? 0)),
  };
}

function dense(
  dim: number,
  rows: readonly { vector: readonly number[]; label: 0 | 1; sampleWeight?: number; margin?: number }[],
): DenseBatch {
  return {
    rows: rows.length,
    dim,
    vectors: Float32Array.from(rows.flatMap((row) => row.vector)),
    labels: Float32Array.from(rows.map((row) => row.label)),
    sampleWeights: Float32Array.from(rows.map((row) => row.sampleWeight ?? 1)),
    margins: Float32Array.from(rows.map((row) => row.margin ?? 0)),
  };
}

const linearParams = (size: number): LinearParams => ({ weights: new Float32Array(size), accumulators: new Float32Array(size) });

function factorParams(dim: number, ridge: number): FactorParams {
  const inverse = new Float32Array(dim * dim);
  for (let at = 0; at < dim; at++) inverse[at * dim + at] = 1 / ridge;
  return { user: new Float32Array(dim), inverse };
}

const adagrad: LinearRule = { learningRate: 0.3, l2: 0.01, epsilon: 0.1 };
const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyWeight = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });
const anyLabel = fc.constantFrom<0 | 1>(0, 1);
const allFinite = (values: Float32Array): boolean => values.every(Number.isFinite);

/** The worked example of DESIGN section 8: bought B only, order A, B, C, D, learning rate 0.1. */
const worked = sparse([
  {
    entries: [
      [0, 1],
      [1, 1],
    ],
    label: 0,
  },
  {
    entries: [
      [0, 1],
      [2, 1],
    ],
    label: 1,
  },
  {
    entries: [
      [1, 1],
      [2, 1],
    ],
    label: 0,
  },
  { entries: [[3, 1]], label: 0 },
]);

function meanLoss(params: LinearParams, batch: SparseBatch): number {
  const scores = stepLinear(params, { ...batch, sampleWeights: new Float32Array(batch.rows) }, adagrad);
  return scores.reduce((sum, score, row) => sum + softplus(batch.labels[row] === 1 ? -score : score), 0) / batch.rows;
}

describe('stepLinear', () => {
  test.each([
    [1, [0.00125, -0.100031, 0.001218, -0.05], 0.662577],
    [100, [0.9662, -3.472497, 0.958998, -2.185472], 0.099743],
  ])('gives the printed digits of the example worked by hand after %d passes', (passes, weights, loss) => {
    const params = linearParams(4);
    for (let pass = 0; pass < passes; pass++) stepLinear(params, worked, { kind: 'sgd', learningRate: 0.1, l2: 0, epsilon: 0 });
    // 5.01e-7: half a unit of the sixth digit, and Float32 rounding of up to 100 stores below it
    for (const [at, want] of weights.entries()) expect(Math.abs(params.weights[at]! - want)).toBeLessThan(passes === 1 ? 5.01e-7 : 1.2e-6);
    expect(Math.abs(meanLoss(params, worked) - loss)).toBeLessThan(5.01e-7);
    expect(params.accumulators).toEqual(new Float32Array(4));
  });

  test('takes the AdaGrad step of the paper, with weight decay and sample weight in the gradient', () => {
    const params: LinearParams = { weights: Float32Array.of(0, 0.5, 0), accumulators: Float32Array.of(0, 0.25, 0) };
    const scores = stepLinear(params, sparse([{ entries: [[1, 2]], label: 0, sampleWeight: 3, margin: -1 }]), {
      learningRate: 0.2,
      l2: 0.1,
      epsilon: 0.05,
    });
    // score = −1 + 0.5·2 = 0, g = 3·0.5·2 + 0.1·0.5 = 3.05, G = 0.25 + 9.3025
    expect(scores[0]).toBe(0);
    expect(params.accumulators[1]).toBeCloseTo(9.5525, 6);
    expect(params.weights[1]).toBeCloseTo(0.5 - (0.2 * 3.05) / (Math.sqrt(9.5525) + 0.05), 7);
    expect([params.weights[0], params.weights[2]]).toEqual([0, 0]);
  });

  test('answers the score before the update of the same row and after that of the row before', () => {
    const params = linearParams(1);
    const scores = stepLinear(
      params,
      sparse([
        { entries: [[0, 1]], label: 1 },
        { entries: [[0, 1]], label: 1 },
      ]),
      { kind: 'sgd', learningRate: 2, l2: 0, epsilon: 0 },
    );
    expect([...scores]).toEqual([0, 1]);
  });

  test('leaves everything untouched at sample weight 0', () => {
    const params: LinearParams = { weights: Float32Array.of(0.7), accumulators: Float32Array.of(0.3) };
    stepLinear(params, sparse([{ entries: [[0, 5]], label: 0, sampleWeight: 0 }]), { ...adagrad, l2: 1 });
    expect([params.weights[0], params.accumulators[0]]).toEqual([Math.fround(0.7), Math.fround(0.3)]);
  });

  const anyRow = fc.record({
    entries: fc.uniqueArray(fc.tuple(fc.nat(7), anyFloat), { selector: ([index]) => index, maxLength: 8 }),
    label: anyLabel,
    sampleWeight: anyWeight,
    margin: anyFloat,
  });

  test('stays finite under any finite input', () => {
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 12 }),
        fc.constantFrom('adagrad' as const, 'sgd' as const),
        anyWeight,
        (rows, kind, epsilon) => {
          const params = linearParams(8);
          const scores = stepLinear(params, sparse(rows), { kind, learningRate: 0.5, l2: 0.1, epsilon });
          expect(allFinite(scores) && allFinite(params.weights) && allFinite(params.accumulators)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('does not care how rows are cut into batches, bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 2, maxLength: 12 }), fc.nat(), (rows, seed) => {
        const whole = linearParams(8);
        const cut = linearParams(8);
        const middle = 1 + (seed % (rows.length - 1));
        const scores = stepLinear(whole, sparse(rows), adagrad);
        const pieces = [
          ...stepLinear(cut, sparse(rows.slice(0, middle)), adagrad),
          ...stepLinear(cut, sparse(rows.slice(middle)), adagrad),
        ];
        expect(pieces).toEqual([...scores]);
        expect(cut).toEqual(whole);
      }),
    );
  });

  test('lowers the loss on a separable toy set', () => {
    const random = seededRandom(5);
    const rows: Row[] = Array.from({ length: 60 }, () => {
      const label = (random.nextUint32() & 1) as 0 | 1;
      return {
        entries: [
          [label, 1],
          [2 + (random.nextUint32() % 6), 0.5],
        ],
        label,
      };
    });
    const params = linearParams(8);
    const before = meanLoss(params, sparse(rows));
    for (let pass = 0; pass < 20; pass++) stepLinear(params, sparse(rows), adagrad);
    expect(before).toBeCloseTo(Math.LN2, 6);
    expect(meanLoss(params, sparse(rows))).toBeLessThan(0.2);
  });
});

describe('stepFactors', () => {
  test('takes the step written in the contract', () => {
    const params: FactorParams = { user: Float32Array.of(0.5, -0.25), inverse: Float32Array.of(2, 0.5, 0.5, 1) };
    const scores = stepFactors(params, dense(2, [{ vector: [1, 2], label: 1, sampleWeight: 3, margin: 0.25 }]), { minCurvature: 0.05 });
    // z = 0.25 + 0.5 − 0.5; k = (3, 2.5); s = 8
    const q = 1 / (1 + Math.exp(-0.25));
    const h = 3 * q * (1 - q);
    expect(scores[0]).toBe(0.25);
    expect(params.user[0]).toBeCloseTo(0.5 + (3 * (1 - q) * 3) / (1 + h * 8), 6);
    expect(params.user[1]).toBeCloseTo(-0.25 + (3 * (1 - q) * 2.5) / (1 + h * 8), 6);
    const downdate = h / (1 + h * 8);
    expect([...params.inverse].map((value) => value.toFixed(5))).toEqual(
      [2 - downdate * 9, 0.5 - downdate * 7.5, 0.5 - downdate * 7.5, 1 - downdate * 6.25].map((value) => value.toFixed(5)),
    );
  });

  test('ends near the ridge solution of the same logistic problem after one pass', () => {
    const random = seededRandom(11);
    const dim = 4;
    const rows = Array.from({ length: 400 }, () => {
      const vector = Array.from({ length: dim }, () => random.nextUnit() * 2 - 1);
      const z = 2 * vector[0]! - vector[1]!;
      return { vector, label: (random.nextUnit() < 1 / (1 + Math.exp(-z)) ? 1 : 0) as 0 | 1 };
    });
    const params = factorParams(dim, 1);
    stepFactors(params, dense(dim, rows), { minCurvature: 0.01 });
    const exact = new Float64Array(dim);
    for (let pass = 0; pass < 3_000; pass++) {
      const gradient = exact.slice();
      for (const { vector, label } of rows) {
        const q = 1 / (1 + Math.exp(-vector.reduce((sum, value, at) => sum + value * exact[at]!, 0)));
        for (let at = 0; at < dim; at++) gradient[at]! += (q - label) * vector[at]!;
      }
      for (let at = 0; at < dim; at++) exact[at]! -= 0.01 * gradient[at]!;
    }
    for (let at = 0; at < dim; at++) expect(Math.abs(params.user[at]! - exact[at]!)).toBeLessThan(0.1);
    expect(exact[0]).toBeGreaterThan(1.4);
  });

  const dim = 3;
  const anyRow = fc.record({
    vector: fc.array(anyFloat, { minLength: dim, maxLength: dim }),
    label: anyLabel,
    sampleWeight: anyWeight,
    margin: anyFloat,
  });

  test('stays finite and symmetric under any finite input', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 10 }), (rows) => {
        const params = factorParams(dim, 2);
        const scores = stepFactors(params, dense(dim, rows), { minCurvature: 0.05 });
        expect(allFinite(scores) && allFinite(params.user) && allFinite(params.inverse)).toBe(true);
        for (let row = 0; row < dim; row++)
          for (let col = 0; col < row; col++) expect(params.inverse[row * dim + col]).toBe(params.inverse[col * dim + row]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('does not care how rows are cut into batches, bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 2, maxLength: 10 }), fc.nat(), (rows, seed) => {
        const whole = factorParams(dim, 2);
        const cut = factorParams(dim, 2);
        const middle = 1 + (seed % (rows.length - 1));
        stepFactors(whole, dense(dim, rows), { minCurvature: 0.05 });
        stepFactors(cut, dense(dim, rows.slice(0, middle)), { minCurvature: 0.05 });
        stepFactors(cut, dense(dim, rows.slice(middle)), { minCurvature: 0.05 });
        expect(cut).toEqual(whole);
      }),
    );
  });
});

describe('scoreTopK', () => {
  test('equals a full sort with ties by the smaller row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })), { maxLength: 40 }),
        fc.nat(45),
        fc.boolean(),
        (points, k, hasBias) => {
          const items = {
            rows: points.length,
            dim: 1,
            vectors: Float32Array.from(points.map(([x]) => x)),
            ...(hasBias && { bias: Float32Array.from(points.map(([, bias]) => bias)) }),
          };
          const scored = points.map(([x, bias], row) => ({ row, score: 2 * x + (hasBias ? bias : 0) }));
          const want = scored.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k);
          const got = scoreTopK(Float32Array.of(2), items, k);
          expect([...got.rows]).toEqual(want.map(({ row }) => row));
          expect([...got.scores]).toEqual(want.map(({ score }) => score));
        },
      ),
    );
  });

  test('multiplies whole vectors and answers nothing for k = 0', () => {
    const items = { rows: 3, dim: 2, vectors: Float32Array.of(1, 0, 0, 1, 1, 1) };
    expect([...scoreTopK(Float32Array.of(3, 5), items, 2).rows]).toEqual([2, 1]);
    expect(scoreTopK(Float32Array.of(3, 5), items, 0).rows.length).toBe(0);
  });
});
