import { describe, expect, test } from 'vitest';
import { stepLinear } from '../../core/learners/linear.js';
import {
  adagrad,
  bpr,
  denseBatch,
  embeddingBatch,
  embeddingParams,
  factorParams,
  factorRule,
  floats,
  itemMatrix,
  linearParams,
  mlpParams,
  mlpRule,
  relativeL2,
} from '../engine-cases.contract.js';
import { openDevice, type Device } from './device.js';
import { batchOf, copyOf, engineMaker } from './engine-maker.contract.js';

const made = engineMaker();

/** A device whose pack buffer reads pass through `spoil`: a driver that lies. */
function lyingDevice(spoil: (values: Float32Array) => void): Device {
  const device = openDevice();
  const read = device.gl.getBufferSubData.bind(device.gl) as (target: number, offset: number, values: Float32Array) => void;
  Object.defineProperty(device.gl, 'getBufferSubData', {
    value: (target: number, offset: number, values: Float32Array) => {
      read(target, offset, values);
      spoil(values);
    },
  });
  return device;
}

describe('a GPU that lies', () => {
  const everyTexel = (at: number, value: number) => (values: Float32Array) => {
    for (let texel = at; texel < values.length; texel += 4) values[texel] = value;
  };

  test.each([
    ['zeros', (values: Float32Array) => values.fill(0)],
    ['NaN', (values: Float32Array) => everyTexel(0, NaN)(values)],
    ['infinity', (values: Float32Array) => everyTexel(1, Infinity)(values)],
    [
      'weights ten learning rates away',
      (values: Float32Array) => values.forEach((value, at) => (values[at] = at % 4 === 0 && at >= 160 ? value + 1e3 : value)),
    ],
    ['accumulators that shrink', (values: Float32Array) => values.forEach((value, at) => (values[at] = at % 4 === 1 ? -1 : value))],
    [
      'scores of another batch',
      (values: Float32Array) => values.forEach((value, at) => (values[at] = at % 4 === 0 && at < 160 ? value + 3 : value)),
    ],
  ])('and reads back %s is refused twice, and the parameters are untouched', async (_what, spoil) => {
    const engine = await made(() => lyingDevice(spoil as (values: Float32Array) => void));
    const params = linearParams(2048, 50);
    const before = copyOf(params);
    await expect(engine.stepLinear(params, batchOf(51), adagrad)).rejects.toMatchObject({ code: 'engine-refused' });
    expect(params).toEqual(before);
    expect(engine.describe().recoveries).toBe(1);
  });

  test.each([
    ['zeros', 0],
    ['NaN', NaN],
  ])('and reads back %s for the user vector and for scores is refused', async (_what, value) => {
    const engine = await made(() => lyingDevice((values) => values.fill(value)));
    const params = factorParams(32, 1, 52);
    const before = { user: params.user.slice(), inverse: params.inverse.slice() };
    await expect(engine.stepFactors(params, denseBatch(5, 32, 53), factorRule)).rejects.toMatchObject({ code: 'engine-refused' });
    expect(params).toEqual(before);
    await expect(engine.scoreTopK(floats(32, 54), itemMatrix(1100, 32, 55), 5)).rejects.toMatchObject({ code: 'engine-refused' });
  });

  test('and moves weights by less than a step could is refused: a few are computed again', async () => {
    const engine = await made(() =>
      lyingDevice((values) => values.forEach((value, at) => (values[at] = at % 4 === 0 && at >= 160 ? value + 0.02 : value))),
    );
    const params = linearParams(2048, 58);
    params.accumulators.fill(9); // honest steps stay below a third of the learning rate of 0.1
    const before = copyOf(params);
    await expect(engine.stepLinear(params, batchOf(59), { ...adagrad, l2: 0 })).rejects.toThrow(/became .* expected/);
    expect(params).toEqual(before);
  });

  test('and scores another batch is refused even where nothing is learned', async () => {
    const engine = await made(() =>
      lyingDevice((values) => values.forEach((value, at) => (values[at] = at % 4 === 0 ? value + 3 : value))),
    );
    const batch = batchOf(60);
    batch.sampleWeights.fill(0);
    await expect(engine.stepLinear(linearParams(2048, 61), batch, adagrad)).rejects.toMatchObject({ code: 'engine-refused' });
  });

  /** What is read back: first the scores, [rows] texels. */
  test.each<[string, (values: Float32Array, rows: number) => void]>([
    ['zeros', (values) => values.fill(0)],
    ['NaN', (values) => values.fill(NaN)],
    [
      'biases a little off',
      (values, rows) => values.forEach((value, at) => (values[at] = at >= 4 * rows && at % 4 === 0 ? value + 0.02 : value)),
    ],
    [
      'scores a little off',
      (values, rows) => values.forEach((value, at) => (values[at] = at < 4 * rows && at % 4 < 2 ? value + 0.1 : value)),
    ],
    ['probes of another call', (values) => values.forEach((value, at) => (values[at] = at % 4 === 3 ? value - 1 : value))],
  ])('and reads back %s for embeddings and a perceptron is refused, and the parameters are untouched', async (_what, spoil) => {
    const engine = await made(() => lyingDevice((values) => spoil(values, 12)));
    const params = { embeddings: embeddingParams(3, 40, 32, 84), mlp: mlpParams([32, 16, 1], 85) };
    const before = structuredClone(params);
    const refused = { code: 'engine-refused' };
    await expect(engine.stepEmbeddings(params.embeddings, embeddingBatch(12, 3, 40, 86), bpr)).rejects.toMatchObject(refused);
    await expect(engine.stepMlp(params.mlp, denseBatch(12, 32, 87), { ...mlpRule, batch: 4 })).rejects.toMatchObject(refused);
    expect(params).toEqual(before);
  });

  test('only once is asked again on a new context and believed', async () => {
    let opened = 0;
    const engine = await made(() => (opened++ === 0 ? lyingDevice((values) => values.fill(0)) : openDevice()));
    const params = linearParams(2048, 56);
    const want = copyOf(params);
    stepLinear(want, batchOf(57), adagrad);
    await engine.stepLinear(params, batchOf(57), adagrad);
    expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
  });
});
