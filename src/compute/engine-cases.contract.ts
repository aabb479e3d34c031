import type {
  DenseBatch,
  EmbeddingBatch,
  EmbeddingParams,
  EmbeddingRule,
  FactorParams,
  FactorRule,
  ItemMatrix,
  LinearParams,
  LinearRule,
  MlpParams,
  MlpRule,
  SparseBatch,
} from '../core/learners/kernel-types.js';
import { initialMlp } from '../core/learners/mlp.js';
import { seededRandom, type SeededRandom } from '../core/random.js';

/** Seeded work for engines: for the shared suite, for a worker that has no test runner, and for benchmarks. */

export const adagrad: LinearRule = { learningRate: 0.1, l2: 1e-4, epsilon: 1e-3 };
export const factorRule: FactorRule = { minCurvature: 0.05 };

/** ‖got − want‖ / ‖want‖; two zero vectors agree. */
export function relativeL2(got: Float32Array, want: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (let at = 0; at < Math.max(got.length, want.length); at++) {
    difference += (got[at]! - want[at]!) ** 2;
    size += want[at]! ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}

export function linearParams(size: number, seed: number): LinearParams {
  const random = seededRandom(seed);
  const accumulators = Float32Array.from({ length: size }, () => (random.nextUnit() < 0.3 ? 0 : random.nextUnit()));
  return { weights: floats(size, seed + 1000), accumulators };
}

export function sparseBatch(shape: { rows: number; size: number; nonZeros: number; seed: number }): SparseBatch {
  const { rows, size, nonZeros, seed } = shape;
  const random = seededRandom(seed);
  return {
    rows,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * nonZeros),
    indices: Uint32Array.from(Array.from({ length: rows }, () => distinct(random, nonZeros, size)).flat()),
    values: Float32Array.from({ length: rows * nonZeros }, () => 2 * random.nextUnit() - 1),
    labels: Float32Array.from({ length: rows }, () => (random.nextUnit() < 0.4 ? 1 : 0)),
    sampleWeights: Float32Array.from({ length: rows }, () => 0.25 + 2 * random.nextUnit()),
    margins: Float32Array.from({ length: rows }, () => 2 * random.nextUnit() - 1),
  };
}

export function factorParams(dim: number, ridge: number, seed: number): FactorParams {
  const inverse = new Float32Array(dim * dim);
  for (let at = 0; at < dim; at++) inverse[at * dim + at] = 1 / ridge;
  return { user: floats(dim, seed), inverse };
}

export function denseBatch(rows: number, dim: number, seed: number): DenseBatch {
  const random = seededRandom(seed);
  return {
    rows,
    dim,
    vectors: Float32Array.from({ length: rows * dim }, () => (2 * random.nextUnit() - 1) / Math.sqrt(dim / 3)),
    labels: Float32Array.from({ length: rows }, () => (random.nextUnit() < 0.4 ? 1 : 0)),
    sampleWeights: Float32Array.from({ length: rows }, () => 0.25 + 2 * random.nextUnit()),
    margins: Float32Array.from({ length: rows }, () => 2 * random.nextUnit() - 1),
  };
}

export function itemMatrix(rows: number, dim: number, seed: number): ItemMatrix {
  return { rows, dim, vectors: floats(rows * dim, seed) };
}

/** Uniform in [−1, 1). */
export function floats(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => 2 * random.nextUnit() - 1);
}

function distinct(random: SeededRandom, count: number, size: number): readonly number[] {
  const chosen = new Set<number>();
  if (count === size) return Array.from({ length: size }, (_, at) => at);
  while (chosen.size < count) chosen.add(random.nextUint32() % size);
  return [...chosen];
}

export const bpr: EmbeddingRule = { loss: 'bpr', learningRate: 0.05, l2: 1e-3, biasL2: 1e-3, epsilon: 1e-3 };

/** Few users and items for many rows: each row stands on others. */
export function embeddingParams(users: number, items: number, dim: number, seed: number): EmbeddingParams {
  const random = seededRandom(seed);
  const accumulators = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => (random.nextUnit() < 0.3 ? 0 : random.nextUnit()));
  return {
    dim,
    users: floats(users * dim, seed + 1),
    items: floats(items * dim, seed + 2),
    userBiases: floats(users, seed + 3),
    itemBiases: floats(items, seed + 4),
    userAccumulators: accumulators(users * dim),
    itemAccumulators: accumulators(items * dim),
    userBiasAccumulators: accumulators(users),
    itemBiasAccumulators: accumulators(items),
  };
}

export function embeddingBatch(rows: number, users: number, items: number, seed: number): EmbeddingBatch {
  const random = seededRandom(seed);
  const { labels, sampleWeights, margins } = denseBatch(rows, 1, seed + 1);
  const chosen = Uint32Array.from({ length: rows }, () => random.nextUint32() % items);
  return {
    rows,
    users: Uint32Array.from({ length: rows }, () => random.nextUint32() % users),
    items: chosen,
    rivals: chosen.map((item) => (item + 1 + (random.nextUint32() % (items - 1))) % items),
    labels,
    sampleWeights,
    margins,
  };
}

export const mlpRule: MlpRule = { batch: 8, learningRate: 0.05, l2: 1e-4, epsilon: 1e-2, dropout: 0, seed: 7 };

export function mlpParams(sizes: readonly number[], seed: number): MlpParams {
  const params = initialMlp(sizes, seed);
  params.accumulators.set(linearParams(params.weights.length, seed).accumulators);
  return params;
}

/** The example worked by hand in DESIGN section 8: items A, B, C, D in this order, of which B was bought; what it says after so many passes. */
export const workedExample = {
  rule: { kind: 'sgd', learningRate: 0.1, l2: 0, epsilon: 0 } satisfies LinearRule,
  pass: {
    rows: 4,
    offsets: Uint32Array.of(0, 2, 4, 6, 7),
    indices: Uint32Array.of(0, 1, 0, 2, 1, 2, 3),
    values: new Float32Array(7).fill(1),
    labels: Float32Array.of(0, 1, 0, 0),
    sampleWeights: new Float32Array(4).fill(1),
    margins: new Float32Array(4),
  } satisfies SparseBatch,
  printed: [
    { passes: 1, weights: [0.00125, -0.100031, 0.001218, -0.05], meanLoss: 0.662577 },
    { passes: 100, weights: [0.9662, -3.472497, 0.958998, -2.185472], meanLoss: 0.099743 },
  ],
} as const;
