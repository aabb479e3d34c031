// The ambient module must be seen by the tests' project too.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./virtual.d.ts" />
import binary from 'virtual:homebody-simd';
import { describe, expect, test } from 'vitest';
import { stepLinear } from '../../core/learners/linear.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import { adagrad, floats, itemMatrix, linearParams, relativeL2, sparseBatch } from '../engine-cases.contract.js';
import { createSimdEngine } from './entry.js';
import { createHeldItems } from './held-items.js';
import { createHome } from './home.js';
import { createHomes } from './homes.js';
import { eachSlice } from './slices.js';

describe('arrays in the memory of the engine', () => {
  test('stay good whatever is allocated and done after them, and when the engine is closed', async () => {
    const engine = createSimdEngine();
    const start = linearParams(3000, 1);
    const [weights, accumulators] = engine.allocate(3000, 3000);
    const params = { weights: weights!, accumulators: accumulators! };
    params.weights.set(start.weights);
    params.accumulators.set(start.accumulators);
    for (let round = 0; round < 5; round++) {
      engine.allocate(1_000_000);
      await engine.scoreTopK(floats(16, 2), itemMatrix(50_000 + round, 16, 3), 10);
      const batch = sparseBatch({ rows: 40, size: 3000, nonZeros: 30, seed: 4 + round });
      stepLinear(start, batch, adagrad);
      await engine.stepLinear(params, batch, adagrad);
    }
    engine.close();
    expect(weights).toHaveLength(3000);
    expect(relativeL2(params.weights, start.weights)).toBeLessThanOrEqual(1e-6);
  });

  test('belong together only when they come from one call', () => {
    const homes = createHomes();
    const [first, second] = homes.allocate(10, 20);
    const [other] = homes.allocate(10);
    expect(homes.homeOf(first!, second!)).toBeDefined();
    expect(homes.homeOf(first!, other!)).toBeUndefined();
    expect(homes.homeOf(new Float32Array(4), new Float32Array(4))).toBeUndefined();
    expect([first!.length, second!.length]).toEqual([10, 20]);
  });

  test('are plain ones where no memory is left for them', () => {
    expect(() => createHome([2 ** 31])).toThrow(RangeError);
    const homes = createHomes(() => {
      throw new RangeError('for this test');
    });
    const [one, other] = homes.allocate(5, 3);
    expect([one, other]).toEqual([new Float32Array(5), new Float32Array(3)]);
    expect(homes.homeOf(one!, one!)).toBeUndefined();
  });
});

describe('a catalogue', () => {
  test('is held by the identity of its arrays, the least used goes first, and what is larger than the bound never comes', () => {
    const held = createHeldItems(100_000);
    const [first, second, third] = [1, 2, 3].map(() => [new Float32Array(10_000)] as const); // 40 kB each
    const home = held.hold(first!);
    expect(held.hold(second!)).not.toBe(home);
    expect(held.hold(first!)).toBe(home);
    held.hold(third!); // the second goes
    expect(held.hold(first!)).toBe(home);
    expect(held.hold([new Float32Array(30_000)])).toBeUndefined();
    expect(held.hold([first![0], new Float32Array(4)])).not.toBe(home);
    held.release();
    expect(held.hold(first!)).not.toBe(home);
  });

  test('too large to be held is searched slice by slice, bias and all', async () => {
    const rows = 140_000; // × 256 × 4 B is more than is held
    const dim = 256;
    const vectors = new Float32Array(rows * dim);
    const pattern = floats(4096, 5);
    for (let at = 0; at < vectors.length; at += 4096) vectors.set(pattern.subarray(0, Math.min(4096, vectors.length - at)), at);
    const items = { rows, dim, vectors, bias: floats(rows, 6) };
    const query = floats(dim, 7);
    expect(await createSimdEngine().scoreTopK(query, items, 12)).toEqual(scoreTopK(query, items, 12));
  });

  test.each([
    [7, 3, 3],
    [9, 5, 9],
    [1, 1, 5],
    [1001, 13, 40],
    [600, 31, 601],
    [4096, 6, 1],
  ])('of %d rows of %d numbers: the best %d, scores to the bit', async (rows, dim, k) => {
    const items = { ...itemMatrix(rows, dim, rows + dim), bias: floats(rows, 8) };
    const query = floats(dim, 9);
    expect(await createSimdEngine().scoreTopK(query, items, k)).toEqual(scoreTopK(query, items, k));
  });

  test('with products beyond 32 bits saturates as the pure kernel does', async () => {
    const items = itemMatrix(50, 9, 10);
    items.vectors.forEach((value, at) => (items.vectors[at] = value * 3e38));
    const query = floats(9, 11).map((value) => value * 3e38);
    expect((await createSimdEngine().scoreTopK(query, items, 20)).scores).toEqual(scoreTopK(query, items, 20).scores);
  });
});

test('rows are cut into runs that fit, each once, and what fits nowhere is told', () => {
  const sizes = [10, 30, 30, 90, 5, 5, 200, 1];
  const upTo = (row: number): number => sizes.slice(0, row).reduce((sum, size) => sum + size, 0);
  const taken: string[] = [];
  eachSlice(
    sizes.length,
    90,
    upTo,
    (from, to) => taken.push(`${from}–${to}`),
    (row) => taken.push(`${row} alone`),
  );
  expect(taken).toEqual(['0–3', '3–4', '4–6', '6 alone', '7–8']);
  eachSlice(
    0,
    90,
    () => 0,
    () => expect.unreachable(),
    () => expect.unreachable(),
  );
});

test('a row with more non-zeros than the scratch holds goes to the pure kernel, its neighbours do not', async () => {
  const engine = createSimdEngine();
  const size = 200_000;
  const params = linearParams(size, 12);
  const want = { weights: params.weights.slice(), accumulators: params.accumulators.slice() };
  const batch = sparseBatch({ rows: 3, size, nonZeros: size, seed: 13 });
  batch.offsets.set([0, 100, size, size + 100]);
  batch.values.forEach((value, at) => (batch.values[at] = value / 256));
  const scores = await engine.stepLinear(params, batch, adagrad);
  expect(relativeL2(scores, stepLinear(want, batch, adagrad))).toBeLessThanOrEqual(1e-6);
  expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-6);
});

test('the kernels bring no data of their own, which would lie where a home may put an array', () => {
  const bytes = Uint8Array.from(binary.match(/../g)!, (pair) => parseInt(pair, 16));
  const sections: number[] = [];
  for (let at = 8; at < bytes.length;) {
    sections.push(bytes[at++]!);
    let size = 0;
    for (let shift = 0, part = 128; part >= 128; shift += 7) {
      part = bytes[at++]!;
      size |= (part & 127) << shift;
    }
    at += size;
  }
  expect(sections).toContain(10); // code
  expect(sections).not.toContain(11); // data
});
