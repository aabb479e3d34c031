import type {
  DenseBatch,
  FactorParams,
  FactorRule,
  ItemMatrix,
  LinearParams,
  LinearRule,
  SparseBatch,
} from '../core/learners/kernel-types.js';
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
