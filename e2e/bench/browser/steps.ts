import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { GPGPUContext, MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl';
import { floats, linearParams, sparseBatch } from '../../../src/compute/engine-cases.contract.js';
import { createWebglEngine } from '../../../src/compute/webgl/entry.js';
import type { LinearRule, SparseBatch } from '../../../src/core/learners/kernel-types.js';
import { comparison, median, spread, type Figure } from '../figure.js';

/**
 * A fused step against `optimizer.minimize` of tfjs, both on WebGL, by turns in one run. Both start with their parameters and
 * examples at hand and end with the parameters on the CPU; tfjs' examples are uploaded before its clock starts.
 */

const rule: LinearRule = { learningRate: 0.1, l2: 0, epsilon: 1e-3 };
const steps = 100;
const repeats = 7;

/** A backend of tfjs on a context of its own: its default refuses software renderers and then answers from nowhere. */
async function startTfjs(): Promise<void> {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false });
  if (gl === null) throw new Error('no WebGL2');
  setWebGLContext(2, gl);
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', () => new MathBackendWebGL(new GPGPUContext(gl)));
  if (!(await tf.setBackend('webgl')) || tf.getBackend() !== 'webgl') throw new Error('tfjs did not start on WebGL');
}

/** `steps` steps of batch 1 and the read-back of the weights; ms per step. */
type Timed = () => Promise<number>;

function fused(engine: Awaited<ReturnType<typeof createWebglEngine>>, size: number, batch: SparseBatch): Timed {
  const params = linearParams(size, 1);
  return async () => {
    const startedAt = performance.now();
    await engine.stepLinear(params, batch, rule);
    return (performance.now() - startedAt) / batch.rows;
  };
}

function minimizeDense(size: number, batch: SparseBatch): Timed {
  const weights = tf.variable(tf.zeros([size, 1]));
  const optimizer = tf.train.adagrad(rule.learningRate);
  const rows = Array.from({ length: batch.rows }, (_, row) => tf.tensor2d(batch.values.slice(row * size, (row + 1) * size), [1, size]));
  const labels = Array.from(batch.labels, (label) => tf.tensor2d([label], [1, 1]));
  return timedMinimize(weights, batch.rows, (row) =>
    optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(labels[row]!, tf.matMul(rows[row]!, weights as tf.Tensor2D)) as tf.Scalar),
  );
}

function minimizeSparse(size: number, nonZeros: number, batch: SparseBatch, count: number): Timed {
  const weights = tf.variable(tf.zeros([size]));
  const optimizer = tf.train.adagrad(rule.learningRate);
  const slice = (row: number): [number, number] => [row * nonZeros, (row + 1) * nonZeros];
  const indices = Array.from({ length: batch.rows }, (_, row) => tf.tensor1d(Int32Array.from(batch.indices.slice(...slice(row))), 'int32'));
  const values = Array.from({ length: batch.rows }, (_, row) => tf.tensor1d(batch.values.slice(...slice(row))));
  const labels = Array.from(batch.labels, (label) => tf.tensor1d([label]));
  return timedMinimize(weights, count, (row) =>
    optimizer.minimize(() => {
      const score = tf.sum(tf.mul(tf.gather(weights, indices[row]!), values[row]!), 0, true);
      return tf.losses.sigmoidCrossEntropy(labels[row]!, score) as tf.Scalar;
    }),
  );
}

function timedMinimize(weights: tf.Variable, count: number, step: (row: number) => void): Timed {
  return async () => {
    const startedAt = performance.now();
    for (let row = 0; row < count; row++) step(row);
    await weights.data();
    return (performance.now() - startedAt) / count;
  };
}

async function versus(name: string, ours: Timed, theirs: Timed, target: number | null): Promise<Figure> {
  const [ourTimes, theirTimes]: [number[], number[]] = [[], []];
  await ours();
  await theirs(); // warm: programs compiled
  for (let repeat = 0; repeat < repeats; repeat++) {
    ourTimes.push(await ours());
    theirTimes.push(await theirs());
  }
  console.log(`${name}: fused ${spread(ourTimes)} ms, minimize ${spread(theirTimes)} ms`);
  return comparison(name, median(ourTimes), 'ms/step', { name: 'tfjs optimizer.minimize on webgl', value: median(theirTimes) }, target);
}

async function bench(): Promise<readonly Figure[]> {
  await startTfjs();
  const engine = await createWebglEngine();
  console.log(`renderer: ${engine.describe().device}`);
  const dense = sparseBatch({ rows: steps, size: 256, nonZeros: 256, seed: 2 });
  dense.margins.fill(0);
  dense.sampleWeights.fill(1);
  const sparse = sparseBatch({ rows: steps, size: 65_536, nonZeros: 60, seed: 3 });
  sparse.values.set(floats(sparse.values.length, 4));
  const one: SparseBatch = { ...dense, rows: 1 };
  return [
    await versus('webgl-step-dense256-batch1', fused(engine, 256, dense), minimizeDense(256, dense), 5),
    await versus('webgl-step-dense256-batch1-read-back-each', fused(engine, 256, one), minimizeDense(256, one), null),
    await versus('webgl-step-sparse60of65536-batch1', fused(engine, 65_536, sparse), minimizeSparse(65_536, 60, sparse, 20), null),
  ];
}

Object.assign(globalThis, { bench });
