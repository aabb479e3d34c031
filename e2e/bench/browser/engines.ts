import {
  adagrad,
  denseBatch,
  factorParams,
  factorRule,
  floats,
  itemMatrix,
  linearParams,
  sparseBatch,
} from '../../../src/compute/engine-cases.contract.js';
import type { Engine } from '../../../src/compute/engine.js';
import { createReferenceEngine } from '../../../src/compute/reference.js';
import { createWebglEngine } from '../../../src/compute/webgl/entry.js';
import { comparison, median, spread, type Figure } from '../figure.js';

/** Each kernel on webgl against the reference engine, whole calls: what `auto` weighs up. No target: the GPU decides. */

const repeats = 9;

const linear = sparseBatch({ rows: 100, size: 65_536, nonZeros: 60, seed: 1 });
const factors = denseBatch(100, 32, 2);
const items = itemMatrix(100_000, 32, 3);
const query = floats(32, 4);

const kernels: readonly (readonly [name: string, run: (engine: Engine) => () => Promise<unknown>])[] = [
  [
    'step-linear-100x60',
    (engine) => {
      const params = linearParams(65_536, 5);
      return () => engine.stepLinear(params, linear, adagrad);
    },
  ],
  [
    'step-factors-100x32',
    (engine) => {
      const params = factorParams(32, 1, 6);
      return () => engine.stepFactors(params, factors, factorRule);
    },
  ],
  ['score-top-100-of-100000x32', (engine) => () => engine.scoreTopK(query, items, 100)],
];

async function bench(): Promise<readonly Figure[]> {
  const webgl = await createWebglEngine();
  const reference = createReferenceEngine();
  const figures: Figure[] = [];
  for (const [name, make] of kernels) {
    const [onWebgl, onReference] = [make(webgl), make(reference)];
    const [webglTimes, referenceTimes]: [number[], number[]] = [[], []];
    await onWebgl();
    await onReference();
    for (let repeat = 0; repeat < repeats; repeat++) {
      webglTimes.push(await timed(onWebgl));
      referenceTimes.push(await timed(onReference));
    }
    console.log(`${name}: webgl ${spread(webglTimes)} ms, reference ${spread(referenceTimes)} ms`);
    figures.push(comparison(`webgl-${name}`, median(webglTimes), 'ms', { name: 'reference', value: median(referenceTimes) }, null));
  }
  return figures;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

Object.assign(globalThis, { bench });
