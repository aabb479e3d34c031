import { describe, expect, test } from 'vitest';
import type { GpuEngine } from '../compute/engine.js';
import { createReferenceEngine } from '../compute/reference.js';
import { createEngineSelector } from '../compute/select.js';
import { SdkError } from '../core/errors.js';
import type { DenseBatch } from '../core/learners/kernel-types.js';
import { FACTOR_RULE } from '../core/learners/rules.js';
import { openMemoryProfileStore } from '../storage/memory-store.js';
import { createEngines, type EnginesParts } from './engines.js';
import { manualClock } from './manual-clock.contract.js';

const dim = 32;

/** A batch for which the reference engine is predicted to need 2 ns · rows · dim². */
function batchOf(rows: number): DenseBatch {
  return {
    rows,
    dim,
    vectors: new Float32Array(rows * dim),
    labels: new Float32Array(rows),
    sampleWeights: new Float32Array(rows),
    margins: new Float32Array(rows),
  };
}

/** Does nothing, and so wins every race. */
const gpu: GpuEngine = {
  ...createReferenceEngine(),
  name: 'webgl',
  stepFactors: async (_params, { rows }) => new Float32Array(rows),
  describe: () => ({ name: 'webgl', device: 'a card', textures: [] }),
  loseContext: () => {},
};
/** Cannot be had. */
const loadSimd = (): Promise<never> => Promise.reject(new SdkError('wasm-blocked', 'for this test'));

function setUp(parts: Partial<EnginesParts> = {}) {
  const clock = manualClock(1e12);
  const errors: string[] = [];
  let loads = 0;
  const store = parts.store ?? openMemoryProfileStore();
  const engines = createEngines({
    clock: { ...clock, monotonicMs: () => performance.now() },
    wanted: 'auto',
    loadSelector: async () => {
      loads += 1;
      return createEngineSelector;
    },
    loadSimd,
    loadWebgl: async () => gpu,
    onError: ({ code }) => errors.push(code),
    onIdleError: (thrown) => errors.push(String(thrown)),
    ...parts,
    store,
  });
  const step = async (rows: number): Promise<void> => {
    const params = { user: new Float32Array(dim), inverse: new Float32Array(dim * dim) };
    await engines.kernels().stepFactors(params, batchOf(rows), FACTOR_RULE);
    engines.used();
    await clock.advance(3_000);
  };
  return { engines, step, errors, store, loads: () => loads };
}

describe('engines', () => {
  test('load nothing for work that is done at once', async () => {
    const { step, loads, engines } = setUp();
    for (let each = 0; each < 20; each++) await step(100);
    expect(loads()).toBe(0);
    expect(await engines.report()).toMatchObject({ active: 'reference', wanted: 'auto', races: [], notices: [] });
  });

  test('load the choice when a batch was so large that another engine could pay, and race what that batch needs', async () => {
    const { step, loads, engines, store } = setUp();
    await step(3_000); // 6 ms
    expect(loads()).toBe(1);
    const report = await engines.report();
    expect(report).toMatchObject({ active: 'webgl', wanted: 'auto' });
    expect(new Set(report.races.map(({ kernel, size }) => `${kernel} ${size}`))).toEqual(new Set([`stepFactors ${4 ** 10}`]));
    const next = setUp({ store });
    expect((await next.engines.report()).races).toEqual(report.races);
  });

  test('that are forced and cannot be had are told once, and typed arrays go on; another choice tries again', async () => {
    let isOnline = false;
    const { step, engines, errors } = setUp({
      wanted: 'webgl',
      loadSelector: async () => {
        if (!isOnline) throw new TypeError('Failed to fetch');
        return createEngineSelector;
      },
    });
    await step(3_000);
    await step(3_000);
    expect(await engines.report()).toMatchObject({
      active: 'reference',
      wanted: 'webgl',
      why: 'Failed to fetch',
      notices: [{ code: 'engine-unavailable' }],
    });
    expect(errors).toEqual(['engine-unavailable']);
    await expect(engines.loseGpu()).rejects.toMatchObject({ code: 'engine-unavailable' });
    isOnline = true;
    expect(await engines.choose('webgl')).toMatchObject({ active: 'webgl', notices: [] });
    expect(await engines.choose('reference')).toMatchObject({ active: 'reference', why: 'the shop asked for reference' });
  });

  test('keep the code of what the chunk’s loader throws', async () => {
    const { engines, errors } = setUp({ loadSelector: () => Promise.reject(new SdkError('invalid-options', 'set chunkBase')) });
    expect(await engines.race()).toMatchObject({ active: 'reference', notices: [{ code: 'invalid-options', message: 'set chunkBase' }] });
    expect(errors).toEqual(['invalid-options']);
  });
});
