import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stepEmbeddings } from '../../core/learners/embeddings.js';
import { stepFactors } from '../../core/learners/factors.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import { stepMlp } from '../../core/learners/mlp.js';
import { createSimdEngine } from './entry.js';

/** Finite in, finite out, whatever the size of the numbers; and the first score, on which nothing stands yet, is the pure kernel's. */

const finite = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 3.4028234663852886e38, -3.4028234663852886e38, 1e-45, 1e20, -1e20, 1),
);
const floatsOf = (length: number): fc.Arbitrary<Float32Array> =>
  fc.array(finite, { minLength: length, maxLength: length }).map((numbers) => Float32Array.from(numbers));
const positive = (values: Float32Array): Float32Array => values.map(Math.abs);
const runs = { seed: 7, numRuns: 150 };
const engine = createSimdEngine();

type Arrays = Readonly<Record<string, unknown>>;
const copyOf = <Params extends object>(params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      value instanceof Float32Array || value instanceof Uint32Array ? value.slice() : value,
    ]),
  ) as Params;

/** Relative where it is large; below the normal numbers of Float32 a unit is all there is. */
function expectLike(got: number, want: number): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-6 * Math.abs(want) + 1e-38);
}

async function check<Params extends Arrays>(
  params: Params,
  pure: (own: Params) => Float32Array,
  run: (own: Params) => Promise<Float32Array>,
): Promise<void> {
  const [first] = pure(copyOf(params));
  const scores = await run(params);
  for (const array of [scores, ...Object.values(params)])
    if (array instanceof Float32Array) for (const value of array) expect(Number.isFinite(value)).toBe(true);
  if (scores.length > 0) expectLike(scores[0]!, first!);
}

describe('whatever finite numbers come', () => {
  test('stepLinear', async () => {
    const size = 9;
    const rows = 3;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(floatsOf(size), floatsOf(size), floatsOf(rows * 5), floatsOf(rows), floatsOf(rows), floatsOf(rows)),
        fc.constantFrom('adagrad' as const, 'sgd' as const),
        fc.constantFrom('logistic' as const, 'squared' as const),
        async ([weights, accumulators, values, labels, sampleWeights, margins], kind, loss) => {
          const batch = {
            rows,
            offsets: Uint32Array.of(0, 5, 10, 15),
            indices: Uint32Array.of(0, 1, 2, 3, 4, 8, 7, 6, 5, 4, 0, 2, 4, 6, 8),
            values,
            labels,
            sampleWeights: positive(sampleWeights),
            margins,
          };
          const rule = { kind, loss, learningRate: 0.1, l2: 0.01, epsilon: 0 };
          // Scores of one row may cancel to nothing: only the first is compared, and only where its terms do not.
          batch.values.fill(0, 1, 5);
          await check(
            { weights, accumulators: positive(accumulators) },
            (own) => stepAnyLinear(own, batch, rule),
            (own) => engine.stepLinear(own, batch, rule),
          );
        },
      ),
      runs,
    );
  });

  test('stepFactors', async () => {
    const dim = 3;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(floatsOf(dim), floatsOf(dim * dim), floatsOf(2 * dim), floatsOf(2), floatsOf(2)),
        async ([user, inverse, vectors, sampleWeights, margins]) => {
          const batch = { rows: 2, dim, vectors, labels: Float32Array.of(0, 1), sampleWeights: positive(sampleWeights), margins };
          batch.vectors.fill(0, 1, dim);
          const rule = { minCurvature: 0.05 };
          await check(
            { user, inverse },
            (own) => stepFactors(own, batch, rule),
            (own) => engine.stepFactors(own, batch, rule),
          );
        },
      ),
      runs,
    );
  });

  test('stepEmbeddings', async () => {
    const dim = 3;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(floatsOf(2 * dim), floatsOf(3 * dim), floatsOf(2 * dim), floatsOf(3 * dim), floatsOf(3), floatsOf(3)),
        fc.constantFrom('logistic' as const, 'squared' as const, 'bpr' as const),
        async ([users, items, userAccumulators, itemAccumulators, labels, sampleWeights], loss) => {
          const params = {
            dim,
            users,
            items,
            userBiases: new Float32Array(2),
            itemBiases: new Float32Array(3),
            userAccumulators: positive(userAccumulators),
            itemAccumulators: positive(itemAccumulators),
            userBiasAccumulators: new Float32Array(2),
            itemBiasAccumulators: new Float32Array(3),
          };
          users.fill(0, 1, dim);
          const names = Object.keys(params).filter((name) => name !== 'dim') as Exclude<keyof typeof params, 'dim'>[];
          const home = engine.allocate(...names.map((name) => params[name].length));
          names.forEach((name, at) => home[at]!.set(params[name]));
          const own = { ...params, ...(Object.fromEntries(names.map((name, at) => [name, home[at]])) as unknown as typeof params), dim };
          const batch = {
            rows: 3,
            users: Uint32Array.of(0, 1, 0),
            items: Uint32Array.of(0, 1, 2),
            rivals: Uint32Array.of(1, 2, 0),
            labels,
            sampleWeights: positive(sampleWeights),
            margins: new Float32Array(3),
          };
          const rule = { loss, learningRate: 0.1, l2: 0.01, biasL2: 0, epsilon: 0 };
          await check(
            own,
            (each) => stepEmbeddings(each, batch, rule),
            (each) => engine.stepEmbeddings(each, batch, rule),
          );
        },
      ),
      runs,
    );
  });

  test('stepMlp', async () => {
    const sizes = [3, 2, 1];
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(floatsOf(11), floatsOf(11), floatsOf(9), floatsOf(3), floatsOf(3)),
        fc.constantFrom('adagrad' as const, 'sgd' as const),
        async ([weights, accumulators, vectors, sampleWeights, margins], kind) => {
          const batch = { rows: 3, dim: 3, vectors, labels: Float32Array.of(1, 0, 1), sampleWeights: positive(sampleWeights), margins };
          batch.vectors.fill(0, 0, 3); // the first row hears only biases
          const rule = { kind, batch: 2, learningRate: 0.1, l2: 0.01, epsilon: 0, dropout: 0.3, seed: 5 };
          const params = { sizes, weights, accumulators: positive(accumulators), steps: Uint32Array.of(3) };
          params.weights.fill(0, 0, 6);
          await check(
            params,
            (own) => stepMlp(own, batch, rule),
            (own) => engine.stepMlp(own, batch, rule),
          );
        },
      ),
      runs,
    );
  });
});
