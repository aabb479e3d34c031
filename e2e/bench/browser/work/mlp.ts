import { floats } from '../../../../src/compute/engine-cases.contract.js';
import type { DenseBatch, MlpParams, MlpRule } from '../../../../src/core/learners/kernel-types.js';
import { initialMlp } from '../../../../src/core/learners/mlp.js';
import { firstAccumulator, type Allocate, type Descent } from './start.js';

export const sizes = [128, 64, 1] as const;
export const initialWeights = initialMlp(sizes, 5).weights;

export const mlpRule = (kind: Descent['kind'], batch: number): MlpRule & Descent => ({
  kind,
  batch,
  learningRate: 0.05,
  l2: 0,
  epsilon: kind === 'sgd' ? 0 : 1e-7,
  dropout: 0,
  seed: 1,
});

export function initialPerceptron(allocate: Allocate): MlpParams {
  const [weights, accumulators] = allocate(initialWeights.length, initialWeights.length);
  weights!.set(initialWeights);
  accumulators!.fill(firstAccumulator);
  return { sizes, weights: weights!, accumulators: accumulators!, steps: new Uint32Array(1) };
}

export function denseExamples(rows: number, seed: number): DenseBatch {
  return {
    rows,
    dim: sizes[0],
    vectors: floats(rows * sizes[0], 100 + seed),
    labels: Float32Array.from({ length: rows }, (_, row) => ((row + seed) % 3 === 0 ? 1 : 0)),
    sampleWeights: new Float32Array(rows).fill(1),
    margins: new Float32Array(rows),
  };
}
