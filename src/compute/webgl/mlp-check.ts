import type { DenseBatch, MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import { stepMlp } from '../../core/learners/mlp.js';
import { sigmoid } from '../../core/learners/sigmoid.js';
import { refuse } from './refuse.js';

export interface MlpResult {
  /** [rows] */
  readonly scores: Float32Array;
  readonly weights: Float32Array;
  readonly accumulators: Float32Array;
  /** Taken in this call. */
  readonly steps: number;
}

const TOLERANCE = 1e-3;

/**
 * Refuses what no call of this rule can give: anything non-finite, accumulators that fell, an AdaGrad step above the learning
 * rate, a first score that the network did not have. The output's bias went through every step and depends on nothing but the
 * scores: it is computed again from them.
 * @throws SdkError `engine-refused`
 */
export function checkMlp(params: MlpParams, batch: DenseBatch, rule: MlpRule, result: MlpResult): MlpResult {
  const { scores, weights, accumulators, steps } = result;
  for (const part of [scores, weights, accumulators]) {
    const at = part.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) refuse(`number ${at} is ${part[at]}`);
  }
  for (let at = 0; at < weights.length; at++) {
    const [oldWeight, oldAccumulator] = [params.weights[at]!, params.accumulators[at]!];
    // GPUs may flush subnormals to zero: 1e-37 covers them.
    if (accumulators[at]! < oldAccumulator * (1 - 1e-6) - 1e-37)
      refuse(`accumulator ${at} fell from ${oldAccumulator} to ${accumulators[at]}`);
    const furthest = rule.learningRate * steps * 1.001 + Math.abs(oldWeight) * 1e-6 + 1e-37;
    if (rule.kind !== 'sgd' && Math.abs(weights[at]! - oldWeight) > furthest)
      refuse(`weight ${at} moved from ${oldWeight} to ${weights[at]}, at most ${furthest} is possible`);
  }
  checkFirstScore(params, batch, rule, scores);
  checkLastBias(params, batch, rule, result);
  return result;
}

/** The first row alone is the first of a group alone: the same units are left out. */
function checkFirstScore({ sizes, weights, accumulators, steps }: MlpParams, batch: DenseBatch, rule: MlpRule, scores: Float32Array): void {
  if (batch.rows === 0) return;
  const alone = { ...batch, rows: 1, sampleWeights: new Float32Array(1) };
  const score = stepMlp({ sizes, weights, accumulators, steps }, alone, rule)[0]!; // weight 0: changes nothing
  const size = Math.abs(score) + Math.abs(batch.margins[0]!) + 1;
  if (size < 1e30 && Math.abs(scores[0]! - score) > TOLERANCE * size) refuse(`the first score is ${scores[0]}, expected ${score}`);
}

function checkLastBias(params: MlpParams, batch: DenseBatch, rule: MlpRule, result: MlpResult): void {
  const last = params.weights.length - 1;
  let bias = params.weights[last]!;
  let accumulator = params.accumulators[last]!;
  let moved = 0;
  for (let first = 0; first < batch.rows; first += rule.batch) {
    let slope = 0;
    let counted = 0;
    for (let row = first; row < Math.min(batch.rows, first + rule.batch); row++) {
      const sampleWeight = batch.sampleWeights[row]!;
      if (sampleWeight === 0) continue;
      counted++;
      slope += sampleWeight * (sigmoid(result.scores[row]!) - batch.labels[row]!);
    }
    if (counted === 0) continue;
    const gradient = slope / counted + rule.l2 * bias;
    if (Math.abs(gradient) > 1e15) return; // clamped, where 32 bits round differently
    accumulator += gradient * gradient;
    const scale = rule.kind === 'sgd' ? 1 : Math.sqrt(accumulator) + rule.epsilon;
    const step = scale > 0 ? (rule.learningRate * gradient) / scale : 0;
    bias -= step;
    moved += Math.abs(step);
  }
  const found = result.weights[last]!;
  if (Math.abs(found - bias) > TOLERANCE * (moved + Math.abs(bias)) + 1e-37) refuse(`the last bias became ${found}, expected ${bias}`);
}
