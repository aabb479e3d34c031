import { SdkError } from '../errors.js';
import type { LinearParams, LinearRule, SparseBatch } from './kernel-types.js';
import { isCommonRule, LARGEST_GRADIENT, stepLinear } from './linear.js';
import { saturate } from './saturate.js';
import { sigmoid } from './sigmoid.js';

/**
 * Linear regression on sparse rows, one row after the other, by any `LinearRule`. The common ones go to `stepLinear`, bit for bit.
 * Not in the worker's bundle: for shared models, `FullEngine` and `homebody eval`.
 *
 * L1 of `sgd` and `adagrad` is a proximal step: after the gradient step of size h a weight is drawn to 0 by h · l1
 * (Duchi, Singer 2009, Forward backward splitting). L1 and L2 act on the features of the row only.
 *
 * `isNormalised`: the rule is applied to weight · scale and value / scale, where scale is the largest |value| seen of the feature
 * (Ross, Mineiro, Langford 2013, algorithms 1 and 3; their global t/N is a matter of the learning rate and left out). Scores do
 * then not depend on the unit of any feature, with L1, L2 and epsilon as without. A weight whose scale is 0 counts as 0.
 *
 * @param params  changed in place; `ftrl` wants `duals`, `isNormalised` wants `scales`
 * @returns       [rows], each row's score margin + w·x *before* its own update; new memory
 * Errors: `invalid-options` for a rule out of range, `invalid-state` for parameters it lacks.
 */
export function stepAnyLinear(params: LinearParams, batch: SparseBatch, rule: LinearRule): Float32Array {
  if (isCommonRule(rule)) return stepLinear(params, batch, rule);
  checkRule(rule);
  const { weights, accumulators } = params;
  const { rows, offsets, indices, values, labels, sampleWeights, margins } = batch;
  const { kind = 'adagrad', learningRate, l1 = 0, l2, epsilon } = rule;
  const duals = kind === 'ftrl' ? needed(params, 'duals', 'ftrl') : null;
  const scales = rule.isNormalised === true ? needed(params, 'scales', 'isNormalised') : null;
  const isSquared = rule.loss === 'squared';
  const scores = new Float32Array(rows);

  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    let score = margins[row]!;
    for (let at = start; at < end; at++) {
      const index = indices[at]!;
      const value = values[at]!;
      const weight = weights[index]! * value;
      score += scales === null ? weight : weight * shrinkage(kind, scales[index]!, value);
    }
    scores[row] = saturate(score);
    const sampleWeight = sampleWeights[row]!;
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * ((isSquared ? saturate(score) : sigmoid(score)) - labels[row]!);
    for (let at = start; at < end; at++) {
      const index = indices[at]!;
      const value = values[at]!;
      const before = scales === null ? 1 : scales[index]!;
      const scale = scales === null ? 1 : Math.max(before, Math.abs(value));
      if (scale === 0) continue; // always 0 so far
      if (scales !== null) scales[index] = scale;
      const ratio = before / scale;
      // From here on in units of the normalised weight.
      const weight = weights[index]! * scale * (scales === null ? 1 : shrinkage(kind, before, value));
      const accumulated = accumulators[index]! * ratio * ratio;
      const gradient = clamped(slope * (value / scale) + (duals === null ? l2 * weight : 0));
      let moved: number;
      if (duals !== null) {
        // McMahan et al. 2013, algorithm 1
        const total = accumulated + gradient * gradient;
        const root = Math.sqrt(total);
        const dual = duals[index]! * ratio + gradient - ((root - Math.sqrt(accumulated)) / learningRate) * weight;
        const pull = (epsilon + root) / learningRate + l2;
        moved = pull > 0 ? -softThreshold(dual, l1) / pull : 0;
        duals[index] = saturate(dual);
        accumulators[index] = saturate(total);
      } else if (kind === 'sgd') {
        moved = softThreshold(weight - learningRate * gradient, learningRate * l1);
      } else {
        const total = accumulated + gradient * gradient;
        const root = Math.sqrt(total) + epsilon;
        moved = root > 0 ? softThreshold(weight - (learningRate * gradient) / root, (learningRate * l1) / root) : weight;
        accumulators[index] = saturate(total);
      }
      weights[index] = saturate(moved / scale);
    }
  }
  return scores;
}

/**
 * What a weight keeps when its feature grows from `scale` to |value|: with SGD what it would be had the new scale been known
 * from the start (their algorithm 1), with adaptive steps the same contribution at full size (algorithm 3).
 */
function shrinkage(kind: 'adagrad' | 'sgd' | 'ftrl', scale: number, value: number): number {
  const size = Math.abs(value);
  if (size <= scale) return 1;
  const ratio = scale / size;
  return kind === 'sgd' ? ratio * ratio : ratio;
}

function softThreshold(value: number, threshold: number): number {
  return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0;
}

function clamped(gradient: number): number {
  return gradient > LARGEST_GRADIENT ? LARGEST_GRADIENT : gradient < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : gradient;
}

function needed(params: LinearParams, name: 'duals' | 'scales', rule: string): Float32Array {
  const values = params[name];
  if (values?.length === params.weights.length) return values;
  const got = values === undefined ? 'none' : String(values.length);
  throw new SdkError('invalid-state', `${rule} needs ${name} of length ${params.weights.length}, got ${got}: start them at 0`);
}

/** Rules beyond 1e±30 would leave float64 on the way. */
function checkRule({ learningRate, l1 = 0, l2, epsilon }: LinearRule): void {
  for (const [name, value, least] of [
    ['learningRate', learningRate, 1e-30],
    ['l1', l1, 0],
    ['l2', l2, 0],
    ['epsilon', epsilon, 0],
  ] as const)
    if (!(value >= least && value <= 1e30)) throw new SdkError('invalid-options', `${name} must be ${least} to 1e30, got ${value}`);
}
