import { stepMlp } from '../../../../src/core/learners/mlp.js';
import type { MlpRule } from '../../../../src/core/learners/kernel-types.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders, plainArrays } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders } from '../tfjs/contenders.js';
import { perceptron } from '../tfjs/mlp.js';
import { denseExamples, initialPerceptron, initialWeights, mlpRule, sizes } from '../work/mlp.js';
import type { Descent } from '../work/start.js';

/** A perceptron of 128 inputs, 64 hidden units of ReLU and one output, logistic loss; a step is the mean gradient of its batch. */

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const figures: Figure[] = [];
  for (const kind of ['sgd', 'adagrad'] as const) {
    figures.push(...(await cell(mlpRule(kind, 1), 30)), ...(await cell(mlpRule(kind, 32), 4)));
  }
  return figures;

  function cell(rule: MlpRule & Descent, target: number): Promise<readonly Figure[]> {
    const batches = Array.from({ length: 32 }, (_, at) => denseExamples(rule.batch, at));
    return hold({
      name: `step-${rule.kind}-mlp${sizes.join('-')}-batch${rule.batch}`,
      unit: 'µs/step',
      target,
      tolerance: 1e-3,
      start: initialWeights,
      contenders: [
        ...ourContenders(engines, 'stepMlp', (engine, allocate) => {
          const params = initialPerceptron(allocate);
          return calls(batches, (batch) => engine.stepMlp(params, batch, rule), params.weights);
        }),
        () => {
          const params = initialPerceptron(plainArrays);
          return { role: 'kernel', name: 'reference kernel', ...loop(batches, (batch) => stepMlp(params, batch, rule), params.weights) };
        },
        ...tfjsContenders(backends, perceptron(batches, rule)),
      ],
    });
  }
}

Object.assign(globalThis, { bench });
