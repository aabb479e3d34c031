import { describe, expect, test } from 'vitest';
import { stepEmbeddings } from '../../core/learners/embeddings.js';
import { stepFactors } from '../../core/learners/factors.js';
import type { FactorParams } from '../../core/learners/kernel-types.js';
import { stepLinear } from '../../core/learners/linear.js';
import { stepMlp } from '../../core/learners/mlp.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
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
  sparseBatch,
} from '../engine-cases.contract.js';
import { countTensors, openDevice } from './device.js';
import { batchOf, copyOf, engineMaker } from './engine-maker.contract.js';

const made = engineMaker();

describe('a context lost for real', () => {
  test('before a step: the step is done on a new context, nothing is lost', async () => {
    const engine = await made();
    const params = linearParams(2048, 1);
    const want = copyOf(params);
    for (const seed of [2, 3]) stepLinear(want, batchOf(seed), adagrad);
    await engine.stepLinear(params, batchOf(2), adagrad);
    engine.loseContext();
    await engine.stepLinear(params, batchOf(3), adagrad);
    expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
    expect(engine.describe()).toMatchObject({
      recoveries: 1,
      textures: [
        [64, 32],
        [64, 32],
      ],
    });
  });

  test('in the middle of a batch: parameters stay as they were until the repeated step is verified', async () => {
    const engine = await made();
    const params = linearParams(2048, 4);
    const before = copyOf(params);
    const want = copyOf(params);
    const batch = batchOf(5, 1200); // longer than the GPU is left alone for
    const wantScores = stepLinear(want, batch, { ...adagrad, learningRate: 0.01 });
    const running = engine.stepLinear(params, batch, { ...adagrad, learningRate: 0.01 });
    await Promise.resolve(); // its turn has come: draws are issued
    await new Promise((resolve) => setTimeout(resolve, 0));
    engine.loseContext();
    expect(params).toEqual(before);
    const scores = await running;
    expect(engine.describe().recoveries).toBe(1);
    expect(relativeL2(scores, wantScores)).toBeLessThanOrEqual(1e-5);
    expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
    expect(relativeL2(params.accumulators, want.accumulators)).toBeLessThanOrEqual(1e-5);
  });

  test('after a step: its result stands', async () => {
    const engine = await made();
    const params = linearParams(2048, 6);
    const want = copyOf(params);
    stepLinear(want, batchOf(7), adagrad);
    await engine.stepLinear(params, batchOf(7), adagrad);
    const after = copyOf(params);
    engine.loseContext();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(params).toEqual(after);
    expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
    expect(engine.describe().textures).toEqual([]);
  });

  test('again and again over thirty steps, before and in the middle by turns: every update is there once', async () => {
    const engine = await made();
    const params = linearParams(2048, 8);
    const want = copyOf(params);
    for (let seed = 10; seed < 40; seed++) {
      stepLinear(want, batchOf(seed, 8), adagrad);
      if (seed % 3 === 0) engine.loseContext();
      const running = engine.stepLinear(params, batchOf(seed, 8), adagrad);
      if (seed % 3 === 1) {
        await Promise.resolve();
        engine.loseContext();
      }
      await running;
    }
    expect(engine.describe().recoveries).toBe(20);
    expect(relativeL2(params.weights, want.weights)).toBeLessThanOrEqual(1e-5);
  });

  test('in the middle of the user vector and of a scoring', async () => {
    const engine = await made();
    const params = factorParams(32, 1, 41);
    const want: FactorParams = { user: params.user.slice(), inverse: params.inverse.slice() };
    stepFactors(want, denseBatch(60, 32, 42), factorRule);
    const running = engine.stepFactors(params, denseBatch(60, 32, 42), factorRule);
    await Promise.resolve();
    engine.loseContext();
    await running;
    expect(relativeL2(params.user, want.user)).toBeLessThanOrEqual(1e-5);
    const items = itemMatrix(1100, 32, 43);
    const scoring = engine.scoreTopK(floats(32, 44), items, 10);
    await Promise.resolve();
    engine.loseContext();
    expect((await scoring).rows).toEqual(scoreTopK(floats(32, 44), items, 10).rows);
    expect(engine.describe().recoveries).toBe(2);
  });

  test('in the middle of embeddings and of a perceptron: parameters stay as they were until the repeated call is verified', async () => {
    const engine = await made();
    const embeddings = embeddingParams(1, 300, 32, 80);
    const mlp = mlpParams([64, 32, 1], 81);
    const [before, wantEmbeddings, wantMlp] = [structuredClone({ embeddings, mlp }), structuredClone(embeddings), structuredClone(mlp)];
    const [pairs, rows] = [embeddingBatch(700, 1, 300, 82), denseBatch(700, 64, 83)]; // longer than the GPU is left alone for
    stepEmbeddings(wantEmbeddings, pairs, bpr);
    stepMlp(wantMlp, rows, { ...mlpRule, batch: 1 });
    for (const start of [() => engine.stepEmbeddings(embeddings, pairs, bpr), () => engine.stepMlp(mlp, rows, { ...mlpRule, batch: 1 })]) {
      const running = start();
      await Promise.resolve(); // its turn has come: draws are issued
      await new Promise((resolve) => setTimeout(resolve, 0));
      engine.loseContext();
      if (engine.describe().recoveries === 0) expect({ embeddings, mlp }).toEqual(before);
      else expect(mlp).toEqual(before.mlp);
      await running;
    }
    expect(engine.describe().recoveries).toBe(2);
    expect(relativeL2(embeddings.users, wantEmbeddings.users)).toBeLessThanOrEqual(1e-5);
    expect(relativeL2(embeddings.items, wantEmbeddings.items)).toBeLessThanOrEqual(1e-5);
    expect(relativeL2(mlp.weights, wantMlp.weights)).toBeLessThanOrEqual(1e-5);
    expect(mlp.steps).toEqual(wantMlp.steps);
  });

  test('and no second one to be had: the step rejects with engine-lost and has changed nothing', async () => {
    let opened = 0;
    const engine = await made(() => {
      if (opened++ > 0) throw new Error('blocked by the browser');
      return openDevice();
    });
    const params = linearParams(2048, 45);
    const before = copyOf(params);
    engine.loseContext();
    await expect(engine.stepLinear(params, batchOf(46), adagrad)).rejects.toMatchObject({ code: 'engine-lost' });
    expect(params).toEqual(before);
  });
});

describe('what stays on the GPU', () => {
  test('is what describe() lists, by the real texture sizes, and no tensor more', async () => {
    const before = countTensors();
    const engine = await made();
    expect(engine.describe().textures).toEqual([]);
    for (let seed = 60; seed < 65; seed++) {
      await engine.stepLinear(linearParams(65_536, seed), sparseBatch({ rows: 3, size: 65_536, nonZeros: 30, seed }), adagrad);
      await engine.stepFactors(factorParams(32, 1, seed), denseBatch(5, 32, seed), factorRule);
      await engine.scoreTopK(floats(32, seed), itemMatrix(1100, 32, seed), 10);
    }
    // weights, accumulators; inverse, user, scores and probe; items and bias
    expect(engine.describe().textures.slice(0, 4)).toEqual([
      [256, 256],
      [256, 256],
      [32, 35],
      [32, 1100],
    ]);
    expect(countTensors() - before).toBe(engine.describe().textures.length);
    engine.close();
    expect(countTensors()).toBe(before);
  });

  test('is nothing after a lost context and a close', async () => {
    const before = countTensors();
    const engine = await made();
    await engine.stepLinear(linearParams(2048, 70), batchOf(71), adagrad);
    engine.loseContext();
    await engine.stepLinear(linearParams(2048, 72), batchOf(73), adagrad);
    expect(countTensors() - before).toBe(2);
    engine.close();
    expect(countTensors()).toBe(before);
    await expect(engine.stepLinear(linearParams(2048, 74), batchOf(75), adagrad)).rejects.toMatchObject({ code: 'closed' });
  });
});
