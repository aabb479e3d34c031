import * as tf from '@tensorflow/tfjs-core';
import type { SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import { adagrad, floatsOf, type TfjsWay } from './contenders.js';

/**
 * Logistic regression on dense rows, weights [1, size], AdaGrad, one row a step.
 * @param rows  each [size]
 */
export function denseLinear(rows: readonly Float32Array[], labels: readonly number[], learningRate: number): readonly TfjsWay[] {
  const size = rows[0]!.length;
  const upload = () => {
    const examples = rows.map((row, at) => ({ row: tf.tensor2d(row, [1, size]), label: tf.tensor2d([labels[at]!], [1, 1]) }));
    return { examples, dispose: () => tf.dispose(examples) };
  };
  return [
    {
      name: 'minimize',
      open() {
        const { examples, dispose } = upload();
        const weights = tf.variable(tf.zeros([1, size]));
        const optimizer = tf.train.adagrad(learningRate);
        return {
          step(at) {
            const { row, label } = examples[at % examples.length]!;
            optimizer.minimize(
              () => tf.losses.sigmoidCrossEntropy(label, tf.matMul(row, weights as tf.Tensor2D, false, true)) as tf.Scalar,
              false,
              [weights],
            );
          },
          read: () => floatsOf(weights),
          dispose() {
            optimizer.dispose();
            weights.dispose();
            dispose();
          },
        };
      },
    },
    {
      name: 'hand-derived',
      open() {
        const { examples, dispose } = upload();
        const weights = adagrad(new Float32Array(size), [1, size], learningRate);
        return {
          step: (at) =>
            tf.tidy(() => {
              const { row, label } = examples[at % examples.length]!;
              const score = tf.matMul(row, weights.value as tf.Tensor2D, false, true);
              weights.descend(tf.mul(row, tf.sub(tf.sigmoid(score), label)));
            }),
          read: () => floatsOf(weights.value),
          dispose() {
            weights.dispose();
            dispose();
          },
        };
      },
    },
  ];
}

/** So many sparse examples are uploaded and taken in turn: what a step costs does not depend on which it is. */
const held = 64;

/** Logistic regression on rows of `nonZeros` features of `size`, AdaGrad, one row a step. */
export function sparseLinear(batch: SparseBatch, size: number, nonZeros: number, learningRate: number): readonly TfjsWay[] {
  const upload = () => {
    const count = Math.min(held, batch.rows);
    const examples = Array.from({ length: count }, (_, row) => {
      const of = Int32Array.from(batch.indices.subarray(row * nonZeros, (row + 1) * nonZeros));
      return {
        indices: tf.tensor1d(of, 'int32'),
        /** The same as positions, for writing. */
        at: tf.tensor2d(of, [nonZeros, 1], 'int32'),
        values: tf.tensor1d(batch.values.slice(row * nonZeros, (row + 1) * nonZeros)),
        label: tf.tensor1d([batch.labels[row]!]),
      };
    });
    return { count, examples, dispose: () => tf.dispose(examples) };
  };
  return [
    {
      name: 'minimize',
      open() {
        const { count, examples, dispose } = upload();
        const weights = tf.variable(tf.zeros([size]));
        const optimizer = tf.train.adagrad(learningRate);
        return {
          step(at) {
            const { indices, values, label } = examples[at % count]!;
            optimizer.minimize(
              () => {
                const score = tf.sum(tf.mul(tf.gather(weights, indices), values), 0, true);
                return tf.losses.sigmoidCrossEntropy(label, score) as tf.Scalar;
              },
              false,
              [weights],
            );
          },
          read: () => floatsOf(weights),
          dispose: () => {
            optimizer.dispose();
            weights.dispose();
            dispose();
          },
        };
      },
    },
    {
      name: 'hand-derived',
      open() {
        const { count, examples, dispose } = upload();
        const weights = adagrad(new Float32Array(size), [size], learningRate);
        return {
          step: (step) =>
            tf.tidy(() => {
              const { indices, at, values, label } = examples[step % count]!;
              const current = tf.gather(weights.value, indices);
              const slope = tf.sub(tf.sigmoid(tf.sum(tf.mul(current, values), 0, true)), label);
              weights.descendRows(indices, at, tf.mul(values, slope), current);
            }),
          read: () => floatsOf(weights.value),
          dispose: () => {
            weights.dispose();
            dispose();
          },
        };
      },
    },
  ];
}
