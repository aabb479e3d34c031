import { afterEach, expect, test } from 'vitest';
import { adagrad, linearParams, relativeL2, sparseBatch } from './engine-cases.contract.js';
import { createReferenceEngine } from './reference.js';
import { createEngineSelector, type EngineSelector } from './select.js';

/** The choice over the real chunk: what `select.test.ts` shows with a stand-in. */

const open: EngineSelector[] = [];
function selectorOf(wanted: 'auto' | 'webgl'): EngineSelector & { loads(): number } {
  let loads = 0;
  const selector = createEngineSelector({
    wanted,
    nowMs: () => performance.now(),
    loadSimd: async () => {
      loads++;
      return (await import('./simd/entry.js')).createSimdEngine();
    },
    loadWebgl: async () => {
      loads++;
      return (await import('./webgl/entry.js')).createWebglEngine();
    },
  });
  open.push(selector);
  return { ...selector, loads: () => loads };
}
afterEach(() => {
  for (const selector of open.splice(0)) selector.close();
});

test('a forced webgl holds 2^16 weights in textures, and a lost GPU on demand changes nothing of the profile', async () => {
  const selector = selectorOf('webgl');
  await selector.start();
  const params = linearParams(65_536, 1);
  const want = { weights: params.weights.slice(), accumulators: params.accumulators.slice() };
  for (const seed of [2, 3, 4]) {
    const batch = sparseBatch({ rows: 10, size: 65_536, nonZeros: 40, seed });
    await createReferenceEngine().stepLinear(want, batch, adagrad);
    await selector.kernels.stepLinear(params, batch, adagrad);
    expect(await selector.loseGpu()).toBe(true);
  }
  expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
  expect(selector.report()).toMatchObject({ active: 'webgl', wanted: 'webgl', recoveries: 3, fallbacks: [] });
  await selector.kernels.stepLinear(params, sparseBatch({ rows: 1, size: 65_536, nonZeros: 40, seed: 5 }), adagrad);
  expect(selector.report().textures).toContainEqual([256, 256]);
});

test('auto loads nothing for a shop-sized visit; a race on demand times all engines and keeps the winner', async () => {
  const selector = selectorOf('auto');
  await selector.kernels.stepLinear(linearParams(65_536, 6), sparseBatch({ rows: 100, size: 65_536, nonZeros: 60, seed: 7 }), adagrad);
  await selector.idle();
  expect(selector.loads()).toBe(0);
  const races = await selector.race();
  expect(selector.loads()).toBe(2);
  expect(races).toHaveLength(18);
  expect(races.every(({ bestMs }) => bestMs >= 0)).toBe(true);
  for (const { kernel, size } of races) {
    const [fastest] = races.filter((race) => race.kernel === kernel && race.size === size).sort((a, b) => a.bestMs - b.bestMs);
    expect(selector.engineFor(kernel as 'stepLinear', size).name).toBe(fastest!.engine);
  }
}, 60_000);
