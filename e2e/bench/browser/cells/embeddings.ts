import { floats } from '../../../../src/compute/engine-cases.contract.js';
import { stepEmbeddings } from '../../../../src/core/learners/embeddings.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../../../src/core/learners/kernel-types.js';
import { seededRandom } from '../../../../src/core/random.js';
import type { Figure } from '../../figure.js';
import { calls, loop } from '../calls.js';
import { hold } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { firstAccumulator, tfjsContenders } from '../tfjs/contenders.js';
import { bprEmbeddings } from '../tfjs/embeddings.js';

/**
 * Matrix factorisation with the BPR loss and AdaGrad: one user, 10,000 items of 64 numbers. A batch of 32 is 32 steps in order for ours and
 * one step of the summed gradient for tfjs, which is the less work. Ours move item biases, too; tfjs has none.
 */

const items = 10_000;
const dim = 64;
const rule: EmbeddingRule = { loss: 'bpr', learningRate: 0.05, l2: 0, biasL2: 0, epsilon: 1e-7 };
const initialItems = floats(items * dim, 1).map((each) => each / 4);
const initialUser = floats(dim, 2).map((each) => each / 4);

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  return [...(await cell(1, 500)), ...(await cell(32, 100))];

  async function cell(rows: number, target: number): Promise<readonly Figure[]> {
    const batches = makeBatches(rows, 64);
    return hold({
      name: `step-embeddings${dim}x${items}-batch${rows}`,
      unit: 'µs/step',
      target,
      tolerance: rows === 1 ? 1e-3 : null,
      start: initialItems,
      contenders: [
        ...ourContenders(engines, 'stepEmbeddings', (engine) => {
          const params = freshParams();
          return calls(batches, (batch) => engine.stepEmbeddings(params, batch, rule), params.items);
        }),
        () => {
          const params = freshParams();
          return { role: 'kernel', name: 'reference kernel', ...loop(batches, (batch) => stepEmbeddings(params, batch, rule), params.items) };
        },
        ...tfjsContenders(backends, bprEmbeddings(batches, { items: initialItems, user: initialUser, dim }, rule.learningRate)),
      ],
    });
  }
}

/** No item twice in a batch: tfjs' scatter would lose one of the two. */
function makeBatches(rows: number, count: number): readonly EmbeddingBatch[] {
  const random = seededRandom(rows);
  return Array.from({ length: count }, () => {
    const drawn = new Set<number>();
    while (drawn.size < 2 * rows) drawn.add(random.nextUint32() % items);
    const all = Uint32Array.from(drawn);
    return {
      rows,
      users: new Uint32Array(rows),
      items: all.slice(0, rows),
      rivals: all.slice(rows),
      labels: new Float32Array(rows).fill(1),
      sampleWeights: new Float32Array(rows).fill(1),
      margins: new Float32Array(rows),
    };
  });
}

const freshParams = (): EmbeddingParams => ({
  dim,
  users: initialUser.slice(),
  items: initialItems.slice(),
  userBiases: new Float32Array(1),
  itemBiases: new Float32Array(items),
  userAccumulators: new Float32Array(dim).fill(firstAccumulator),
  itemAccumulators: new Float32Array(items * dim).fill(firstAccumulator),
  userBiasAccumulators: new Float32Array(1).fill(firstAccumulator),
  itemBiasAccumulators: new Float32Array(items).fill(firstAccumulator),
});

Object.assign(globalThis, { bench });
