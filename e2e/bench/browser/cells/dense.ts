import { stepLinear } from '../../../../src/core/learners/linear.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders, plainArrays } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders } from '../tfjs/contenders.js';
import { denseLinear } from '../tfjs/linear.js';
import { denseRows, denseSize, linearRules, zeroLinear } from '../work/linear.js';

/** Logistic regression on 256 dense inputs, one example a step: ours are rows in which every feature is there. */

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const batches = Array.from({ length: 64 }, (_, at) => denseRows(1, at));
  const figures: Figure[] = [];
  for (const rule of linearRules) {
    figures.push(
      ...(await hold({
        name: `step-${rule.kind}-dense${denseSize}-batch1`,
        unit: 'µs/step',
        target: 80,
        tolerance: 1e-3,
        contenders: [
          ...ourContenders(engines, 'stepLinear', (engine, allocate) => {
            const params = zeroLinear(denseSize, allocate);
            return calls(batches, (batch) => engine.stepLinear(params, batch, rule), params.weights);
          }),
          () => {
            const params = zeroLinear(denseSize, plainArrays);
            return {
              role: 'kernel',
              name: 'reference kernel',
              ...loop(batches, (batch) => stepLinear(params, batch, rule), params.weights),
            };
          },
          ...tfjsContenders(backends, denseLinear(batches, rule)),
        ],
      })),
    );
  }
  return figures;
}

Object.assign(globalThis, { bench });
