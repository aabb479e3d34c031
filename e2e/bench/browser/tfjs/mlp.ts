import * as tf from '@tensorflow/tfjs-core';
import type { DenseBatch } from '../../../../src/core/learners/kernel-types.js';
import { floatsOf, optimizerOf, stepped, type TfjsWay } from './contenders.js';
import { initialWeights, sizes } from '../work/mlp.js';
import type { Descent } from '../work/start.js';

/**
 * Inputs, one hidden layer of ReLU, one logistic output; descent on the mean gradient of a batch. W₁ is kept as [inputs, hidden], since
 * the fused product of tfjs wasm answers wrong numbers for a transposed second operand.
 */
export function perceptron(batches: readonly DenseBatch[], descent: Descent): readonly TfjsWay[] {
  const [inputs, hidden] = sizes;
  const shapes = [[inputs, hidden], [hidden], [hidden, 1], [1]];
  const parts = (): readonly Float32Array[] => {
    let at = 0;
    const all = shapes.map((shape) => initialWeights.slice(at, (at += shape.reduce((size, edge) => size * edge, 1))));
    return [transposed(all[0]!, hidden, inputs), ...all.slice(1)];
  };
  const upload = () => {
    const examples = batches.map(({ rows, vectors, labels }) => ({
      rows: tf.tensor2d(vectors, [rows, inputs]),
      labels: tf.tensor2d(labels, [rows, 1]),
      share: tf.scalar(1 / rows),
    }));
    return { examples, dispose: () => tf.dispose(examples) };
  };
  const read = async (variables: readonly tf.Variable[]): Promise<Float32Array> => {
    const all = await Promise.all(variables.map((variable) => floatsOf(variable)));
    all[0] = transposed(all[0]!, inputs, hidden);
    return Float32Array.from(all.flatMap((each) => [...each]));
  };
  /** The kernels of tfjs that fuse product, bias and ReLU. */
  const forward = (rows: tf.Tensor2D, variables: readonly tf.Variable[]): readonly [tf.Tensor2D, tf.Tensor2D] => {
    const [w1, b1, w2, b2] = variables as readonly tf.Tensor[] as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];
    const spoken = tf.fused.matMul({ a: rows, b: w1, bias: b1, activation: 'relu' }) as tf.Tensor2D;
    return [spoken, tf.fused.matMul({ a: spoken, b: w2, bias: b2 }) as tf.Tensor2D];
  };
  return [
    {
      name: 'minimize',
      open() {
        const { examples, dispose } = upload();
        const variables = parts().map((part, at) => tf.variable(tf.tensor(part, shapes[at])));
        const optimizer = optimizerOf(descent);
        return {
          step(at) {
            const { rows, labels } = examples[at % examples.length]!;
            optimizer.minimize(() => tf.losses.sigmoidCrossEntropy(labels, forward(rows, variables)[1]) as tf.Scalar, false, variables);
          },
          read: () => read(variables),
          dispose() {
            optimizer.dispose();
            tf.dispose(variables);
            dispose();
          },
        };
      },
    },
    {
      name: 'hand-derived',
      open() {
        const { examples, dispose } = upload();
        const layers = parts().map((part, at) => stepped(part, shapes[at]!, descent));
        const [w1, b1, w2, b2] = [layers[0]!, layers[1]!, layers[2]!, layers[3]!];
        const variables = layers.map(({ value }) => value);
        return {
          step: (at) =>
            tf.tidy(() => {
              const { rows, labels, share } = examples[at % examples.length]!;
              const [spoken, score] = forward(rows, variables);
              const error = tf.sub(tf.sigmoid(score), labels);
              const isOne = rows.shape[0] === 1;
              const slope = (isOne ? error : tf.mul(error, share)) as tf.Tensor2D; // [rows, 1]
              const below = tf.mul(tf.matMul(slope, w2.value as tf.Tensor2D, false, true), tf.step(spoken)) as tf.Tensor2D; // [rows, hidden]
              w2.descend(tf.matMul(spoken, slope, true));
              b2.descend(isOne ? tf.reshape(slope, [1]) : tf.sum(slope, 0));
              w1.descend(tf.matMul(rows, below, true));
              b1.descend(isOne ? tf.reshape(below, [hidden]) : tf.sum(below, 0));
            }),
          read: () => read(variables),
          dispose() {
            for (const layer of layers) layer.dispose();
            dispose();
          },
        };
      },
    },
  ];
}

/** [rows · columns] → [columns · rows] */
function transposed(from: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(from, (_, at) => from[(at % rows) * columns + Math.floor(at / rows)]!);
}
