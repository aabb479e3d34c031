import { floats } from '../../../../src/compute/engine-cases.contract.js';
import { initialMlp, stepMlp } from '../../../../src/core/learners/mlp.js';
import type { DenseBatch, MlpParams, MlpRule } from '../../../../src/core/learners/kernel-types.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { firstAccumulator, tfjsContenders } from '../tfjs/contenders.js';
import { perceptron } from '../tfjs/mlp.js';

/** A perceptron of 128 inputs, 64 hidden units of ReLU and one output, logistic loss, AdaGrad; a step is the mean gradient of its batch. */

const sizes = [128, 64, 1] as const;
const initial = initialMlp(sizes, 5).weights;
const ruleFor = (batch: number): MlpRule => ({ batch, learningRate: 0.05, l2: 0, epsilon: 1e-7, dropout: 0, seed: 1 });

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  return [...(await cell(1, 30)), ...(await cell(32, 4))];

  async function cell(rows: number, target: number): Promise<readonly Figure[]> {
    const rule = ruleFor(rows);
    const batches = Array.from({ length: 32 }, (_, at) => makeBatch(rows, at));
    return hold({
      name: `step-mlp${sizes.join('-')}-batch${rows}`,
      unit: 'µs/step',
      target,
      tolerance: 1e-3,
      start: initial,
      contenders: [
        ...ourContenders(engines, 'stepMlp', (engine) => {
          const params = freshParams();
          return calls(batches, (batch) => engine.stepMlp(params, batch, rule), params.weights);
        }),
        () => {
          const params = freshParams();
          return { role: 'kernel', name: 'reference kernel', ...loop(batches, (batch) => stepMlp(params, batch, rule), params.weights) };
        },
        ...tfjsContenders(backends, perceptron(batches, sizes, initial, rule.learningRate)),
      ],
    });
  }
}

function makeBatch(rows: number, number: number): DenseBatch {
  return {
    rows,
    dim: sizes[0],
    vectors: floats(rows * sizes[0], 100 * rows + number),
    labels: Float32Array.from({ length: rows }, (_, row) => ((row + number) % 3 === 0 ? 1 : 0)),
    sampleWeights: new Float32Array(rows).fill(1),
    margins: new Float32Array(rows),
  };
}

const freshParams = (): MlpParams => ({
  sizes,
  weights: initial.slice(),
  accumulators: new Float32Array(initial.length).fill(firstAccumulator),
  steps: new Uint32Array(1),
});

Object.assign(globalThis, { bench });
