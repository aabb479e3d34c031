import type { ItemMatrix } from '../../../../src/core/learners/kernel-types.js';
import { quantiseItems } from '../../../../src/core/learners/score-top-k-int8.js';
import { scoreTopK } from '../../../../src/core/learners/score-top-k.js';
import type { Figure } from '../../figure.js';
import { hold, type Contender } from '../contest.js';
import { openEngines, ourContenders } from '../engines-of-ours.js';
import { startBackends } from '../tfjs/backends.js';
import { tfjsContenders } from '../tfjs/contenders.js';
import { matMulTopK } from '../tfjs/top-k.js';
import { copyOf, dim, fillWithNoise, k, queries } from '../work/catalogue.js';

/**
 * The best 20 of N items of 64 numbers: from a query in an array to rows and scores in arrays. Everybody has the catalogue in its
 * own memory before the clock starts; tfjs has the queries there, too.
 */

const sizes = [1000, 10_000, 100_000, 1_000_000];

async function bench(): Promise<readonly Figure[]> {
  const backends = await startBackends();
  const engines = await openEngines();
  const figures: Figure[] = [];
  for (const rows of sizes) {
    const vectors = new Float32Array(rows * dim);
    fillWithNoise(vectors);
    const items: ItemMatrix = { rows, dim, vectors };
    figures.push(
      ...(await hold({
        name: `top${k}-of-${rows}x${dim}`,
        unit: 'µs/query',
        target: 3.5,
        tolerance: 1e-4,
        contenders: [
          ...ourContenders(engines, 'scoreTopK', (engine, allocate) => {
            const own = copyOf(items, allocate);
            return queryCalls(async (query) => (await engine.scoreTopK(query, own, k)).scores);
          }),
          () => ({ role: 'kernel', name: 'reference kernel', ...queryCalls(async (query) => scoreTopK(query, items, k).scores) }),
          ...tfjsContenders(backends, matMulTopK(items)),
        ],
      })),
    );
    if (rows === sizes.at(-1)) figures.push(...(await int8(items)));
  }
  return figures;

  /** Less exact by design, so that the results are not compared here; `overlap` tells how many of the best 20 stay. */
  function int8(items: ItemMatrix): Promise<readonly Figure[]> {
    const quantised = quantiseItems(items);
    const [simd] = ourContenders(
      { ...engines, fixed: engines.fixed.filter(({ name }) => name === 'simd') },
      'scoreTopK',
      (engine, allocate) => {
        const own = copyOf(items, allocate);
        return queryCalls(async (query) => (await engine.scoreTopK(query, own, k)).scores);
      },
    );
    return hold({
      name: `top${k}-int8-of-${items.rows}x${dim}`,
      unit: 'µs/query',
      target: 1.5,
      pair: ['simd', 'simd on f32'],
      tolerance: null,
      contenders: [
        ...ourContenders(engines, 'scoreTopKInt8', (engine) =>
          queryCalls(async (query) => (await engine.scoreTopKInt8(query, quantised, k)).scores),
        ),
        async () => ({ ...(await simd!()), role: 'other', name: 'simd on f32' }),
      ],
    });
  }
}

/** One query after the other, each answered before the next is asked. */
function queryCalls(ask: (query: Float32Array) => Promise<Float32Array>): Pick<Contender, 'steps' | 'result'> {
  let next = 0;
  let scores: Float32Array = new Float32Array();
  return {
    async steps(count) {
      for (let at = 0; at < count; at++) scores = await ask(queries[next++ % queries.length]!);
    },
    result: () => scores,
  };
}

Object.assign(globalThis, { bench });
