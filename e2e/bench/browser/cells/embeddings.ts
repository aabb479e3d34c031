import { stepEmbeddings } from '../../../../src/core/learners/embeddings.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders, plainArrays } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders } from '../tfjs/contenders.js';
import { bprEmbeddings } from '../tfjs/embeddings.js';
import { dim, embeddingRule, initialEmbeddings, initialItems, items, pairs } from '../work/embeddings.js';

/**
 * Matrix factorisation with the BPR loss and AdaGrad: one user, 10,000 items of 64 numbers. A batch of 32 is 32 steps in order for ours and
 * one step of the summed gradient for tfjs, which is the less work. Ours move item biases, too; tfjs has none.
 */

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  return [...(await cell(1, 500)), ...(await cell(32, 100))];

  function cell(rows: number, target: number): Promise<readonly Figure[]> {
    const batches = pairs(rows, 64);
    return hold({
      name: `step-adagrad-embeddings${dim}x${items}-batch${rows}`,
      unit: 'µs/step',
      target,
      tolerance: rows === 1 ? 1e-3 : null,
      start: initialItems,
      contenders: [
        ...ourContenders(engines, 'stepEmbeddings', (engine, allocate) => {
          const params = initialEmbeddings(allocate);
          return calls(batches, (batch) => engine.stepEmbeddings(params, batch, embeddingRule), params.items);
        }),
        () => {
          const params = initialEmbeddings(plainArrays);
          const turn = loop(batches, (batch) => stepEmbeddings(params, batch, embeddingRule), params.items);
          return { role: 'kernel', name: 'reference kernel', ...turn };
        },
        ...tfjsContenders(backends, bprEmbeddings(batches, { kind: 'adagrad', learningRate: embeddingRule.learningRate })),
      ],
    });
  }
}

Object.assign(globalThis, { bench });
