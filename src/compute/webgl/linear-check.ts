import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import { sigmoid } from '../../core/learners/sigmoid.js';
import { refuse } from './refuse.js';
import type { Touched } from './linear-pack.js';

export interface LinearResult {
  /** [rows] */
  readonly scores: Float32Array;
  /** [touched] */
  readonly indices: Uint32Array;
  /** [touched], new */
  readonly weights: Float32Array;
  /** [touched], new */
  readonly accumulators: Float32Array;
}

/** So many entries are computed again here, out of those that only one row touched. */
const SPOT_CHECKS = 16;
const SPOT_TOLERANCE = 1e-3;

/**
 * Refuses what no step of this rule can give: a lost context reads as zeros, a lying driver as anything. Every texel carries
 * the batch's probe; accumulators only grow; an AdaGrad step is at most the learning rate; the first score and a few
 * entries are computed again.
 * @param texels  [at least rows + touched, 4], see `linear-shaders`
 * @throws SdkError `engine-refused`
 */
export function checkLinear(
  params: LinearParams,
  batch: SparseBatch,
  rule: LinearRule,
  touch: Touched,
  texels: Float32Array,
  probe: number,
): LinearResult {
  const { rows } = batch;
  const { touched, touches } = touch;
  const scores = new Float32Array(rows);
  const weights = new Float32Array(touched.length);
  const accumulators = new Float32Array(touched.length);
  for (let at = 0; at < rows + touched.length; at++) {
    if (texels[4 * at + 3] !== probe) refuse(`texel ${at} carries probe ${texels[4 * at + 3]}, expected ${probe}`);
  }
  for (let row = 0; row < rows; row++) {
    const score = texels[4 * row]!;
    if (!Number.isFinite(score)) refuse(`score ${row} is ${score}`);
    scores[row] = score;
  }
  checkFirstScore(params, batch, scores);
  for (let place = 0; place < touched.length; place++) {
    const index = touched[place]!;
    const weight = texels[4 * (rows + place)]!;
    const accumulator = texels[4 * (rows + place) + 1]!;
    const oldAccumulator = params.accumulators[index]!;
    if (!Number.isFinite(weight) || !Number.isFinite(accumulator)) refuse(`weight ${index} is ${weight}, its accumulator ${accumulator}`);
    // GPUs may flush subnormals to zero: 1e-37 covers them.
    if (accumulator < oldAccumulator * (1 - 1e-6) - 1e-37) refuse(`accumulator ${index} fell from ${oldAccumulator} to ${accumulator}`);
    if (rule.kind !== 'sgd') {
      const oldWeight = params.weights[index]!;
      const furthest = rule.learningRate * touches[place]! * 1.001 + Math.abs(oldWeight) * 1e-6 + 1e-37;
      if (Math.abs(weight - oldWeight) > furthest)
        refuse(`weight ${index} moved from ${oldWeight} to ${weight}, at most ${furthest} is possible`);
    }
    weights[place] = weight;
    accumulators[place] = accumulator;
  }
  spotCheck(params, batch, rule, touch, scores, weights);
  return { scores, indices: touched, weights, accumulators };
}

function checkFirstScore(params: LinearParams, batch: SparseBatch, scores: Float32Array): void {
  if (batch.rows === 0) return;
  let score = batch.margins[0]!;
  let size = Math.abs(score) + 1;
  for (let at = batch.offsets[0]!; at < batch.offsets[1]!; at++) {
    const term = params.weights[batch.indices[at]!]! * batch.values[at]!;
    score += term;
    size += Math.abs(term);
  }
  if (size < 1e37 && Math.abs(scores[0]! - score) > SPOT_TOLERANCE * size) refuse(`the first score is ${scores[0]}, expected ${score}`);
}

/** An index that one row alone touched went through one step: from the old values and that row's score it follows. */
function spotCheck(
  params: LinearParams,
  batch: SparseBatch,
  rule: LinearRule,
  touch: Touched,
  scores: Float32Array,
  weights: Float32Array,
): void {
  const { touched, touches } = touch;
  let left = SPOT_CHECKS;
  let place = 0;
  for (let row = 0; row < batch.rows && left > 0; row++) {
    if (batch.sampleWeights[row] === 0) continue;
    const slope = batch.sampleWeights[row]! * (sigmoid(scores[row]!) - batch.labels[row]!);
    for (let at = batch.offsets[row]!; at < batch.offsets[row + 1]!; at++) {
      const index = batch.indices[at]!;
      if (touched[place] !== index) continue; // seen before
      const isAlone = touches[place] === 1;
      const newWeight = weights[place++]!;
      if (!isAlone) continue;
      left--;
      const oldWeight = params.weights[index]!;
      const pull = slope * batch.values[at]!;
      const decay = rule.l2 * oldWeight;
      const gradient = pull + decay;
      const isCancelled = Math.abs(gradient) < 1e-4 * (Math.abs(pull) + Math.abs(decay));
      if (isCancelled || Math.abs(slope) < 1e-10 || Math.abs(gradient) > 1e15) continue; // where 32 bits round differently
      const scale = rule.kind === 'sgd' ? 1 : Math.sqrt(params.accumulators[index]! + gradient * gradient) + rule.epsilon;
      const step = (rule.learningRate * gradient) / scale;
      if (Math.abs(newWeight - (oldWeight - step)) > SPOT_TOLERANCE * (Math.abs(step) + Math.abs(oldWeight)) + 1e-37) {
        refuse(`weight ${index} became ${newWeight}, expected ${oldWeight - step}`);
      }
    }
  }
}
