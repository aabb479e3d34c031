import { TASTE_LOUDNESS, TASTE_SLOT } from '../learners/lesson-rules.js';
import { log } from '../learners/sigmoid.js';
import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { POSITION_LAMBDA, SHRINK_K } from './constants.js';

/** The parts of score(u, i) = position_i + a_u·taste_i + s·(v_u·x + p_u·e_i); a_u and s are in them already. */
export interface ScoreParts {
  /** −λ·log(1 + shopPosition) */
  readonly position: number;
  /** What the crowd likes, as far as this shopper follows it. */
  readonly taste: number;
  /** [nonZeros of the encoded item], what each facet adds */
  readonly linear: Float64Array;
  readonly factors: number;
}

/** s = n / (n + k): how far the personal terms are trusted after n lessons, 0 to 1. */
export function shrinkageOf(lessons: number): number {
  return lessons / (lessons + SHRINK_K);
}

/**
 * a_u: how far the shopper follows the crowd. 1 without a lesson; each choice the crowd would not have made lowers it, and
 * below 0 it says nothing. Fading the prior out by k/(n+k) instead takes from a shopper who thinks as the crowd does what is
 * known best about them (crowd.test.ts).
 * @see Cox 1958, Two further applications of a model for binary regression (the slope on someone else's log-odds)
 */
export function crowdTrustOf({ linear, tally }: ProfileState): number {
  return Math.max(0, 1 + shrinkageOf(tally.lessons) * TASTE_LOUDNESS * linear.weights[TASTE_SLOT]!);
}

/** The part of the score before anything personal; also the margin an example is learned with. */
export function priorOf(shopPosition: number, taste: number): number {
  return -POSITION_LAMBDA * log(1 + shopPosition) + taste;
}

export function scorePartsOf(state: ProfileState, { encoded, shopPosition, taste, vector }: Candidate): ScoreParts {
  const shrinkage = shrinkageOf(state.tally.lessons);
  const { weights } = state.linear;
  const linear = Float64Array.from(encoded.indices, (index, at) => shrinkage * weights[index]! * encoded.values[at]!);
  const { user } = state.factors;
  let product = 0;
  if (vector?.length === user.length) for (const [at, value] of vector.entries()) product += user[at]! * value;
  return { position: priorOf(shopPosition, 0), taste: crowdTrustOf(state) * taste, linear, factors: shrinkage * product };
}

export function totalOf({ position, taste, linear, factors }: ScoreParts): number {
  let sum = 0;
  for (const part of linear) sum += part;
  return position + taste + (sum + factors);
}

/** Best first; ties stand as in the shop's order. Answers indices into `scores`. */
export function orderOf(scores: readonly number[], candidates: readonly Candidate[]): readonly number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || candidates[a]!.shopPosition - candidates[b]!.shopPosition);
}
