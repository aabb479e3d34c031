import { cholesky, solveCholesky } from '../../core/learners/cholesky.js';
import type { DenseBatch } from '../../core/learners/kernel-types.js';
import { sigmoid } from '../../core/learners/sigmoid.js';

/**
 * The user vector that an online pass is measured against: the minimum of Σ aᵣ·logistic loss + ridge/2·|p|² by Newton's method,
 * all examples at once.
 *
 * @param start  [dim] where to begin, for instance the solution with fewer examples
 * @returns      [dim], new memory
 */
export function exactFoldIn(batch: DenseBatch, ridge: number, start: Float64Array): Float64Array {
  const { rows, dim, vectors, labels, sampleWeights, margins } = batch;
  let user = start.slice();
  for (let round = 0; round < 25; round++) {
    const gradient = user.map((value) => ridge * value);
    const hessian = new Float64Array(dim * dim);
    for (let at = 0; at < dim; at++) hessian[at * dim + at] = ridge;
    for (let row = 0; row < rows; row++) {
      const base = row * dim;
      let score = margins[row]!;
      for (let at = 0; at < dim; at++) score += user[at]! * vectors[base + at]!;
      const probability = sigmoid(score);
      const slope = sampleWeights[row]! * (probability - labels[row]!);
      const curvature = sampleWeights[row]! * probability * (1 - probability);
      for (let at = 0; at < dim; at++) {
        gradient[at]! += slope * vectors[base + at]!;
        const scaled = curvature * vectors[base + at]!;
        for (let other = 0; other <= at; other++) hessian[at * dim + other]! += scaled * vectors[base + other]!;
      }
    }
    const step = solveCholesky(cholesky(hessian, dim), gradient);
    const length = Math.sqrt(step.reduce((sum, value) => sum + value * value, 0));
    const shorten = length > LONGEST_STEP ? LONGEST_STEP / length : 1;
    user = user.map((value, at) => value - shorten * step[at]!);
    if (length < 1e-7) return user;
  }
  return user;
}

/** In units of the prior's standard deviation; a longer Newton step of a logistic problem may overshoot. */
const LONGEST_STEP = 3;
