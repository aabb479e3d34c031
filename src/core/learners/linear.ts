import { SdkError } from '../errors.js';
import type { LinearParams, LinearRule, SparseBatch } from './kernel-types.js';
import { saturate } from './saturate.js';
import { sigmoid } from './sigmoid.js';

/** Bound on one gradient coordinate: its square still fits a Float32. */
export const LARGEST_GRADIENT = 2 ** 60;

/** True for the rules every engine can take: logistic loss by AdaGrad or SGD, no L1, no normalisation. */
export function isCommonRule({ kind, loss, l1, isNormalised }: LinearRule): boolean {
  return kind !== 'ftrl' && loss !== 'squared' && !l1 && !isNormalised;
}

/** Refuses what this kernel and the engines of a page would otherwise silently take for the common rule. */
export function requireCommonRule(rule: LinearRule): void {
  if (!isCommonRule(rule))
    throw new SdkError(
      'invalid-options',
      `a page learns by logistic adagrad or sgd without l1 or isNormalised, got ${JSON.stringify(rule)}`,
    );
}

/**
 * Logistic regression on sparse rows, one row after the other, by AdaGrad or plain SGD: the rules a shopper's page learns by.
 * `stepAnyLinear` takes the other rules; here they are refused (`invalid-options`), which keeps them out of the worker's bundle.
 * Defines what is right: parameters are Float32, arithmetic is float64, each stored number is rounded once.
 *
 * @param params  changed in place
 * @returns       [rows], each row's score margin + w·x *before* its own update; new memory
 * @see Duchi, Hazan, Singer 2011, Adaptive subgradient methods, section 5
 */
export function stepLinear(params: LinearParams, batch: SparseBatch, rule: LinearRule): Float32Array {
  requireCommonRule(rule);
  const { weights, accumulators } = params;
  const { rows, offsets, indices, values, labels, sampleWeights, margins } = batch;
  const { learningRate, l2, epsilon } = rule;
  const isPlain = rule.kind === 'sgd';
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    let score = margins[row]!;
    for (let at = start; at < end; at++) score += weights[indices[at]!]! * values[at]!;
    scores[row] = saturate(score);
    const sampleWeight = sampleWeights[row]!;
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * (sigmoid(score) - labels[row]!);
    for (let at = start; at < end; at++) {
      const index = indices[at]!;
      const weight = weights[index]!;
      const raw = slope * values[at]! + l2 * weight;
      if (raw === 0) continue; // 0/0 where epsilon is 0
      const gradient = raw > LARGEST_GRADIENT ? LARGEST_GRADIENT : raw < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : raw;
      if (isPlain) {
        weights[index] = saturate(weight - learningRate * gradient);
        continue;
      }
      const accumulator = accumulators[index]! + gradient * gradient;
      const scale = Math.sqrt(accumulator) + epsilon;
      accumulators[index] = saturate(accumulator);
      if (scale > 0) weights[index] = saturate(weight - (learningRate * gradient) / scale);
    }
  }
  return scores;
}
