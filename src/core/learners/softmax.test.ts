import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SdkError } from '../errors.js';
import { seededRandom } from '../random.js';
import { batchOfRows, type SparseRow } from './linear-batch.js';
import { stepLinear } from './linear.js';
import { softmaxLoss, stepSoftmax, type SoftmaxBatch, type SoftmaxParams, type SoftmaxRule } from './softmax.js';

const size = 6;
const classes = 3;
const adagrad: SoftmaxRule = { learningRate: 0.5, l2: 0.01, epsilon: 0.1 };
const rules: readonly (readonly [name: string, SoftmaxRule])[] = [
  ['adagrad', adagrad],
  ['adagrad without epsilon', { learningRate: 0.5, l2: 0, epsilon: 0 }],
  ['adagrad normalised', { ...adagrad, isNormalised: true }],
  ['sgd', { kind: 'sgd', learningRate: 0.2, l2: 0.01, epsilon: 0 }],
  ['sgd normalised', { kind: 'sgd', learningRate: 0.2, l2: 0.01, epsilon: 0, isNormalised: true }],
];

function batchOf(rows: readonly SparseRow[]): SoftmaxBatch {
  return { ...batchOfRows(rows), labels: Uint32Array.from(rows, ({ label }) => label) };
}

function paramsOf(count = classes): Required<SoftmaxParams> {
  return { weights: new Float32Array(size * count), accumulators: new Float32Array(size * count), scales: new Float32Array(size) };
}

/** Feature c speaks for class c, the others are noise. */
function stream(rows: number, seed: number, units: readonly number[] = []): readonly SparseRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const label = random.nextUint32() % classes;
    const values = Array.from({ length: size }, (_, at) => Math.fround(random.nextUnit() - 0.5 + (at === label ? 1 : 0)));
    return { indices: [...values.keys()], values: values.map((value, at) => value * (units[at] ?? 1)), label };
  });
}

const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyRow = fc.record({
  indices: fc.constant([0, 2, 5]),
  values: fc.array(fc.oneof(anyFloat, fc.constantFrom(0, 1)), { minLength: 3, maxLength: 3 }),
  label: fc.nat(classes - 1),
  sampleWeight: fc.oneof(fc.constantFrom(0, 1), fc.float({ min: 0, noNaN: true, noDefaultInfinity: true })),
});

describe.each(rules)('%s', (_, rule) => {
  test('stays finite under any finite input', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 10 }), (rows) => {
        const params = paramsOf();
        const scores = stepSoftmax(params, batchOf(rows), rule, classes);
        for (const values of [scores, ...Object.values(params)]) expect(values.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('one row at a time equals a block, bit for bit, and replays', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), (rows) => {
        const [block, single] = [paramsOf(), paramsOf()];
        const scores = stepSoftmax(block, batchOf(rows), rule, classes);
        expect(rows.flatMap((row) => [...stepSoftmax(single, batchOf([row]), rule, classes)])).toEqual([...scores]);
        expect(single).toEqual(block);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  test('learns which feature speaks for which class, each row predicted before it is learned', () => {
    const rows = stream(600, 3);
    const scores = stepSoftmax(paramsOf(), batchOf(rows), rule, classes);
    const right = rows.filter(({ label }, row) => {
      const held = scores.subarray(row * classes, (row + 1) * classes);
      return held.every((score, c) => c === label || score < held[label]!);
    });
    expect([...scores.subarray(0, classes)]).toEqual([0, 0, 0]);
    expect(right.length / rows.length).toBeGreaterThan(0.8);
  });
});

test('takes the step of the cross-entropy on every class', () => {
  const params = { ...paramsOf(), weights: new Float32Array(size * classes), accumulators: new Float32Array(size * classes).fill(4) };
  params.weights.set([0.5, 0, -0.5], 2 * classes);
  const scores = stepSoftmax(params, batchOf([{ indices: [2], values: [2], label: 1, sampleWeight: 3 }]), adagrad, classes);
  expect([...scores]).toEqual([1, 0, -1]);
  const total = Math.E + 1 + 1 / Math.E;
  for (const [c, score] of [1, 0, -1].entries()) {
    const weight = 0.5 - 0.5 * c;
    const gradient = 3 * 2 * (Math.exp(score) / total - (c === 1 ? 1 : 0)) + 0.01 * weight;
    expect(params.accumulators[2 * classes + c]).toBeCloseTo(4 + gradient ** 2, 5);
    expect(params.weights[2 * classes + c]).toBeCloseTo(weight - (0.5 * gradient) / (Math.sqrt(4 + gradient ** 2) + 0.1), 6);
  }
  expect(params.weights.filter((weight) => weight !== 0).length).toBe(3);
});

test('leaves everything untouched at sample weight 0', () => {
  const params = paramsOf();
  stepSoftmax(params, batchOf(stream(20, 6)), adagrad, classes);
  const before = structuredClone(params);
  const [row] = stream(1, 7);
  expect(stepSoftmax(params, batchOf([{ ...row!, sampleWeight: 0 }]), adagrad, classes)[0]).not.toBe(0);
  expect(params).toEqual(before);
});

test('two classes by SGD are logistic regression: their difference moves twice as fast', () => {
  const rows = stream(200, 4).map((row) => ({ ...row, label: row.label % 2 }));
  const two = paramsOf(2);
  const one = { weights: new Float32Array(size), accumulators: new Float32Array(size) };
  const pairs = stepSoftmax(two, batchOf(rows), { kind: 'sgd', learningRate: 0.1, l2: 0, epsilon: 0 }, 2);
  const scores = stepLinear(one, batchOfRows(rows), { kind: 'sgd', learningRate: 0.2, l2: 0, epsilon: 0 });
  for (const [row, score] of scores.entries()) expect(pairs[2 * row + 1]! - pairs[2 * row]!).toBeCloseTo(score, 4);
});

test.each(rules.filter(([, rule]) => rule.isNormalised))('scores of %s do not depend on the unit of a feature', (_, rule) => {
  const scores = stepSoftmax(paramsOf(), batchOf(stream(100, 5)), rule, classes);
  const powers = [2 ** 12, 2 ** -9, 1, 2 ** 20, 2 ** -20, 4];
  expect(stepSoftmax(paramsOf(), batchOf(stream(100, 5, powers)), rule, classes)).toEqual(scores);
});

test('normalised steps without scales are refused', () => {
  const { weights, accumulators } = paramsOf();
  const step = (): unknown => stepSoftmax({ weights, accumulators }, batchOf([]), { ...adagrad, isNormalised: true }, classes);
  expect(step).toThrow(SdkError);
  expect(step).toThrow('isNormalised needs scales of length 6, got none');
});

test('softmax loss is ln k for the undecided and linear far off', () => {
  expect(softmaxLoss([0, 0, 0, 0], 2)).toBeCloseTo(Math.log(4), 14);
  expect(softmaxLoss([1e30, 0], 1)).toBe(1e30);
  expect(softmaxLoss([1, 3], 1)).toBeCloseTo(Math.log1p(Math.exp(-2)), 14);
});
