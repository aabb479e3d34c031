import type { DenseBatch, FactorParams, FactorRule } from './kernel-types.js';
import { saturate } from './saturate.js';
import { sigmoid } from './sigmoid.js';

/**
 * The user vector learns one row after the other with a step preconditioned by the inverse of the curvature seen so far
 * (rank-one downdates). Parameters are Float32, arithmetic is float64, each stored number is rounded once.
 *
 * @param params  changed in place; `inverse` stays symmetric to the bit
 * @returns       [rows], each row's score margin + p·e *before* its own update; new memory
 * @see Ollivier 2018, Online natural gradient as a Kalman filter, section 3
 */
export function stepFactors(params: FactorParams, batch: DenseBatch, rule: FactorRule): Float32Array {
  const { user, inverse } = params;
  const { rows, dim, vectors, labels, sampleWeights, margins } = batch;
  const scores = new Float32Array(rows);
  const gain = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    const base = row * dim;
    let score = margins[row]!;
    for (let at = 0; at < dim; at++) score += user[at]! * vectors[base + at]!;
    scores[row] = saturate(score);
    const sampleWeight = sampleWeights[row]!;
    if (sampleWeight === 0) continue;
    let spread = 0;
    for (let at = 0; at < dim; at++) {
      let sum = 0;
      for (let other = 0; other < dim; other++) sum += inverse[at * dim + other]! * vectors[base + other]!;
      gain[at] = sum;
      spread += sum * vectors[base + at]!;
    }
    if (spread < 0) spread = 0; // rounding can leave a hair below positive definite; a negative variance would amplify
    const probability = sigmoid(score);
    const curvature = sampleWeight * Math.max(probability * (1 - probability), rule.minCurvature);
    const shrink = 1 / (1 + curvature * spread);
    const step = sampleWeight * (probability - labels[row]!) * shrink;
    const downdate = curvature * shrink;
    for (let at = 0; at < dim; at++) {
      user[at] = saturate(user[at]! - step * gain[at]!);
      for (let other = at; other < dim; other++) {
        const value = saturate(inverse[at * dim + other]! - downdate * gain[at]! * gain[other]!);
        inverse[at * dim + other] = value;
        inverse[other * dim + at] = value;
      }
    }
  }
  return scores;
}
