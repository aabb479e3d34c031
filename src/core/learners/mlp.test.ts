import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import type { DenseBatch, MlpParams, MlpRule } from './kernel-types.js';
import { dropoutBits, dropoutKey, dropoutThreshold } from './mlp-dropout.js';
import { initialMlp, scoreMlp, stepMlp } from './mlp.js';
import { softplus } from './sigmoid.js';

const sgd: MlpRule = { kind: 'sgd', batch: 1, learningRate: 0.5, l2: 0, epsilon: 0, dropout: 0, seed: 1 };
const adagrad: MlpRule = { batch: 4, learningRate: 0.1, l2: 0.01, epsilon: 0.1, dropout: 0.3, seed: 7 };

interface Row {
  readonly vector: readonly number[];
  readonly label: 0 | 1;
  readonly sampleWeight?: number;
  readonly margin?: number;
}

function dense(dim: number, rows: readonly Row[]): DenseBatch {
  return {
    rows: rows.length,
    dim,
    vectors: Float32Array.from(rows.flatMap((row) => row.vector)),
    labels: Float32Array.from(rows.map((row) => row.label)),
    sampleWeights: Float32Array.from(rows.map((row) => row.sampleWeight ?? 1)),
    margins: Float32Array.from(rows.map((row) => row.margin ?? 0)),
  };
}

const copyOf = (params: MlpParams): MlpParams => ({
  sizes: params.sizes,
  weights: params.weights.slice(),
  accumulators: params.accumulators.slice(),
  steps: params.steps.slice(),
});

/** Seeded rows on which no unit's input is near 0. */
function someRows(count: number, dim: number, seed: number): readonly Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    vector: Array.from({ length: dim }, () => 2 * random.nextUnit() - 1),
    label: (random.nextUint32() & 1) as 0 | 1,
    sampleWeight: 0.5 + 2 * random.nextUnit(),
    margin: random.nextUnit() - 0.5,
  }));
}

describe('stepMlp', () => {
  // Two inputs, two hidden units (the second silent), one output, worked by hand.
  const tiny = (): MlpParams => ({
    sizes: [2, 2, 1],
    weights: Float32Array.of(1, -0.5, -1, 0, /* biases */ 0.25, 0.5, /* output */ 2, 3, /* bias */ -1.25),
    accumulators: new Float32Array(9),
    steps: new Uint32Array(1),
  });

  test('takes the gradient step worked by hand, through a unit that speaks and past one that is silent', () => {
    const params = tiny();
    // hidden: 1 − 1 + 0.25 = 0.25 and −1 + 0.5 → 0; score = −0.25 + 2·0.25 − 1.25 = −1... with margin 1: 0.25 − 0.25 = 0
    const scores = stepMlp(params, dense(2, [{ vector: [1, 2], label: 0, sampleWeight: 3, margin: 0.75 }]), sgd);
    expect([...scores]).toEqual([0]);
    // slope 3·(½ − 0) = 1.5; output weights −0.5·1.5·0.25, hidden slope 1.5·2 = 3
    expect([...params.weights]).toEqual([1 - 1.5, -0.5 - 3, -1, 0, 0.25 - 1.5, 0.5, 2 - 0.1875, 3, -1.25 - 0.75]);
    expect([...params.steps]).toEqual([1]);
    expect(params.accumulators).toEqual(new Float32Array(9));
  });

  test('takes the AdaGrad step of the paper on every number, decayed ones too', () => {
    const params = tiny();
    params.accumulators.fill(0.25);
    stepMlp(params, dense(2, [{ vector: [1, 2], label: 0, margin: 0.75 }]), { ...sgd, kind: 'adagrad', l2: 0.1, epsilon: 0.05 });
    // slope ½: output weight g = 0.5·0.25 + 0.2; the silent unit's first weight g = 0.1·−1
    const moved = (weight: number, gradient: number): number => weight - (0.5 * gradient) / (Math.sqrt(0.25 + gradient * gradient) + 0.05);
    expect(params.weights[6]).toBeCloseTo(moved(2, 0.325), 6);
    expect(params.weights[2]).toBeCloseTo(moved(-1, -0.1), 6);
    expect(params.weights[8]).toBeCloseTo(moved(-1.25, 0.5 - 0.125), 6);
    expect(params.accumulators[6]).toBeCloseTo(0.25 + 0.325 ** 2, 6);
  });

  test.each([0, 0.4])('moves against the numeric gradient of the weighted mean loss, dropout %d', (dropout) => {
    const params = initialMlp([5, 6, 4, 1], 3);
    params.weights.forEach((weight, at) => (params.weights[at] = weight + 0.03 * ((at % 5) - 2)));
    const rows = someRows(7, 5, 4).map((row, at) => (at === 2 ? { ...row, sampleWeight: 0 } : row));
    const batch = dense(5, rows);
    const rule: MlpRule = { ...sgd, batch: 7, learningRate: 1, dropout };
    const lossAt = (weights: Float64Array): number => {
      const scores = stepMlp({ ...copyOf(params), weights: weights as never }, batch, { ...rule, learningRate: 0 });
      // Six rows count; the score is Float32, so the difference below has about four digits.
      return scores.reduce((sum, score, row) => sum + batch.sampleWeights[row]! * softplus(rows[row]!.label === 1 ? -score : score), 0) / 6;
    };
    const after = copyOf(params);
    stepMlp(after, batch, rule);
    const width = 1e-3;
    params.weights.forEach((weight, at) => {
      const [up, down] = [Float64Array.from(params.weights), Float64Array.from(params.weights)];
      up[at]! += width;
      down[at]! -= width;
      const numeric = (lossAt(up) - lossAt(down)) / (2 * width);
      expect(Math.abs(weight - after.weights[at]! - numeric)).toBeLessThan(2e-4);
    });
    expect(after.weights).not.toEqual(params.weights);
  });

  test('learns what no line separates', () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 400 }, (): Row => {
      const vector = [2 * random.nextUnit() - 1, 2 * random.nextUnit() - 1];
      return { vector, label: vector[0]! * vector[1]! > 0 ? 1 : 0 };
    });
    const params = initialMlp([2, 16, 1], 5);
    for (let pass = 0; pass < 40; pass++)
      stepMlp(params, dense(2, rows), { ...sgd, kind: 'adagrad', batch: 8, learningRate: 0.2, epsilon: 1e-6 });
    const scores = scoreMlp(params, dense(2, rows).vectors, rows.length);
    const right = rows.filter(({ label }, row) => scores[row]! > 0 === (label === 1)).length;
    expect(right).toBeGreaterThan(380);
  });

  test('is the same bit for bit in one call of four groups and a half as in five calls, and when it is repeated', () => {
    const batch = dense(5, someRows(18, 5, 6));
    const [whole, again, cut] = [initialMlp([5, 8, 1], 2), initialMlp([5, 8, 1], 2), initialMlp([5, 8, 1], 2)];
    const scores = stepMlp(whole, batch, adagrad);
    expect(stepMlp(again, batch, adagrad)).toEqual(scores);
    expect(again).toEqual(whole);
    const pieces: number[] = [];
    for (let first = 0; first < 18; first += 4) pieces.push(...stepMlp(cut, dense(5, someRows(18, 5, 6).slice(first, first + 4)), adagrad));
    expect(pieces).toEqual([...scores]);
    expect(cut).toEqual(whole);
    expect([...whole.steps]).toEqual([5]);
  });

  test('answers scores before the step of their group', () => {
    const params = initialMlp([5, 8, 1], 2);
    const batch = dense(
      5,
      someRows(4, 5, 8).map((row) => ({ ...row, margin: 0 })),
    );
    const before = scoreMlp(params, batch.vectors, 4);
    expect(stepMlp(params, batch, { ...adagrad, dropout: 0 })).toEqual(before);
    expect(scoreMlp(params, batch.vectors, 4)).not.toEqual(before);
  });

  test('leaves everything untouched, steps too, where every sample weight is 0', () => {
    const params = initialMlp([5, 8, 1], 2);
    const before = copyOf(params);
    const batch = dense(5, someRows(6, 5, 8));
    batch.sampleWeights.fill(0);
    stepMlp(params, batch, adagrad);
    expect(params).toEqual(before);
  });

  test('takes no rows, and none of its own memory changes', () => {
    const params = initialMlp([5, 8, 1], 2);
    expect(stepMlp(params, dense(5, []), adagrad)).toHaveLength(0);
    expect(params).toEqual(initialMlp([5, 8, 1], 2));
  });

  const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
  const anyWeight = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });
  test('stays finite under any finite input', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            vector: fc.array(anyFloat, { minLength: 2, maxLength: 2 }),
            label: fc.constantFrom<0 | 1>(0, 1),
            sampleWeight: anyWeight,
            margin: anyFloat,
          }),
          { maxLength: 7 },
        ),
        fc.array(anyFloat, { minLength: 17, maxLength: 17 }),
        fc.constantFrom('adagrad' as const, 'sgd' as const),
        anyWeight,
        (rows, weights, kind, epsilon) => {
          const params: MlpParams = { ...initialMlp([2, 2, 3, 1], 1), weights: Float32Array.from([...weights, 1, 1]) };
          const scores = stepMlp(params, dense(2, rows), { ...adagrad, kind, batch: 3, epsilon });
          const all = [...scores, ...params.weights, ...params.accumulators, ...scoreMlp(params, dense(2, rows).vectors, rows.length)];
          expect(all.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 1_000, seed: 1 },
    );
  });
});

describe('dropout', () => {
  test('leaves out its share of the units, in every layer and step, and no two steps the same', () => {
    const threshold = dropoutThreshold({ ...adagrad, dropout: 0.3 });
    const out = (step: number, layer: number): string =>
      Array.from({ length: 64 }, (_, unit) => (dropoutBits(dropoutKey(11, step, 0, layer), unit) < threshold ? '1' : '0')).join('');
    const patterns = Array.from({ length: 500 }, (_, step) => [out(step, 0), out(step, 1)]).flat();
    const share = patterns.join('').replaceAll('0', '').length / (64 * 1000);
    // Seeded, so it cannot fail by chance; for fair coins 5 standard deviations of 0.0018 are exceeded once in two million.
    expect(Math.abs(share - 0.3)).toBeLessThan(0.009);
    expect(new Set(patterns).size).toBe(1000);
  });

  test('hashes to the bits that another program (Python, integers modulo 2^32) gives', () => {
    expect([dropoutKey(0, 0, 0, 0), dropoutBits(dropoutKey(42, 7, 3, 1), 5), dropoutBits(4_294_967_295, 2)]).toEqual([
      1_106_484_830, 2_827_165_863, 1_753_845_952,
    ]);
  });

  test('scales the units that stay, so that the mean score is that of the whole network', () => {
    const params: MlpParams = { ...initialMlp([1, 64, 1], 1), weights: new Float32Array(193).fill(1) };
    params.weights.fill(0, 64, 128); // hidden biases
    params.weights[192] = 0;
    const batch = dense(
      1,
      Array.from({ length: 400 }, () => ({ vector: [1], label: 1 as const })),
    );
    const scores = stepMlp(params, batch, { ...sgd, batch: 400, learningRate: 0, dropout: 0.25 });
    const mean = scores.reduce((sum, score) => sum + score, 0) / 400;
    // A row's score has a standard deviation of √(64 · 0.25 / 0.75) = 4.6, the mean 0.23: within 5 of them, once in two million.
    expect(Math.abs(mean - 64)).toBeLessThan(1.2);
    expect(new Set(scores).size).toBeGreaterThan(10);
  });
});

describe('initialMlp', () => {
  test('draws weights of variance 2 / inputs and leaves biases at 0', () => {
    const { weights } = initialMlp([400, 100, 1], 6);
    const variance = weights.subarray(0, 40_000).reduce((sum, weight) => sum + weight * weight, 0) / 40_000;
    expect(variance).toBeCloseTo(2 / 400, 4);
    expect(weights.subarray(40_000, 40_100)).toEqual(new Float32Array(100));
    expect(initialMlp([400, 100, 1], 6).weights).toEqual(weights);
    expect(initialMlp([400, 100, 1], 7).weights).not.toEqual(weights);
  });

  test.each([[[3]], [[3, 2]], [[0, 1]], [[2.5, 1]], [[]]])('refuses sizes %j', (sizes) => {
    expect(() => initialMlp(sizes, 1)).toThrow(/sizes must be/);
  });
});
