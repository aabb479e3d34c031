import * as tf from '@tensorflow/tfjs-core';
import type { SparseBatch } from '../../../../src/core/learners/kernel-types.js';
import { floatsOf, optimizerOf, stepped, type TfjsWay } from './contenders.js';
import type { Descent } from '../work/start.js';

/** Logistic regression on dense rows, weights [1, size], one row a step. */
export function denseLinear(batches: readonly SparseBatch[], descent: Descent): readonly TfjsWay[] {
  const size = batches[0]!.offsets[1]!;
  const upload = () => {
    const examples = batches.flatMap(({ rows, values, labels }) =>
      Array.from({ length: rows }, (_, row) => ({
        row: tf.tensor2d(values.slice(row * size, (row + 1) * size), [1, size]),
        label: tf.tensor2d([labels[row]!], [1, 1]),
      })),
    );
    return { examples, dispose: () => tf.dispose(examples) };
  };
  return [
    {
      name: 'minimize',
      open() {
        const { examples, dispose } = upload();
        const weights = tf.variable(tf.zeros([1, size]));
        const optimizer = optimizerOf(descent);
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
        const weights = stepped(new Float32Array(size), [1, size], descent);
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

/** Logistic regression on rows of `nonZeros` features of `size`, one row a step. */
export function sparseLinear(batch: SparseBatch, size: number, nonZeros: number, descent: Descent): readonly TfjsWay[] {
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
        const optimizer = optimizerOf(descent);
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
    byHand(true),
    byHand(false),
  ];

  function byHand(isInPlace: boolean): TfjsWay {
    return {
      ...(isInPlace ? { name: 'hand-derived', overwritesOn: 'cpu' } : { name: 'hand-derived with scatterND' }),
      open() {
        const { count, examples, dispose } = upload();
        const weights = stepped(new Float32Array(size), [size], descent);
        return {
          step: (step) =>
            tf.tidy(() => {
              const { indices, at, values, label } = examples[step % count]!;
              const current = tf.gather(weights.value, indices);
              const slope = tf.sub(tf.sigmoid(tf.sum(tf.mul(current, values), 0, true)), label);
              const gradient = tf.mul(values, slope);
              if (isInPlace) weights.descendRows(indices, at, gradient, current);
              else weights.addToRows(indices, at, gradient);
            }),
          read: () => floatsOf(weights.value),
          dispose() {
            weights.dispose();
            dispose();
          },
        };
      },
    };
  }
}
