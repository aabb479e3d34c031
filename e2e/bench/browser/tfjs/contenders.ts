import * as tf from '@tensorflow/tfjs-core';
import type { Contender } from '../contest.js';
import type { TfjsBackend } from './backends.js';

/** A model in tfjs, made while its backend is the current one: parameters and examples are then in that backend's memory. */
export interface TfjsModel {
  /** @param at  number of the step: which example it takes */
  step(at: number): void;
  /** The parameters, on the CPU. */
  read(): Promise<Float32Array>;
  dispose(): void;
}

export interface TfjsWay {
  /** `minimize`: tfjs' own optimiser and gradients; `hand-derived`: the same step written out in its operations. */
  readonly name: string;
  open(): TfjsModel;
}

/** Each way on each backend. */
export function tfjsContenders(backends: readonly TfjsBackend[], ways: readonly TfjsWay[]): readonly (() => Promise<Contender>)[] {
  return backends.flatMap((backend) =>
    ways.map(({ name, open }) => async (): Promise<Contender> => {
      await tf.setBackend(backend);
      const label = `tfjs ${backend}, ${name}`;
      const model = named(label, open);
      let at = 0;
      return {
        role: 'tfjs',
        name: label,
        prepare: async () => void (await tf.setBackend(backend)),
        steps: async (count) => {
          for (let step = 0; step < count; step++) model.step(at++);
          return model.read();
        },
        close: () => model.dispose(),
      };
    }),
  );
}

/** An error tells whose it is. */
function named(label: string, open: () => TfjsModel): TfjsModel {
  try {
    return open();
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Where tfjs' AdaGrad starts its accumulators; ours start there, too, in these benches. Its ε of 1e-7 (webgl: 1e-4) is inside the root. */
export const firstAccumulator = 0.1;

/** What AdaGrad by hand needs for one variable; without ε, which the accumulator's start makes needless. */
export interface Adagrad {
  readonly value: tf.Variable;
  /** A step of the whole variable, inside a `tidy`. */
  descend(gradient: tf.Tensor): void;
  /** A step of some rows alone, inside a `tidy`. @param at  [n, 1], rows without repetition; @param indices  [n], the same */
  descendRows(indices: tf.Tensor1D, at: tf.Tensor2D, gradient: tf.Tensor, current: tf.Tensor): void;
  dispose(): void;
}

export function adagrad(initial: Float32Array, shape: number[], learningRate: number): Adagrad {
  const value = tf.variable(tf.tensor(initial.slice(), shape), false);
  const accumulator = tf.variable(tf.fill(shape, firstAccumulator), false);
  const rate = tf.scalar(learningRate);
  const stepped = (from: tf.Tensor, gradient: tf.Tensor, sum: tf.Tensor): tf.Tensor =>
    tf.sub(from, tf.div(tf.mul(gradient, rate), tf.sqrt(sum)));
  return {
    value,
    descend(gradient) {
      const sum = tf.add(accumulator, tf.square(gradient));
      accumulator.assign(sum);
      value.assign(stepped(value, gradient, sum));
    },
    descendRows(indices, at, gradient, current) {
      const sum = tf.add(tf.gather(accumulator, indices), tf.square(gradient));
      accumulator.assign(tf.tensorScatterUpdate(accumulator, at, sum));
      value.assign(tf.tensorScatterUpdate(value, at, stepped(current, gradient, sum)));
    },
    dispose: () => tf.dispose([value, accumulator, rate]),
  };
}

/** Of a float32 tensor, on the CPU. */
export const floatsOf = (tensor: tf.Tensor): Promise<Float32Array> => tensor.data() as Promise<Float32Array>;
