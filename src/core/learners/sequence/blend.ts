import { exp } from '../sigmoid.js';
import type { Candidates } from './columns.js';

/**
 * Each column weighs `weights[c] + doubt · weights[width + c]`: what to believe is another matter where little is known of
 * what follows the session's last item (doubt 1) than where much is (towards 0).
 */
export interface Blend {
  /** [2 · width] */
  readonly weights: Float64Array;
  /** [2 · width], AdaGrad's sums of squared gradients, at least 0 */
  readonly accumulators: Float64Array;
}

/** Weights beyond this say nothing more, and stay finite under any stream. */
const LARGEST_WEIGHT = 32;

/** @returns [items], Σ weight · column per candidate; new memory */
export function blendScores({ weights }: Blend, { items, values, width }: Candidates, doubt: number): Float64Array {
  const mixed = Float64Array.from({ length: width }, (_, column) => weights[column]! + doubt * weights[width + column]!);
  const scores = new Float64Array(items.length);
  for (let row = 0, at = 0; row < items.length; row++) {
    let score = 0;
    for (let column = 0; column < width; column++) score += mixed[column]! * values[at++]!;
    scores[row] = score;
  }
  return scores;
}

/**
 * One AdaGrad step on the softmax loss −log(e^score of the chosen / Σ e^score): the weights learn from what was predicted
 * before each event which of the columns to believe (stacking, Wolpert 1992; log-linear pooling).
 *
 * @param scores  what `blendScores` gave for these candidates
 * @param chosen  row of the candidate that came true
 */
export function stepBlend(
  blend: Blend,
  { items, values, width }: Candidates,
  scores: Float64Array,
  doubt: number,
  chosen: number,
  learningRate: number,
): void {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  const expected = new Float64Array(width);
  let total = 0;
  for (let row = 0, at = 0; row < items.length; row++) {
    const part = exp(scores[row]! - highest);
    total += part;
    for (let column = 0; column < width; column++) expected[column]! += part * values[at++]!;
  }
  const { weights, accumulators } = blend;
  for (let index = 0; index < 2 * width; index++) {
    const column = index % width;
    const gradient = (expected[column]! / total - values[chosen * width + column]!) * (index < width ? 1 : doubt);
    if (!Number.isFinite(gradient)) continue;
    const accumulator = Math.min(accumulators[index]! + gradient * gradient, Number.MAX_VALUE);
    const weight = weights[index]! - (learningRate * gradient) / (Math.sqrt(accumulator) + 1);
    accumulators[index] = accumulator;
    weights[index] = Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, weight));
  }
}
