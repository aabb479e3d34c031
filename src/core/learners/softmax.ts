import { SdkError } from '../errors.js';
import type { SparseBatch } from './kernel-types.js';
import { LARGEST_GRADIENT } from './linear.js';
import { saturate } from './saturate.js';
import { exp, log } from './sigmoid.js';

/** Weights of k classes. What belongs to one feature lies together: a row touches few features and all classes. */
export interface SoftmaxParams {
  /** [size · classes]: class c of feature f is `weights[f · classes + c]` */
  readonly weights: Float32Array;
  /** [size · classes], sums of squared gradients, at least 0; untouched by `sgd` */
  readonly accumulators: Float32Array;
  /** [size], `isNormalised` only: the largest |value| seen of each feature, at least 0 */
  readonly scales?: Float32Array;
}

/** Rows as for `stepLinear`; the label is the number of the right class. */
export interface SoftmaxBatch extends Omit<SparseBatch, 'labels' | 'margins'> {
  /** [rows], below the number of classes */
  readonly labels: Uint32Array;
}

/** As `LinearRule`: one AdaGrad or SGD step per row on every class, by the gradient of the cross-entropy. */
export interface SoftmaxRule {
  /** Default `adagrad`. */
  readonly kind?: 'adagrad' | 'sgd';
  readonly learningRate: number;
  /** Pulls each weight of a touched feature to 0. */
  readonly l2: number;
  readonly epsilon: number;
  /** Steps do not depend on the unit of a feature (Ross, Mineiro, Langford 2013). Default false. */
  readonly isNormalised?: boolean;
}

/**
 * Multinomial logistic regression on sparse rows, one row after the other; state Float32, arithmetic float64, one rounding per store.
 *
 * @param params   changed in place
 * @param classes  at least 2
 * @returns        [rows · classes], each row's scores (log-odds up to a constant) *before* its own update; new memory
 * Errors: `invalid-state` where `isNormalised` finds no `scales`.
 */
export function stepSoftmax(params: SoftmaxParams, batch: SoftmaxBatch, rule: SoftmaxRule, classes: number): Float32Array {
  const { weights, accumulators } = params;
  const { rows, offsets, indices, values, labels, sampleWeights } = batch;
  const { learningRate, l2, epsilon } = rule;
  const isPlain = rule.kind === 'sgd';
  const scales = rule.isNormalised === true ? scalesOf(params, classes) : null;
  const scores = new Float32Array(rows * classes);
  const row = new Float64Array(classes);

  for (let at = 0; at < rows; at++) {
    const start = offsets[at]!;
    const end = offsets[at + 1]!;
    row.fill(0);
    for (let entry = start; entry < end; entry++) {
      const index = indices[entry]!;
      const value = values[entry]! * (scales === null ? 1 : kept(isPlain, scales[index]!, values[entry]!));
      const first = index * classes;
      for (let c = 0; c < classes; c++) row[c]! += weights[first + c]! * value;
    }
    for (let c = 0; c < classes; c++) scores[at * classes + c] = row[c] = saturate(row[c]!);
    const sampleWeight = sampleWeights[at]!;
    if (sampleWeight === 0) continue;
    toProbabilities(row);
    row[labels[at]!]! -= 1;
    for (let c = 0; c < classes; c++) row[c]! *= sampleWeight;

    for (let entry = start; entry < end; entry++) {
      const index = indices[entry]!;
      const value = values[entry]!;
      const first = index * classes;
      const before = scales === null ? 1 : scales[index]!;
      const scale = scales === null ? 1 : Math.max(before, Math.abs(value));
      if (scale === 0) continue; // always 0 so far
      if (scales !== null) scales[index] = scale;
      const unit = scale * (scales === null ? 1 : kept(isPlain, before, value));
      const ratio = (before / scale) ** 2;
      const size = value / scale;
      for (let c = first; c < first + classes; c++) {
        const weight = weights[c]! * unit;
        const raw = row[c - first]! * size + l2 * weight;
        const gradient = raw > LARGEST_GRADIENT ? LARGEST_GRADIENT : raw < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : raw;
        let rate = learningRate;
        if (!isPlain) {
          const accumulator = accumulators[c]! * ratio + gradient * gradient;
          accumulators[c] = saturate(accumulator);
          const root = Math.sqrt(accumulator) + epsilon;
          rate = root > 0 ? learningRate / root : 0;
        }
        weights[c] = saturate((weight - rate * gradient) / scale);
      }
    }
  }
  return scores;
}

/** In place: e^score, brought to sum 1. */
function toProbabilities(row: Float64Array): void {
  let largest = -Infinity;
  for (const score of row) if (score > largest) largest = score;
  let sum = 0;
  for (let c = 0; c < row.length; c++) sum += row[c] = exp(row[c]! - largest);
  for (let c = 0; c < row.length; c++) row[c]! /= sum;
}

/** −ln of the probability that scores give to one class, in nats. */
export function softmaxLoss(scores: ArrayLike<number>, label: number): number {
  let largest = -Infinity;
  for (let c = 0; c < scores.length; c++) largest = Math.max(largest, scores[c]!);
  let sum = 0;
  for (let c = 0; c < scores.length; c++) sum += exp(scores[c]! - largest);
  return log(sum) + largest - scores[label]!;
}

/** What a weight keeps when its feature grows beyond its scale, as in `stepAnyLinear`. */
function kept(isPlain: boolean, scale: number, value: number): number {
  const size = Math.abs(value);
  if (size <= scale) return 1;
  return isPlain ? (scale / size) ** 2 : scale / size;
}

function scalesOf({ scales, weights }: SoftmaxParams, classes: number): Float32Array {
  const size = weights.length / classes;
  if (scales?.length === size) return scales;
  throw new SdkError('invalid-state', `isNormalised needs scales of length ${size}, got ${scales?.length ?? 'none'}: start them at 0`);
}
