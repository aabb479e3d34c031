import { floats } from '../../../../src/compute/engine-cases.contract.js';
import { stepLinear } from '../../../../src/core/learners/linear.js';
import type { LinearParams, LinearRule, SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { firstAccumulator, tfjsContenders } from '../tfjs/contenders.js';
import { denseLinear } from '../tfjs/linear.js';

/** Logistic regression with AdaGrad on 256 dense inputs, one example a step: ours are rows in which every feature is there. */

const size = 256;
const examples = 64;
const rule: LinearRule = { learningRate: 0.1, l2: 0, epsilon: 1e-7 };

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const batches = Array.from({ length: examples }, (_, at) => denseRow(at));
  return hold({
    name: `step-dense${size}-batch1`,
    unit: 'µs/step',
    target: 80,
    tolerance: 1e-3,
    contenders: [
      ...ourContenders(engines, 'stepLinear', (engine) => {
        const params = freshParams();
        return calls(batches, (batch) => engine.stepLinear(params, batch, rule), params.weights);
      }),
      () => {
        const params = freshParams();
        return { role: 'kernel', name: 'reference kernel', ...loop(batches, (batch) => stepLinear(params, batch, rule), params.weights) };
      },
      ...tfjsContenders(
        backends,
        denseLinear(
          batches.map(({ values }) => values),
          batches.map(({ labels }) => labels[0]!),
          rule.learningRate,
        ),
      ),
    ],
  });
}

function denseRow(number: number): SparseBatch {
  return {
    rows: 1,
    offsets: Uint32Array.of(0, size),
    indices: Uint32Array.from({ length: size }, (_, at) => at),
    values: floats(size, 10 + number),
    labels: Float32Array.of(number % 3 === 0 ? 1 : 0),
    sampleWeights: Float32Array.of(1),
    margins: Float32Array.of(0),
  };
}

const freshParams = (): LinearParams => ({
  weights: new Float32Array(size),
  accumulators: new Float32Array(size).fill(firstAccumulator),
});

Object.assign(globalThis, { bench });
