import * as tf from '@tensorflow/tfjs-core';
import type { Contender } from '../contest.js';
import { firstAccumulator, type Descent } from '../work/start.js';
import type { TfjsBackend } from './backends.js';

/** A model in tfjs, made while its backend is the current one: parameters and examples are then in that backend's memory. */
export interface TfjsModel {
  /** @param at  number of the step: which example it takes */
  step(at: number): void | Promise<void>;
  /** The parameters, on the CPU. */
  read(): Promise<Float32Array>;
  dispose(): void;
}

export interface TfjsWay {
  /** `minimize`: tfjs' own optimiser and gradients; `hand-derived`: the same step written out in its operations. */
  readonly name: string;
  /** Where it uses an operation that overwrites its operand, which no operation of tfjs may. */
  readonly overwritesOn?: TfjsBackend;
  open(): TfjsModel;
}

/** Each way on each backend. */
export function tfjsContenders(backends: readonly TfjsBackend[], ways: readonly TfjsWay[]): readonly (() => Promise<Contender>)[] {
  return backends.flatMap((backend) =>
    ways.map(({ name, open, overwritesOn }) => async (): Promise<Contender> => {
      await tf.setBackend(backend);
      const label = `tfjs ${backend}, ${name}`;
      const isInPlace = backend === overwritesOn;
      const model = named(label, open);
      let at = 0;
      return {
        role: 'tfjs',
        name: isInPlace ? `${label}, in place` : label,
        isInPlace,
        prepare: async () => void (await tf.setBackend(backend)),
        isGpu: backend === 'webgl',
        steps: async (count) => {
          for (let step = 0; step < count; step++) {
            const done = model.step(at++);
            if (done !== undefined) await done;
          }
        },
        result: () => model.read(),
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

/** tfjs' own. */
export const optimizerOf = ({ kind, learningRate }: Descent): tf.Optimizer =>
  kind === 'sgd' ? tf.train.sgd(learningRate) : tf.train.adagrad(learningRate);

/** A variable and how it is stepped by hand. */
export interface Stepped {
  readonly value: tf.Variable;
  /** All of it, inside a `tidy`. */
  descend(gradient: tf.Tensor): void;
  /**
   * Some rows alone, inside a `tidy`, by `tensorScatterUpdate`. On the cpu backend of 4.22 that writes into its operand: a defect (the
   * operand is changed for whoever holds it), but here of no harm and fast.
   * @param at  [n, 1], rows without repetition
   * @param indices  [n], the same
   * @param current  these rows
   */
  descendRows(indices: tf.Tensor1D, at: tf.Tensor2D, gradient: tf.Tensor, current: tf.Tensor): void;
  /** The same by `scatterND`, added to all rows: no operand is overwritten. */
  addToRows(indices: tf.Tensor1D, at: tf.Tensor2D, gradient: tf.Tensor): void;
  dispose(): void;
}

/** Without an ε, which the accumulator's start makes needless. */
export function stepped(initial: Float32Array, shape: number[], { kind, learningRate }: Descent): Stepped {
  const value = tf.variable(tf.tensor(initial.slice(), shape), false);
  const accumulator = kind === 'adagrad' ? tf.variable(tf.fill(shape, firstAccumulator), false) : null;
  const rate = tf.scalar(learningRate);
  const moved = (from: tf.Tensor, gradient: tf.Tensor, sum: tf.Tensor | null): tf.Tensor => {
    const step = tf.mul(gradient, rate);
    return tf.sub(from, sum === null ? step : tf.div(step, tf.sqrt(sum)));
  };
  return {
    value,
    descend(gradient) {
      const sum = accumulator === null ? null : tf.add(accumulator, tf.square(gradient));
      if (sum !== null) accumulator!.assign(sum);
      value.assign(moved(value, gradient, sum));
    },
    descendRows(indices, at, gradient, current) {
      const sum = accumulator === null ? null : tf.add(tf.gather(accumulator, indices), tf.square(gradient));
      if (sum !== null) accumulator!.assign(tf.tensorScatterUpdate(accumulator!, at, sum));
      value.assign(tf.tensorScatterUpdate(value, at, moved(current, gradient, sum)));
    },
    addToRows(indices, at, gradient) {
      const scattered = (rows: tf.Tensor): tf.Tensor => tf.scatterND(at, rows, shape);
      const step = tf.mul(gradient, rate);
      if (accumulator === null) return value.assign(tf.sub(value, scattered(step)));
      const sum = tf.add(accumulator, scattered(tf.square(gradient)));
      accumulator.assign(sum);
      value.assign(tf.sub(value, scattered(tf.div(step, tf.sqrt(tf.gather(sum, indices))))));
    },
    dispose: () => tf.dispose(accumulator === null ? [value, rate] : [value, rate, accumulator]),
  };
}

/** Of a float32 tensor, on the CPU. */
export const floatsOf = (tensor: tf.Tensor): Promise<Float32Array> => tensor.data() as Promise<Float32Array>;
