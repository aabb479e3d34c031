import type { DenseBatch, FactorParams } from '../../core/learners/kernel-types.js';
import { refuse } from './refuse.js';

export interface FactorResult extends FactorParams {
  /** [rows] */
  readonly scores: Float32Array;
}

const TOLERANCE = 1e-3;

/**
 * Refuses what no step can give: a missing probe, anything non-finite, a variance that grew or is negative, a wrong first score.
 * @param values  the state tensor, see `factors-programs`
 * @throws SdkError `engine-refused`
 */
export function checkFactors(
  params: FactorParams,
  batch: DenseBatch,
  first: number,
  count: number,
  values: Float32Array,
  probe: number,
): FactorResult {
  const { dim } = batch;
  const inverse = values.slice(0, dim * dim);
  const user = values.slice(dim * dim, dim * dim + dim);
  const scores = values.slice(dim * dim + dim, dim * dim + dim + count);
  const probes = values.subarray((dim + 1 + Math.ceil(count / dim)) * dim, (dim + 2 + Math.ceil(count / dim)) * dim);
  if (probes.length !== dim || !probes.every((value) => value === probe)) refuse(`the probe is ${probes[0]}, expected ${probe}`);
  for (const part of [inverse, user, scores]) {
    const at = part.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) refuse(`element ${at} is ${part[at]}`);
  }
  for (let at = 0; at < dim; at++) {
    const before = params.inverse[at * dim + at]!;
    const after = inverse[at * dim + at]!;
    // Rounding can leave a variance a hair off: of its own size before, not of what is left of it.
    const hair = Math.abs(before) * TOLERANCE + 1e-37;
    if (after > before + hair || after < -hair) refuse(`variance ${at} went from ${before} to ${after}`);
  }
  let score = batch.margins[first]!;
  let size = Math.abs(score) + 1;
  for (let at = 0; at < dim; at++) {
    const term = params.user[at]! * batch.vectors[first * dim + at]!;
    score += term;
    size += Math.abs(term);
  }
  if (size < 1e37 && Math.abs(scores[0]! - score) > TOLERANCE * size) refuse(`the first score is ${scores[0]}, expected ${score}`);
  return { scores, user, inverse };
}
