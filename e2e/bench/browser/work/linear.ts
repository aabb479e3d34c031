import type { LinearParams, LinearRule, SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import { floats } from '../../../../src/compute/engine-cases.contract.js';
import { seededRandom } from '../../../../src/core/random.js';
import { firstAccumulator, type Allocate, type Descent } from './start.js';

/** Logistic regression without L2: plain steps, and AdaGrad as the house learns. */
export const linearRules: readonly (LinearRule & Descent)[] = [
  { kind: 'sgd', learningRate: 0.1, l2: 0, epsilon: 0 },
  { kind: 'adagrad', learningRate: 0.1, l2: 0, epsilon: 1e-7 },
];

export const sparseSize = 2 ** 18;
export const nonZeros = 30;
export const denseSize = 256;

export function zeroLinear(size: number, allocate: Allocate): LinearParams {
  const [weights, accumulators] = allocate(size, size);
  accumulators!.fill(firstAccumulator);
  return { weights: weights!, accumulators: accumulators! };
}

/** Rows of `nonZeros` distinct features, uniform over `sparseSize`: the worst for a cache. */
export function sparseStream(rows: number): SparseBatch {
  const random = seededRandom(3);
  const indices = new Uint32Array(rows * nonZeros);
  const seenIn = new Uint32Array(sparseSize); // the last row, counted from 1, that has this index
  for (let row = 0; row < rows; row++) {
    for (let at = row * nonZeros; at < (row + 1) * nonZeros;) {
      const index = random.nextUint32() % sparseSize;
      if (seenIn[index] === row + 1) continue;
      seenIn[index] = row + 1;
      indices[at++] = index;
    }
  }
  return {
    rows,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * nonZeros),
    indices,
    values: floats(rows * nonZeros, 4),
    labels: Float32Array.from({ length: rows }, () => (random.nextUnit() < 0.4 ? 1 : 0)),
    sampleWeights: new Float32Array(rows).fill(1),
    margins: new Float32Array(rows),
  };
}

const [one, zero, oneOffsets] = [Float32Array.of(1), Float32Array.of(0), Uint32Array.of(0, nonZeros)];

/** Rows `from` to `to` of a sparse stream, without copying. */
export function part(stream: SparseBatch, from: number, to: number): SparseBatch {
  const rows = to - from;
  return {
    rows,
    offsets: rows === 1 ? oneOffsets : stream.offsets.subarray(0, rows + 1), // all rows are as long
    indices: stream.indices.subarray(from * nonZeros, to * nonZeros),
    values: stream.values.subarray(from * nonZeros, to * nonZeros),
    labels: stream.labels.subarray(from, to),
    sampleWeights: rows === 1 ? one : stream.sampleWeights.subarray(from, to),
    margins: rows === 1 ? zero : stream.margins.subarray(from, to),
  };
}

/** Rows in which each of `denseSize` features is there. */
export function denseRows(rows: number, seed: number): SparseBatch {
  return {
    rows,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * denseSize),
    indices: Uint32Array.from({ length: rows * denseSize }, (_, at) => at % denseSize),
    values: floats(rows * denseSize, seed),
    labels: Float32Array.from({ length: rows }, (_, row) => ((row + seed) % 3 === 0 ? 1 : 0)),
    sampleWeights: new Float32Array(rows).fill(1),
    margins: new Float32Array(rows),
  };
}
