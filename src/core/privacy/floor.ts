import { SdkError } from '../errors.js';
import type { GaussianTerms, RoundPolicy, VoteTerms } from '../federated/round-policy.js';
import { claimedEpsilon } from './claim.js';

/**
 * The least that this bundle asks of any policy, whoever signed it. Against the operator itself this is the protection:
 * it is compiled in, and no policy can talk it down.
 */

export const LARGEST_EPSILON_PER_RELEASE = 8;
export const LARGEST_DP_DELTA = 1e-6;
export const SMALLEST_SEPARATION_DAYS = 30;
export const SMALLEST_WINDOW_DAYS = 90;
/** Below it the discrete mechanism and its rounding are too coarse for the claim. */
export const SMALLEST_BOUND = 256;
/** No wrap-around: the bits must hold the bound and this many σ (probability below 4e-33 a coordinate). */
const TAIL_SIGMAS = 12;

export interface FloorPlace {
  /** Is the page's origin loopback? */
  readonly isLoopbackPage: boolean;
  readonly isLoopbackEndpoint: boolean;
}

/** @throws SdkError `policy-refused` with the first reason found */
export function expectAboveFloor(policy: RoundPolicy, place: FloorPlace): void {
  const reason = floorViolation(policy, place);
  if (reason !== null) throw new SdkError('policy-refused', `the policy is below the floor of this SDK: ${reason}`);
}

/** Null for an acceptable policy. */
export function floorViolation(policy: RoundPolicy, place: FloorPlace): string | null {
  const { mechanism, block, dpDelta } = policy;
  const shape = mechanism.kind === 'vote' ? voteViolation(policy, mechanism) : gaussianViolation(policy, mechanism);
  if (shape !== null) return shape;
  const epsilon = claimedEpsilon({ block, mechanism, dpDelta }, 1);
  if (!(epsilon <= LARGEST_EPSILON_PER_RELEASE)) {
    return `ε is ${epsilon.toFixed(2)} per release (replacement, δ ${dpDelta}), at most ${LARGEST_EPSILON_PER_RELEASE} is accepted`;
  }
  return scheduleViolation(policy, place);
}

function scheduleViolation({ separationDays, windowDays, releasesPerWindow }: RoundPolicy, place: FloorPlace): string | null {
  if (!(separationDays >= 0 && windowDays > 0 && releasesPerWindow >= 1)) return 'separation, window and releases must be positive numbers';
  if (place.isLoopbackPage && place.isLoopbackEndpoint) return null; // a test on one computer may go faster
  if (separationDays < SMALLEST_SEPARATION_DAYS) {
    return `${separationDays} days between releases, at least ${SMALLEST_SEPARATION_DAYS} are asked except on this computer`;
  }
  if (windowDays < SMALLEST_WINDOW_DAYS) return `a window of ${windowDays} days, at least ${SMALLEST_WINDOW_DAYS} are asked`;
  const cap = Math.ceil(windowDays / separationDays);
  if (releasesPerWindow > cap)
    return `${releasesPerWindow} releases in ${windowDays} days, ${separationDays} days apart there are at most ${cap}`;
  return null;
}

function voteViolation({ block, dpDelta }: RoundPolicy, { subsetSize, keepNumerator, keepDenominator }: VoteTerms): string | null {
  if (block.kind !== 'taste') return 'a vote needs a taste block';
  const cells = block.cells.length;
  if (new Set(block.cells.map(({ name }) => name)).size !== cells) return 'two cells have one name';
  if (dpDelta !== 0) return `δ of a vote is 0, got ${dpDelta}`;
  if (![subsetSize, keepNumerator, keepDenominator].every((part) => Number.isSafeInteger(part) && part >= 1))
    return 'w and p must be made of positive whole numbers';
  if (subsetSize >= cells) return `a vote for ${subsetSize} of ${cells} cells`;
  if (keepNumerator >= keepDenominator) return `p = ${keepNumerator}/${keepDenominator} would always tell the own cell`;
  if (BigInt(keepNumerator) * BigInt(cells) <= BigInt(subsetSize) * BigInt(keepDenominator)) {
    return `p = ${keepNumerator}/${keepDenominator} is not above w/J, so the votes would say nothing`;
  }
  return null;
}

function gaussianViolation({ block, dpDelta }: RoundPolicy, terms: GaussianTerms): string | null {
  const { dim, clipNorm, scale, bound, sigmaNumerator, sigmaDenominator, bits } = terms;
  if (block.kind !== 'vector' || block.names.length !== dim) return `a Gaussian of ${dim} numbers needs a vector block with ${dim} names`;
  if (!(dpDelta > 0 && dpDelta <= LARGEST_DP_DELTA)) return `δ is ${dpDelta}, above 0 and at most ${LARGEST_DP_DELTA} is accepted`;
  if (!(Number.isSafeInteger(bound) && bound >= SMALLEST_BOUND))
    return `a bound of ${bound} grid units, at least ${SMALLEST_BOUND} are asked`;
  if (!Number.isSafeInteger(dim * bound * bound)) return `a bound of ${bound} grid units is too large for exact squares`;
  const needed = Math.ceil(Math.sqrt((scale * clipNorm) ** 2 + dim / 4));
  if (!(bound >= needed)) return `a bound of ${bound} grid units cannot hold a rounded vector of norm ${clipNorm}: at least ${needed}`;
  if (!(sigmaNumerator >= 1 && sigmaDenominator >= 1)) return 'the noise must be above 0';
  const largest = bound + (TAIL_SIGMAS * bound * sigmaNumerator) / sigmaDenominator;
  if (!(2 ** (bits - 1) > largest)) return `${bits} bits hold ±${2 ** (bits - 1) - 1}, noised values reach ±${Math.ceil(largest)}`;
  return null;
}
