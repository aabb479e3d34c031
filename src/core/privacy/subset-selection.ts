import type { VoteTerms } from '../federated/round-policy.js';
import { SdkError } from '../errors.js';
import type { SecureBits } from '../random.js';
import { add, divide, multiply, rational, subtract, toNumber, type Rational } from './rational.js';
import { bernoulli, uniformBelow } from './uniform.js';

/**
 * A vote over J cells that is private by itself: with probability p a uniform w-subset that holds the own cell, else a
 * uniform one without it. Any two cells make any subset at most p(J−w) / ((1−p)w) times likelier: ε is its logarithm.
 * @see Wang et al. 2016; Ye & Barg 2017, Optimal Schemes for Discrete Distribution Estimation under Local DP
 */

/**
 * @param cell   own cell, 0 to cells − 1
 * @param cells  J
 * @returns      w distinct cells, ascending
 * @throws SdkError `out-of-range`
 */
export function selectSubset(cell: number, cells: number, terms: VoteTerms, bits: SecureBits): readonly number[] {
  if (!Number.isInteger(cell) || cell < 0 || cell >= cells) throw new SdkError('out-of-range', `cell ${cell} of ${cells}`);
  const { subsetSize, keepNumerator, keepDenominator } = terms;
  const others = Array.from({ length: cells - 1 }, (_, at) => (at < cell ? at : at + 1));
  const subset = bernoulli(bits, keepNumerator, keepDenominator)
    ? [cell, ...drawDistinct(others, subsetSize - 1, bits)]
    : drawDistinct(others, subsetSize, bits);
  return subset.sort((a, b) => a - b); // the order would tell which one was first
}

/** Uniform subset by the first steps of a Fisher–Yates shuffle; changes `pool`. */
function drawDistinct(pool: number[], count: number, bits: SecureBits): number[] {
  for (let at = 0; at < count; at++) {
    const from = at + uniformBelow(bits, pool.length - at);
    const drawn = pool[from]!;
    pool[from] = pool[at]!;
    pool[at] = drawn;
  }
  return pool.slice(0, count);
}

export interface VoteAnalysis {
  /** p, exact. */
  readonly keep: Rational;
  /** Probability that a cell which is not the own one is named, exact: (p(w−1) + (1−p)w) / (J−1). */
  readonly q: Rational;
  /** Worst ratio of two likelihoods, at least 1, exact. */
  readonly likelihoodRatio: Rational;
  /** ln of it: replacement adjacency, δ = 0. */
  readonly epsilon: number;
}

/** @throws SdkError `invalid-options` where the terms say nothing (w ≥ J) or everything (p = 1) */
export function analyseVote(cells: number, { subsetSize, keepNumerator, keepDenominator }: Omit<VoteTerms, 'kind'>): VoteAnalysis {
  if (!(subsetSize >= 1 && subsetSize < cells))
    throw new SdkError('invalid-options', `a vote for ${subsetSize} of ${cells} cells; 1 to J − 1 can be named`);
  if (!(keepNumerator >= 1 && keepNumerator < keepDenominator)) {
    throw new SdkError('invalid-options', `p = ${keepNumerator}/${keepDenominator} must lie between 0 and 1`);
  }
  const keep = rational(keepNumerator, keepDenominator);
  const drop = subtract(rational(1), keep);
  const q = divide(add(multiply(keep, rational(subsetSize - 1)), multiply(drop, rational(subsetSize))), rational(cells - 1));
  const ratio = divide(multiply(keep, rational(cells - subsetSize)), multiply(drop, rational(subsetSize)));
  const likelihoodRatio = ratio.numerator >= ratio.denominator ? ratio : divide(rational(1), ratio);
  return { keep, q, likelihoodRatio, epsilon: Math.log(toNumber(likelihoodRatio)) };
}

/** Probability that a cell of this population share is named: s·p + (1 − s)·q, exact. */
export function inclusionProbability(share: Rational, { keep, q }: VoteAnalysis): Rational {
  return add(multiply(share, keep), multiply(subtract(rational(1), share), q));
}

/** Variance of a cell's debiased frequency from n reports: λ(1 − λ) / (n (p − q)²), exact. */
export function estimatorVariance(inclusion: Rational, reports: number, { keep, q }: VoteAnalysis): Rational {
  const gap = subtract(keep, q);
  return divide(multiply(inclusion, subtract(rational(1), inclusion)), multiply(rational(reports), multiply(gap, gap)));
}

/**
 * The server's side: unbiased share of each cell, and the expected L2 norm of its noise (the root of the summed
 * variances at the frequencies that were seen).
 *
 * @param counts   [J], reports that name the cell
 * @param reports  n, at least 1
 * @returns        `estimate` [J], new memory, not clamped: single cells may be below 0
 */
export function estimateShares(
  counts: ArrayLike<number>,
  reports: number,
  terms: VoteTerms,
): { readonly estimate: Float64Array; readonly noiseL2: number } {
  const analysis = analyseVote(counts.length, terms);
  const q = toNumber(analysis.q);
  const gap = toNumber(subtract(analysis.keep, analysis.q));
  let variance = 0;
  const estimate = Float64Array.from(counts, (count) => {
    const frequency = count / reports;
    variance += (frequency * (1 - frequency)) / (reports * gap * gap);
    return (frequency - q) / gap;
  });
  return { estimate, noiseL2: Math.sqrt(variance) };
}

/** The most that `noiseL2` can be over all populations (the uniform one): √(w(1 − w/J)/n) / (p − q). */
export function voteNoiseL2(cells: number, reports: number, terms: VoteTerms): number {
  const { keep, q } = analyseVote(cells, terms);
  const { subsetSize } = terms;
  return Math.sqrt((subsetSize * (1 - subsetSize / cells)) / reports) / toNumber(subtract(keep, q));
}
