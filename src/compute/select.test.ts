import { describe, expect, test, vi } from 'vitest';
import { SdkError } from '../core/errors.js';
import { stepLinear } from '../core/learners/linear.js';
import type { EngineFallback, GpuEngine } from './engine.js';
import { adagrad, itemMatrix, linearParams, sparseBatch } from './engine-cases.contract.js';
import { predictMs, sizeClassOf, sizeIndexOf, type Race } from './race.js';
import { createReferenceEngine } from './reference.js';
import type { Rival } from './candidate.js';
import { createEngineSelector, type SelectorOptions } from './select.js';
import { createFullSelector } from './select-full.js';

/** Stands in for the GPU: the reference kernels under another name, at a speed of its own on a clock of its own. */
function fakeWorld(options: { readonly webglMs: number; readonly referenceMs: number }) {
  let atMs = 0;
  let reads = 0;
  let failWith: SdkError | null = null;
  const kernels = createReferenceEngine();
  const calls: string[] = [];
  const close = vi.fn();
  const loseContext = vi.fn();
  const attempt = (name: string): void => {
    calls.push(name);
    if (failWith !== null) throw failWith;
  };
  const webgl: GpuEngine = {
    ...kernels,
    name: 'webgl',
    stepLinear: async (...args) => {
      attempt('stepLinear');
      atMs += options.webglMs;
      return kernels.stepLinear(...args);
    },
    stepFactors: async (...args) => {
      attempt('stepFactors');
      atMs += options.webglMs;
      return kernels.stepFactors(...args);
    },
    scoreTopK: async (...args) => {
      attempt('scoreTopK');
      atMs += options.webglMs;
      return kernels.scoreTopK(...args);
    },
    describe: () => ({ name: 'webgl', device: 'fake', textures: [[256, 256]], recoveries: 0 }),
    loseContext,
    close,
  };
  return {
    calls,
    pass: (ms: number): number => (atMs += ms),
    close,
    loseContext,
    fail: (error: SdkError | null) => (failWith = error),
    load: vi.fn(async () => webgl),
    // The reference takes its time between two looks at the clock.
    nowMs: () => (atMs += reads++ % 2 === 1 ? options.referenceMs : 0),
  };
}

function selectorOf(world: ReturnType<typeof fakeWorld>, more: Partial<SelectorOptions> = {}) {
  const fallbacks: EngineFallback[] = [];
  const stored: (readonly Race[])[] = [];
  const selector = createEngineSelector({
    wanted: 'auto',
    loadWebgl: world.load,
    nowMs: world.nowMs,
    onFallback: (fallback) => fallbacks.push(fallback),
    onRaces: (races) => stored.push(races),
    ...more,
  });
  return { selector, fallbacks, stored };
}

const hugeWork = 1e9;
const slowGpu = { webglMs: 50, referenceMs: 1 };
/** Both engines pay `referenceMs`, so webgl can only tie; a negative extra makes it win. */
const fastGpu = { webglMs: -4, referenceMs: 5 };

describe('auto', () => {
  test('stays on reference and never asks for the chunk while the work is small', async () => {
    const world = fakeWorld(fastGpu);
    const { selector } = selectorOf(world);
    await selector.start();
    const params = linearParams(1024, 1);
    await selector.kernels.stepLinear(params, sparseBatch({ rows: 10, size: 1024, nonZeros: 20, seed: 2 }), adagrad);
    await selector.kernels.scoreTopK(new Float32Array(16), itemMatrix(5000, 16, 3), 24);
    await selector.idle();
    expect(world.load).not.toHaveBeenCalled();
    expect(selector.report()).toMatchObject({ active: 'reference', wanted: 'auto', textures: [], races: [] });
  });

  test('races a kernel in idle time once its work is large, and not before', async () => {
    const world = fakeWorld(fastGpu);
    const { selector, stored } = selectorOf(world);
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('reference');
    expect(world.load).not.toHaveBeenCalled();
    await selector.idle();
    expect(world.load).toHaveBeenCalledTimes(1);
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('webgl');
    expect(selector.engineFor('scoreTopK', 100).name).toBe('reference');
    expect(stored.at(-1)).toHaveLength(2);
    expect(selector.report()).toMatchObject({ active: 'webgl', textures: [[256, 256]] });
  });

  test('lets the faster engine win and closes a GPU that won nothing', async () => {
    const world = fakeWorld(slowGpu);
    const { selector } = selectorOf(world);
    selector.engineFor('stepLinear', hugeWork);
    await selector.idle();
    expect(selector.engineFor('stepLinear', hugeWork).name).toBe('reference');
    expect(world.close).toHaveBeenCalledTimes(1);
    await selector.idle();
    expect(world.load).toHaveBeenCalledTimes(1);
  });

  test('goes by the races of an earlier visit and loads the winner in idle time', async () => {
    const world = fakeWorld(fastGpu);
    const races: Race[] = [
      { kernel: 'scoreTopK', size: sizeClassOf(hugeWork), engine: 'reference', bestMs: 9 },
      { kernel: 'scoreTopK', size: sizeClassOf(hugeWork), engine: 'webgl', bestMs: 3 },
    ];
    const { selector } = selectorOf(world, { races });
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('reference');
    await selector.idle();
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('webgl');
    expect(world.calls).toEqual([]);
  });

  test.each([
    [undefined],
    ['nonsense'],
    [[null, 3, { kernel: 'stepLinear' }, { kernel: 'x', size: 4, engine: 'webgl', bestMs: 1 }]],
    [[{ kernel: 'stepLinear', size: 5, engine: 'webgl', bestMs: 1 }]],
    [[{ kernel: 'stepLinear', size: 4, engine: 'cuda', bestMs: 1 }]],
    [[{ kernel: 'stepLinear', size: 'large', engine: 'webgl', bestMs: 1 }]],
  ])('ignores stored races that are none: %j', (races) => {
    expect(selectorOf(fakeWorld(slowGpu), { races }).selector.report().races).toEqual([]);
  });
});

describe('a forced engine', () => {
  test('is loaded at the start and takes every size', async () => {
    const world = fakeWorld(slowGpu);
    const { selector } = selectorOf(world, { wanted: 'webgl' });
    await selector.start();
    expect(selector.engineFor('stepLinear', 1).name).toBe('webgl');
    await selector.choose('reference');
    expect(selector.engineFor('stepLinear', hugeWork).name).toBe('reference');
    expect(world.close).toHaveBeenCalledTimes(1);
  });

  test('that cannot be loaded is replaced by reference, with the reason', async () => {
    const world = fakeWorld(slowGpu);
    const { selector, fallbacks } = selectorOf(world, { wanted: 'webgl' });
    world.load.mockRejectedValueOnce(new SdkError('engine-unavailable', 'no WebGL2'));
    await selector.start();
    expect(selector.engineFor('stepLinear', 1).name).toBe('reference');
    expect(fallbacks.map(({ from, to, error }) => [from, to, error.code])).toEqual([['webgl', 'reference', 'engine-unavailable']]);
    expect(selector.report().why).toContain('engine-unavailable');
    await selector.choose('webgl');
    expect(selector.engineFor('stepLinear', 1).name).toBe('webgl');
    expect(selector.report().fallbacks).toEqual([]);
  });

  test.each(['engine-lost', 'engine-refused'] as const)(
    'that fails with %s: the step is repeated on reference and the reason reported',
    async (code) => {
      const world = fakeWorld(slowGpu);
      const { selector, fallbacks } = selectorOf(world, { wanted: 'webgl' });
      await selector.start();
      world.fail(new SdkError(code, 'for this test'));
      const params = linearParams(1024, 4);
      const want = { weights: params.weights.slice(), accumulators: params.accumulators.slice() };
      const batch = sparseBatch({ rows: 10, size: 1024, nonZeros: 20, seed: 5 });
      stepLinear(want, batch, adagrad);
      await selector.kernels.stepLinear(params, batch, adagrad);
      expect(params).toEqual(want);
      expect(fallbacks.map(({ error }) => error.code)).toEqual([code]);
      expect(selector.report()).toMatchObject({ active: 'reference', wanted: 'webgl' });
      await selector.kernels.stepLinear(params, batch, adagrad);
      expect(world.calls).toEqual(['stepLinear']);
    },
  );
});

describe('among three engines', () => {
  /** simd takes `simdMs` a call, on the clock of the world. */
  function withSimd(world: ReturnType<typeof fakeWorld>, simdMs: number) {
    const kernels = createReferenceEngine();
    const close = vi.fn();
    let failWith: Error | null = null;
    const calls: unknown[][] = [];
    const simd: Rival = {
      name: 'simd',
      describe: () => ({ name: 'simd', device: 'fake', textures: [] }),
      close,
      async stepLinear(...args) {
        calls.push(args);
        if (failWith !== null) throw failWith;
        world.pass(simdMs);
        return kernels.stepLinear(...args);
      },
      async scoreTopK(...args) {
        calls.push(args);
        world.pass(simdMs);
        return kernels.scoreTopK(...args);
      },
      allocate: vi.fn((...lengths: readonly number[]) => lengths.map((length) => new Float32Array(length))),
    };
    return { simd, close, calls, fail: (error: Error | null) => (failWith = error), load: vi.fn(async () => simd) };
  }

  test('the fastest takes each size that was raced, and what it left is the next one’s', async () => {
    const world = fakeWorld({ webglMs: -4, referenceMs: 6 });
    const { load, close } = withSimd(world, -3);
    const { selector } = selectorOf(world, { loadSimd: load });
    const items = { rows: 300_000, dim: 32, vectors: new Float32Array(300_000 * 32) };
    selector.engineFor('scoreTopK', items.rows * items.dim);
    selector.engineFor('stepLinear', 500_000);
    await selector.idle();
    expect(selector.report().races.map(({ engine, bestMs }) => [engine, bestMs])).toEqual([
      ['reference', 6],
      ['simd', 3],
      ['webgl', 2],
      ['reference', 6],
      ['simd', 3],
      ['webgl', 2],
    ]);
    expect(selector.engineFor('scoreTopK', items.rows * items.dim).name).toBe('webgl');
    expect(close).toHaveBeenCalledTimes(1); // it won nothing
    world.fail(new SdkError('engine-lost', 'for this test'));
    await selector.kernels.scoreTopK(new Float32Array(32), items, 3);
    await selector.idle();
    expect(selector.engineFor('scoreTopK', items.rows * items.dim).name).toBe('simd');
  });

  test('one that is blocked is told with its code, and the others are raced', async () => {
    const world = fakeWorld(fastGpu);
    const { selector, fallbacks } = selectorOf(world, { loadSimd: () => Promise.reject(new SdkError('wasm-blocked', 'for this test')) });
    selector.engineFor('scoreTopK', hugeWork);
    await selector.idle();
    expect(fallbacks.map(({ from, to, error }) => [from, to, error.code])).toEqual([['simd', 'reference', 'wasm-blocked']]);
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('webgl');
    await selector.idle();
    expect(fallbacks).toHaveLength(1);
  });

  test('a forced one that is blocked leaves reference, with the reason', async () => {
    const { selector } = selectorOf(fakeWorld(fastGpu), {
      wanted: 'simd',
      loadSimd: () => Promise.reject(new SdkError('wasm-blocked', 'no wasm-unsafe-eval')),
    });
    await selector.start();
    expect(selector.engineFor('scoreTopK', hugeWork).name).toBe('reference');
    expect(selector.report()).toMatchObject({
      active: 'reference',
      wanted: 'simd',
      why: expect.stringContaining('wasm-blocked') as unknown,
    });
  });

  test('wrong arguments are the caller’s fault, not the engine’s', async () => {
    const world = fakeWorld(fastGpu);
    const { selector, fallbacks } = selectorOf(world, { wanted: 'webgl' });
    await selector.start();
    const batch = sparseBatch({ rows: 2, size: 1024, nonZeros: 4, seed: 1 });
    await expect(selector.kernels.stepLinear(linearParams(1024, 2), batch, { ...adagrad, kind: 'ftrl' })).rejects.toThrow(SdkError);
    expect(fallbacks).toEqual([]);
    expect(selector.engineFor('stepLinear', 1).name).toBe('webgl');
  });

  test('who was not in an earlier race is raced, once', async () => {
    const world = fakeWorld(slowGpu);
    const { load } = withSimd(world, -2);
    const size = sizeClassOf(hugeWork);
    const races: Race[] = [
      { kernel: 'stepFactors', size, engine: 'reference', bestMs: 9 },
      { kernel: 'stepFactors', size, engine: 'webgl', bestMs: 30 },
    ];
    const { selector, stored } = selectorOf(world, { races, loadSimd: load });
    for (let visit = 0; visit < 3; visit++) {
      selector.engineFor('stepFactors', hugeWork); // the simd of this test has no such kernel
      await selector.idle();
    }
    expect(stored).toHaveLength(1);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('training races calls of any size as they came, on parameters of their own', async () => {
    const world = fakeWorld({ webglMs: 50, referenceMs: 3 });
    const { load, calls, simd } = withSimd(world, -1);
    const selector = createFullSelector({ wanted: 'auto', loadSimd: load, loadWebgl: world.load, nowMs: world.nowMs });
    await selector.start();
    expect(load).toHaveBeenCalledTimes(1);
    const [weights, accumulators] = selector.allocate(1024, 1024);
    expect(simd.allocate).toHaveBeenCalledTimes(1);
    const params = { weights: weights!, accumulators: accumulators! };
    const batch = sparseBatch({ rows: 1, size: 1024, nonZeros: 5, seed: 3 });
    await selector.kernels.stepLinear(params, batch, adagrad);
    const before = weights!.slice();
    expect(before.some((weight) => weight !== 0)).toBe(true);
    await selector.idle();
    expect(world.load).not.toHaveBeenCalled(); // no GPU pays for five numbers
    expect(weights).toEqual(before);
    const [copy, sameBatch, sameRule] = calls.at(-1) as Parameters<NonNullable<Rival['stepLinear']>>;
    expect(copy).not.toBe(params);
    expect([sameBatch, sameRule]).toEqual([batch, adagrad]);
    expect(selector.report().races.map(({ engine, size }) => [engine, size])).toEqual([
      ['reference', 4],
      ['simd', 4],
    ]);
    expect(selector.engineFor('stepLinear', 7).name).toBe('simd');
    expect(selector.engineFor('stepLinear', 16).name).toBe('reference');
  });
});

test('a race on demand times every kernel and size on both engines', async () => {
  const { selector } = selectorOf(fakeWorld(slowGpu));
  const races = await selector.race();
  expect(races).toHaveLength(12);
  expect(races.filter(({ engine }) => engine === 'webgl').every(({ bestMs }) => bestMs === 51)).toBe(true);
  expect(races.filter(({ engine }) => engine === 'reference').every(({ bestMs }) => bestMs === 1)).toBe(true);
});

test('losing the GPU on demand answers after the next step, and says so where there is none', async () => {
  const world = fakeWorld(slowGpu);
  const { selector } = selectorOf(world, { wanted: 'webgl' });
  expect(await selector.loseGpu()).toBe(false);
  await selector.start();
  expect(await selector.loseGpu()).toBe(true);
  expect(world.loseContext).toHaveBeenCalledTimes(1);
  expect(world.calls).toEqual(['scoreTopK']);
});

test('a size class holds what is less than four times its least', () => {
  for (const work of [0, 1, 3, 4, 15, 16, 6_000, 100_000, 2 ** 31, 2 ** 32 - 1]) {
    const size = sizeClassOf(work);
    expect(work).toBeGreaterThanOrEqual(size);
    expect(work).toBeLessThan(Math.max(1, size * 4));
    expect(sizeIndexOf(work)).toBe(sizeIndexOf(size));
    expect(sizeClassOf(size)).toBe(size);
  }
  expect(sizeIndexOf(1e12)).toBe(16);
});

test('predictions are for whole calls', () => {
  expect(predictMs('stepLinear', 60 * 100)).toBeCloseTo(0.06);
  expect(predictMs('scoreTopK', 100_000 * 64)).toBeCloseTo(6.4);
  expect(predictMs('stepFactors', 100_000 * 1024)).toBeCloseTo(204.8);
});
