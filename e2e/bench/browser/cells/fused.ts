import type { Figure } from '../../figure.js';
import { calls } from '../calls.js';
import { hold, type Contender } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders, type TfjsWay } from '../tfjs/contenders.js';
import { bprEmbeddings } from '../tfjs/embeddings.js';
import { denseLinear, sparseLinear } from '../tfjs/linear.js';
import { perceptron } from '../tfjs/mlp.js';
import { dim, embeddingRule, initialEmbeddings, items, pairs } from '../work/embeddings.js';
import { denseRows, denseSize, linearRules, nonZeros, part, sparseSize, sparseStream, zeroLinear } from '../work/linear.js';
import { denseExamples, initialPerceptron, mlpRule, sizes } from '../work/mlp.js';

/**
 * Fused steps on webgl against `optimizer.minimize` of tfjs on webgl, AdaGrad, batch 1: each example makes a step of its own. Ours is one
 * call over 100 examples, upload, check and read-back of the parameters included; tfjs has its examples on the GPU
 * before its clock starts and reads its parameters back once at the end of a turn.
 */

const rows = 100;
const adagrad = linearRules.find(({ kind }) => kind === 'adagrad')!;

async function bench(): Promise<readonly Figure[]> {
  const backends = (await startBackends()).filter((name) => name === 'webgl');
  const { fixed, selector } = await openEngines();
  const engines = { fixed: fixed.filter(({ name }) => name === 'webgl'), selector };
  const stream = sparseStream(4 * rows);
  const [dense, sparse] = [
    [1, 2, 3].map((seed) => denseRows(rows, seed)),
    [0, 1, 2, 3].map((at) => part(stream, at * rows, (at + 1) * rows)),
  ];
  const pairBatches = pairs(rows, 4);
  const examples = [1, 2, 3].map((seed) => denseExamples(rows, seed));
  return [
    ...(await against(`dense${denseSize}`, 5, denseLinear(dense, adagrad), [
      ...ourContenders(engines, 'stepLinear', (engine, allocate) => {
        const params = zeroLinear(denseSize, allocate);
        return calls(dense, (batch) => engine.stepLinear(params, batch, adagrad), params.weights);
      }),
    ])),
    ...(await against(`sparse${nonZeros}of${sparseSize}`, 300, sparseLinear(stream, sparseSize, nonZeros, adagrad), [
      ...ourContenders(engines, 'stepLinear', (engine, allocate) => {
        const params = zeroLinear(sparseSize, allocate);
        return calls(sparse, (batch) => engine.stepLinear(params, batch, adagrad), params.weights);
      }),
    ])),
    ...(await against(
      `embeddings${dim}x${items}`,
      300,
      bprEmbeddings(pairs(1, 16), { kind: 'adagrad', learningRate: embeddingRule.learningRate }),
      [
        ...ourContenders(engines, 'stepEmbeddings', (engine, allocate) => {
          const params = initialEmbeddings(allocate);
          return calls(pairBatches, (batch) => engine.stepEmbeddings(params, batch, embeddingRule), params.items);
        }),
      ],
    )),
    ...(await against(
      `mlp${sizes.join('-')}`,
      10,
      perceptron(
        Array.from({ length: 16 }, (_, at) => denseExamples(1, at)),
        mlpRule('adagrad', 1),
      ),
      [
        ...ourContenders(engines, 'stepMlp', (engine, allocate) => {
          const params = initialPerceptron(allocate);
          return calls(examples, (batch) => engine.stepMlp(params, batch, mlpRule('adagrad', 1)), params.weights);
        }),
      ],
    )),
  ];

  /** Results cannot be compared: one call of ours is a hundred steps. The cells `linear`, `dense`, `embeddings` and `mlp` do compare them. */
  function against(
    name: string,
    target: number,
    ways: readonly TfjsWay[],
    [ours]: readonly (() => Contender | Promise<Contender>)[],
  ): Promise<readonly Figure[]> {
    return hold({
      name: `webgl-step-${name}-batch1`,
      unit: 'µs/step',
      target,
      tolerance: null,
      contenders: [
        async () => ({ ...(await ours!()), examplesPerStep: rows }),
        ...tfjsContenders(
          backends,
          ways.filter((way) => way.name === 'minimize'),
        ),
      ],
    });
  }
}

Object.assign(globalThis, { bench });
