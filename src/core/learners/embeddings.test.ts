import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { emptyEmbeddings, stepEmbeddings } from './embeddings.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from './kernel-types.js';
import { sigmoid, softplus } from './sigmoid.js';

interface Row {
  readonly user: number;
  readonly item: number;
  readonly rival?: number;
  readonly label?: number;
  readonly sampleWeight?: number;
  readonly margin?: number;
}

const batchOf = (rows: readonly Row[]): EmbeddingBatch => ({
  rows: rows.length,
  users: Uint32Array.from(rows, ({ user }) => user),
  items: Uint32Array.from(rows, ({ item }) => item),
  rivals: Uint32Array.from(rows, ({ rival }) => rival ?? 0),
  labels: Float32Array.from(rows, ({ label }) => label ?? 1),
  sampleWeights: Float32Array.from(rows, ({ sampleWeight }) => sampleWeight ?? 1),
  margins: Float32Array.from(rows, ({ margin }) => margin ?? 0),
});

/** One user, three items, dim 2: numbers at which a swapped index or sign shows. */
function smallParams(): EmbeddingParams {
  return {
    ...emptyEmbeddings({ users: 1, items: 3, dim: 2, seed: 1 }),
    users: Float32Array.of(0.5, -1),
    items: Float32Array.of(9, 9, 2, 0.25, -0.5, 0.75),
    userBiases: Float32Array.of(0.125),
    itemBiases: Float32Array.of(9, 0.5, -0.25),
    userAccumulators: Float32Array.of(0.25, 1),
    itemAccumulators: Float32Array.of(0, 0, 0.5, 2, 4, 0),
    userBiasAccumulators: Float32Array.of(3),
    itemBiasAccumulators: Float32Array.of(0, 1.5, 0.75),
  };
}

const rule: EmbeddingRule = { loss: 'logistic', learningRate: 0.2, l2: 0.1, biasL2: 0.05, epsilon: 0.25 };
const losses = ['logistic', 'squared', 'bpr'] as const;
const copyOf = (params: EmbeddingParams): EmbeddingParams => structuredClone(params);

/** A number after its AdaGrad step, and its accumulator. */
function stepped(weight: number, accumulator: number, gradient: number): readonly [number, number] {
  const sum = accumulator + gradient * gradient;
  return [weight - (0.2 * gradient) / (Math.sqrt(sum) + 0.25), sum];
}

function expectPairs(weights: Float32Array, accumulators: Float32Array, from: number, want: readonly (readonly [number, number])[]): void {
  for (const [at, [weight, accumulator]] of want.entries()) {
    expect(weights[from + at]).toBeCloseTo(weight, 6);
    expect(accumulators[from + at]! / accumulator).toBeCloseTo(1, 6);
  }
}

describe('stepEmbeddings', () => {
  test.each([
    ['logistic', 0, sigmoid(1)],
    ['squared', 4, 1 - 4],
  ] as const)('takes the AdaGrad step of the loss %s worked by hand', (loss, label, residual) => {
    const params = smallParams();
    // score = −0.375 + 0.125 + 0.5 + (0.5·2 − 1·0.25) = 1
    const scores = stepEmbeddings(params, batchOf([{ user: 0, item: 1, label, sampleWeight: 3, margin: -0.375 }]), { ...rule, loss });
    const slope = 3 * residual;
    expect([...scores]).toEqual([1]);
    expectPairs(params.users, params.userAccumulators, 0, [stepped(0.5, 0.25, slope * 2 + 0.1 * 0.5), stepped(-1, 1, slope * 0.25 - 0.1)]);
    expectPairs(params.items, params.itemAccumulators, 2, [stepped(2, 0.5, slope * 0.5 + 0.2), stepped(0.25, 2, -slope + 0.025)]);
    expectPairs(params.userBiases, params.userBiasAccumulators, 0, [stepped(0.125, 3, slope + 0.05 * 0.125)]);
    expectPairs(params.itemBiases, params.itemBiasAccumulators, 1, [stepped(0.5, 1.5, slope + 0.05 * 0.5)]);
    expect([params.items[0], params.items[4], params.itemBiases[0], params.itemBiases[2]]).toEqual([9, -0.5, 9, -0.25]);
  });

  test('takes the BPR step worked by hand: the user bias stays, the rival goes the other way', () => {
    const params = smallParams();
    // score = 0.25 + (0.5 + 0.75) − (−0.25 − 0.25 − 0.75) = 2.75
    const scores = stepEmbeddings(params, batchOf([{ user: 0, item: 1, rival: 2, sampleWeight: 2, margin: 0.25 }]), {
      ...rule,
      loss: 'bpr',
    });
    const slope = 2 * (sigmoid(2.75) - 1);
    expect([...scores]).toEqual([2.75]);
    expectPairs(params.users, params.userAccumulators, 0, [stepped(0.5, 0.25, slope * 2.5 + 0.05), stepped(-1, 1, slope * -0.5 - 0.1)]);
    expectPairs(params.items, params.itemAccumulators, 2, [
      stepped(2, 0.5, slope * 0.5 + 0.2),
      stepped(0.25, 2, -slope + 0.025),
      stepped(-0.5, 4, -slope * 0.5 - 0.05),
      stepped(0.75, 0, slope + 0.075),
    ]);
    expectPairs(params.itemBiases, params.itemBiasAccumulators, 1, [
      stepped(0.5, 1.5, slope + 0.025),
      stepped(-0.25, 0.75, -slope - 0.0125),
    ]);
    expect([params.userBiases[0], params.userBiasAccumulators[0]]).toEqual([0.125, 3]);
  });

  test.each(losses)('follows the numeric gradient of the loss %s', (loss) => {
    const row = { user: 0, item: 1, rival: 2, label: loss === 'squared' ? 3 : 0, sampleWeight: 1.5, margin: 0.25 };
    /** Sample-weighted loss at parameters shifted by `shift`, with the penalty of what the row touches. */
    const lossAt = (params: EmbeddingParams): number => {
      const probe = batchOf([{ ...row, sampleWeight: 0 }]);
      const score = stepEmbeddings(copyOf(params), probe, { ...rule, loss })[0]!;
      const touched = loss === 'bpr' ? [1, 2] : [1];
      const squares = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
      let penalty = 0.05 * squares(params.users);
      if (loss !== 'bpr') penalty += 0.025 * squares(params.userBiases);
      for (const item of touched)
        penalty += 0.05 * squares(params.items.subarray(item * 2, item * 2 + 2)) + 0.025 * params.itemBiases[item]! ** 2;
      const plain = loss === 'squared' ? (score - 3) ** 2 / 2 : softplus(loss === 'bpr' ? -score : score);
      return 1.5 * plain + penalty;
    };
    const start = smallParams();
    const after = copyOf(start);
    for (const name of ['userAccumulators', 'itemAccumulators', 'userBiasAccumulators', 'itemBiasAccumulators'] as const)
      after[name].fill(0);
    stepEmbeddings(after, batchOf([row]), { ...rule, loss });
    const pairs = [
      ['users', 'userAccumulators'],
      ['items', 'itemAccumulators'],
      ['userBiases', 'userBiasAccumulators'],
      ['itemBiases', 'itemBiasAccumulators'],
    ] as const;
    for (const [name, accumulators] of pairs)
      for (let at = 0; at < start[name].length; at++) {
        const width = 2 ** -9; // a power of two: the shifted Float32 are exact
        const up = copyOf(start);
        const down = copyOf(start);
        up[name][at]! += width;
        down[name][at]! -= width;
        const numeric = (lossAt(up) - lossAt(down)) / (2 * width);
        const isUntouched = name === 'items' ? at < 2 || (loss !== 'bpr' && at > 3) : name === 'itemBiases' && at === 0;
        if (!isUntouched) expect(Math.sqrt(after[accumulators][at]!)).toBeCloseTo(Math.abs(numeric), 3);
        if (!isUntouched && Math.abs(numeric) > 1e-3) expect(Math.sign(start[name][at]! - after[name][at]!)).toBe(Math.sign(numeric));
      }
  });

  test('leaves everything untouched at sample weight 0', () => {
    for (const loss of losses) {
      const params = smallParams();
      stepEmbeddings(params, batchOf([{ user: 0, item: 1, rival: 2, label: 0, sampleWeight: 0 }]), { ...rule, loss, l2: 1 });
      expect(params).toEqual(smallParams());
    }
  });

  test('refuses pairs without rivals', () => {
    const { rivals: _, ...batch } = batchOf([{ user: 0, item: 1 }]);
    expect(() => stepEmbeddings(smallParams(), batch, { ...rule, loss: 'bpr' })).toThrow(/rivals/);
  });

  const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
  const anyWeight = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });
  const anyRow = fc
    .record({
      user: fc.nat(1),
      item: fc.nat(2),
      away: fc.integer({ min: 1, max: 2 }),
      label: anyFloat,
      sampleWeight: anyWeight,
      margin: anyFloat,
    })
    .map(({ item, away, ...row }) => ({ ...row, item, rival: (item + away) % 3 }));
  const fresh = (): EmbeddingParams => emptyEmbeddings({ users: 2, items: 3, dim: 3, seed: 7 });

  test('stays finite under any finite input', () => {
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 12 }),
        fc.constantFrom(...losses),
        fc.array(anyFloat, { minLength: 15, maxLength: 15 }),
        anyWeight,
        (rows, loss, vectors, epsilon) => {
          const params = { ...fresh(), users: Float32Array.from(vectors.slice(0, 6)), items: Float32Array.from(vectors.slice(6)) };
          const scores = stepEmbeddings(params, batchOf(rows), { ...rule, loss, epsilon });
          const { dim: _, ...arrays } = params;
          for (const values of [scores, ...Object.values(arrays)]) expect(values.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  test('does not care how rows are cut into batches, bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 2, maxLength: 12 }), fc.nat(), fc.constantFrom(...losses), (rows, cut, loss) => {
        const whole = fresh();
        const parts = fresh();
        const middle = 1 + (cut % (rows.length - 1));
        const scores = stepEmbeddings(whole, batchOf(rows), { ...rule, loss });
        const pieces = [rows.slice(0, middle), rows.slice(middle)].flatMap((part) => [
          ...stepEmbeddings(parts, batchOf(part), { ...rule, loss }),
        ]);
        expect(pieces).toEqual([...scores]);
        expect(parts).toEqual(whole);
      }),
      { seed: 4 },
    );
  });
});

describe('emptyEmbeddings', () => {
  test('draws the same small vectors from the same seed, others from another', () => {
    const size = { users: 40, items: 60, dim: 8 };
    const one = emptyEmbeddings({ ...size, seed: 1, stddev: 0.3 });
    expect(emptyEmbeddings({ ...size, seed: 1, stddev: 0.3 })).toEqual(one);
    expect(emptyEmbeddings({ ...size, seed: 2, stddev: 0.3 }).items).not.toEqual(one.items);
    const variance = one.items.reduce((sum, value) => sum + value * value, 0) / one.items.length;
    // 480 uniform draws: the variance estimate has a relative error of 0.041, so 25 % is beyond 6 deviations
    expect(Math.abs(variance / 0.09 - 1)).toBeLessThan(0.25);
    expect([one.users.length, one.itemBiases.length, one.userAccumulators.length]).toEqual([320, 60, 320]);
  });

  test.each(losses)('learns a planted taste by the loss %s', (loss) => {
    // Two camps of users, two kinds of items: each camp likes one kind.
    const random = seededRandom(9);
    const params = emptyEmbeddings({ users: 10, items: 20, dim: 4, seed: 2 });
    const rows = Array.from({ length: 3_000 }, (): Row => {
      const user = random.nextUint32() % 10;
      const liked = (random.nextUint32() % 10) * 2 + (user % 2);
      const other = (random.nextUint32() % 10) * 2 + (1 - (user % 2));
      if (loss === 'bpr') return { user, item: liked, rival: other };
      return random.nextUnit() < 0.5 ? { user, item: liked, label: 1 } : { user, item: other, label: 0 };
    });
    stepEmbeddings(params, batchOf(rows), { loss, learningRate: 0.2, l2: 1e-3, biasL2: 1e-3, epsilon: 1e-6 });
    const everyPair = Array.from({ length: 200 }, (_, at) => ({ user: at % 10, item: Math.floor(at / 10), sampleWeight: 0 }));
    const scores = stepEmbeddings(params, batchOf(everyPair), { ...rule, loss: 'squared' });
    const middle = loss === 'squared' ? 0.5 : 0;
    for (const [at, { user, item }] of everyPair.entries()) {
      if (loss !== 'bpr') expect(scores[at]! > middle).toBe(user % 2 === item % 2);
      else
        for (const [to, other] of everyPair.entries())
          if (other.user === user && user % 2 === item % 2 && other.item % 2 !== item % 2) expect(scores[at]!).toBeGreaterThan(scores[to]!);
    }
  });
});
