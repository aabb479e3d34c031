import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SdkError } from '../errors.js';
import { seededRandom } from '../random.js';
import type { LinearParams, LinearRule, SparseBatch } from './kernel-types.js';
import { stepAnyLinear } from './linear-any.js';
import { batchOfRows, type SparseRow } from './linear-batch.js';
import { stepLinear } from './linear.js';

const size = 8;
const ftrl: LinearRule = { kind: 'ftrl', learningRate: 0.3, l1: 0.2, l2: 0.1, epsilon: 1 };
const rules: readonly (readonly [name: string, LinearRule])[] = [
  ['adagrad', { learningRate: 0.3, l2: 0.01, epsilon: 0.1 }],
  ['adagrad with L1', { learningRate: 0.3, l1: 0.05, l2: 0.01, epsilon: 0 }],
  ['adagrad normalised', { learningRate: 0.3, l1: 0.01, l2: 0.01, epsilon: 0.1, isNormalised: true }],
  ['adagrad squared', { loss: 'squared', learningRate: 0.3, l2: 0, epsilon: 0.1 }],
  ['sgd with L1', { kind: 'sgd', learningRate: 0.1, l1: 0.05, l2: 0.01, epsilon: 0 }],
  ['sgd normalised', { kind: 'sgd', learningRate: 0.1, l2: 0.01, epsilon: 0, isNormalised: true }],
  ['sgd squared normalised', { kind: 'sgd', loss: 'squared', learningRate: 0.1, l2: 0, epsilon: 0, isNormalised: true }],
  ['ftrl', ftrl],
  ['ftrl squared', { ...ftrl, loss: 'squared', epsilon: 0, l1: 0, l2: 0 }],
  ['ftrl normalised', { ...ftrl, isNormalised: true }],
];

function paramsOf(count = size): Required<LinearParams> {
  const zeros = (): Float32Array => new Float32Array(count);
  return { weights: zeros(), accumulators: zeros(), duals: zeros(), scales: zeros() };
}

const row = (entries: readonly (readonly [number, number])[], label: number, more: Partial<SparseRow> = {}): SparseRow => ({
  indices: entries.map(([index]) => index),
  values: entries.map(([, value]) => value),
  label,
  ...more,
});

const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyRow = fc.record({
  indices: fc.constant([0, 1, 3, 6]),
  values: fc.array(fc.oneof(anyFloat, fc.constantFrom(0, 1, -1)), { minLength: 4, maxLength: 4 }),
  label: fc.constantFrom(0, 1),
  sampleWeight: fc.oneof(fc.constantFrom(0, 1), fc.float({ min: 0, noNaN: true, noDefaultInfinity: true })),
  margin: anyFloat,
});

/** A stream with a few telling features: labels by a logistic model of the first two. */
function stream(rows: number, seed: number, units: readonly number[] = []): readonly SparseRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const raw = Array.from({ length: size }, () => 2 * random.nextUnit() - 1);
    const label = random.nextUnit() < 1 / (1 + Math.exp(-4 * raw[0]! + 3 * raw[1]!)) ? 1 : 0;
    return { indices: [...raw.keys()], values: raw.map((value, at) => Math.fround(value) * (units[at] ?? 1)), label };
  });
}

describe.each(rules)('%s', (_, rule) => {
  test('stays finite under any finite input', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 10 }), (rows) => {
        const params = paramsOf();
        const scores = stepAnyLinear(params, batchOfRows(rows), rule);
        for (const values of [scores, ...Object.values(params)]) expect(values.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('one row at a time equals a block, bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 10 }), (rows) => {
        const [block, single] = [paramsOf(), paramsOf()];
        const scores = stepAnyLinear(block, batchOfRows(rows), rule);
        expect(rows.map((each) => stepAnyLinear(single, batchOfRows([each]), rule)[0])).toEqual([...scores]);
        expect(single).toEqual(block);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  test('replays to the same bits', () => {
    const batch = batchOfRows(stream(200, 3));
    const [first, again] = [paramsOf(), paramsOf()];
    expect(stepAnyLinear(first, batch, rule)).toEqual(stepAnyLinear(again, batch, rule));
    expect(again).toEqual(first);
  });

  test('leaves everything untouched at sample weight 0', () => {
    const params = paramsOf();
    stepAnyLinear(params, batchOfRows(stream(20, 4)), rule);
    const before = structuredClone(params);
    const ignored = row([[0, 9]], 1, { sampleWeight: 0 });
    expect(stepAnyLinear(params, batchOfRows([ignored]), rule)[0]).not.toBe(0);
    expect(params).toEqual(before);
  });

  test('learns which of two features speaks for and which against', () => {
    const params = paramsOf();
    stepAnyLinear(params, batchOfRows(stream(2_000, 5)), rule);
    const [first, second, ...noise] = params.weights;
    expect(first! > 0 && second! < 0).toBe(true);
    for (const weight of noise) expect(Math.abs(weight)).toBeLessThan(Math.min(first!, -second!) / 2);
  });
});

describe('the step written down', () => {
  const start = (): Required<LinearParams> => ({ ...paramsOf(1), weights: Float32Array.of(0.5), accumulators: Float32Array.of(4) });
  // score = −1 + 2·0.5 = 0, slope = 3·(½ − 1) = −1.5, gradient −3
  const batch = batchOfRows([row([[0, 2]], 1, { sampleWeight: 3, margin: -1 })]);

  test('sgd draws the moved weight to 0 by learning rate times l1, and no further', () => {
    const params = start();
    stepAnyLinear(params, batch, { kind: 'sgd', learningRate: 0.1, l1: 2, l2: 0.4, epsilon: 0 });
    expect(params.weights[0]).toBeCloseTo(0.5 + 0.1 * (3 - 0.4 * 0.5) - 0.1 * 2, 6);
    stepAnyLinear(params, batch, { kind: 'sgd', learningRate: 0.1, l1: 50, l2: 0, epsilon: 0 });
    expect(params.weights[0]).toBe(0);
  });

  test('adagrad draws it by its own step size', () => {
    const params = start();
    stepAnyLinear(params, batch, { learningRate: 0.1, l1: 2, l2: 0, epsilon: 0.25 });
    const step = 0.1 / (Math.sqrt(4 + 9) + 0.25);
    expect(params.accumulators[0]).toBe(13);
    expect(params.weights[0]).toBeCloseTo(0.5 + step * 3 - step * 2, 6);
  });

  test('squared loss takes the residual as slope', () => {
    const params = start();
    const rating = batchOfRows([row([[0, 2]], 4.5, { margin: 0.25 })]);
    const [score] = stepAnyLinear(params, rating, { kind: 'sgd', loss: 'squared', learningRate: 0.1, l2: 0, epsilon: 0 });
    expect(score).toBe(1.25);
    expect(params.weights[0]).toBeCloseTo(0.5 - 0.1 * 2 * (1.25 - 4.5), 6);
  });

  test('a normalised step works on weight times scale, and forgets what a smaller unit had claimed', () => {
    const params = { ...start(), scales: Float32Array.of(0.5) };
    stepAnyLinear(params, batch, { kind: 'sgd', learningRate: 0.1, l2: 0, epsilon: 0, isNormalised: true });
    // kept weight 0.5·(0.5/2)² = 0.03125, score −1 + 0.0625; then ŵ = 0.0625 moves by −0.1·slope·(2/2)
    const slope = 3 * (1 / (1 + Math.exp(0.9375)) - 1);
    expect(params.scales[0]).toBe(2);
    expect(params.weights[0]).toBeCloseTo((0.0625 - 0.1 * slope) / 2, 6);
  });
});

describe('ftrl', () => {
  /** Algorithm 1 of McMahan et al. 2013 as printed, dense and in float64. */
  function asPrinted(rows: readonly SparseRow[], rule: LinearRule): { weights: number[]; scores: number[] } {
    const { learningRate: alpha, epsilon: beta, l1 = 0, l2 } = rule;
    const z = new Array<number>(size).fill(0);
    const n = new Array<number>(size).fill(0);
    const weightOf = (at: number): number =>
      Math.abs(z[at]!) <= l1 ? 0 : -(z[at]! - Math.sign(z[at]!) * l1) / ((beta + Math.sqrt(n[at]!)) / alpha + l2);
    const scores = rows.map(({ indices, values, label }) => {
      const w = Array.from(indices, weightOf);
      const score = w.reduce((sum, weight, at) => sum + weight * values[at]!, 0);
      const p = 1 / (1 + Math.exp(-score));
      for (const [at, index] of Array.from(indices).entries()) {
        const g = (p - label) * values[at]!;
        const sigma = (Math.sqrt(n[index]! + g * g) - Math.sqrt(n[index]!)) / alpha;
        z[index]! += g - sigma * w[at]!;
        n[index]! += g * g;
      }
      return score;
    });
    return { weights: z.map((_, at) => weightOf(at)), scores };
  }

  test('is the algorithm of the paper', () => {
    const rows = stream(500, 6);
    const want = asPrinted(rows, ftrl);
    const params = paramsOf();
    const scores = stepAnyLinear(params, batchOfRows(rows), ftrl);
    for (const [at, weight] of want.weights.entries()) expect(params.weights[at]).toBeCloseTo(weight, 4);
    for (const [at, score] of want.scores.entries()) expect(scores[at]).toBeCloseTo(score, 4);
  });

  test('keeps features that say nothing at exactly 0', () => {
    const params = paramsOf();
    stepAnyLinear(params, batchOfRows(stream(500, 7)), { ...ftrl, l1: 12 });
    expect([...params.weights].map((weight) => weight === 0)).toEqual([false, false, true, true, true, true, true, true]);
  });
});

describe('normalised', () => {
  const normalised = rules.filter(([, rule]) => rule.isNormalised === true);

  test.each(normalised)('scores of %s do not depend on the unit of a feature, bit for bit for powers of two', (_, rule) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: size, maxLength: size }), fc.nat(), (powers, seed) => {
        const [plain, scaled] = [paramsOf(), paramsOf()];
        const units = powers.map((power) => 2 ** power);
        const scores = stepAnyLinear(plain, batchOfRows(stream(60, seed)), rule);
        expect(stepAnyLinear(scaled, batchOfRows(stream(60, seed, units)), rule)).toEqual(scores);
        for (const [at, weight] of plain.weights.entries()) expect(scaled.weights[at]! * units[at]!).toBe(weight);
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  test.each(normalised)('scores of %s agree to rounding for any unit', (_, rule) => {
    const scores = stepAnyLinear(paramsOf(), batchOfRows(stream(200, 8)), rule);
    const units = [1e-6, 3e5, 0.01, 7e3, 1e-9, 1e9, 0.3, 42];
    const scaled = stepAnyLinear(paramsOf(), batchOfRows(stream(200, 8, units)), rule);
    for (const [at, score] of scores.entries()) expect(Math.abs(scaled[at]! - score)).toBeLessThan(1e-4);
  });

  test('prices in cents do no harm where they ruin a plain step', () => {
    const units = [1, 1, 5_000, 5_000, 5_000, 1, 1, 1];
    const lossOf = (rule: LinearRule): number => {
      const rows = stream(1_000, 9, units);
      const scores = stepAnyLinear(paramsOf(), batchOfRows(rows), rule);
      return rows.reduce((sum, { label }, at) => sum + Math.log1p(Math.exp(label === 1 ? -scores[at]! : scores[at]!)), 0) / rows.length;
    };
    const rule: LinearRule = { learningRate: 0.5, l2: 0, epsilon: 0.1 };
    expect(lossOf({ ...rule, isNormalised: true })).toBeLessThan(0.55);
    expect(lossOf(rule)).toBeGreaterThan(10);
  });
});

describe('refusals', () => {
  const batch: SparseBatch = batchOfRows([row([[0, 1]], 1)]);
  const bare: LinearParams = { weights: new Float32Array(2), accumulators: new Float32Array(2) };
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return error instanceof SdkError ? `${error.code}: ${error.message}` : String(error);
    }
    return 'none';
  };

  test('parameters that lack what a rule remembers are refused by name', () => {
    expect(codeOf(() => stepAnyLinear(bare, batch, ftrl))).toMatch(/^invalid-state: ftrl needs duals of length 2, got none/);
    const short = { ...bare, scales: new Float32Array(1) };
    const rule: LinearRule = { learningRate: 1, l2: 0, epsilon: 0, isNormalised: true };
    expect(codeOf(() => stepAnyLinear(short, batch, rule))).toMatch(/^invalid-state: isNormalised needs scales of length 2, got 1/);
    expect([...bare.weights, ...bare.accumulators]).toEqual([0, 0, 0, 0]);
  });

  test.each([
    ['learningRate', { learningRate: 0 }],
    ['l1', { l1: -1 }],
    ['l2', { l2: Infinity }],
    ['epsilon', { epsilon: NaN }],
  ])('a rule with an impossible %s is refused', (name, part) => {
    expect(codeOf(() => stepAnyLinear(paramsOf(), batch, { ...ftrl, ...part }))).toMatch(new RegExp(`^invalid-options: ${name} must be`));
  });

  test.each(rules.slice(1))('the kernel of the page refuses %s instead of taking another step', (_, rule) => {
    expect(codeOf(() => stepLinear(paramsOf(), batch, rule))).toMatch(/^invalid-options/);
  });

  test('the common rule takes the kernel of the page, bit for bit', () => {
    const [, rule] = rules[0]!;
    const [any, page] = [paramsOf(), paramsOf()];
    const rows = batchOfRows(stream(100, 10));
    expect(stepAnyLinear(any, rows, rule)).toEqual(stepLinear(page, rows, rule));
    expect(any).toEqual(page);
  });
});
