import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VoteTerms } from '../federated/round-policy.js';
import { exhaust, givenBits } from './bit-tree.contract.js';
import { toNumber } from './rational.js';
import { analyseVote, estimateShares, inclusionProbability, selectSubset, voteNoiseL2 } from './subset-selection.js';

const terms = (subsetSize: number, keepNumerator: number, keepDenominator: number): VoteTerms => ({
  kind: 'vote',
  subsetSize,
  keepNumerator,
  keepDenominator,
});

describe('the vote', () => {
  test('with injected bits it is the stated function: six bits below 54 … of 85 keep the cell, else the n-th other one', () => {
    const vote = (bits: readonly number[]) => selectSubset(3, 32, terms(1, 54, 85), givenBits(bits));
    expect(vote([0, 1, 1, 0, 1, 0, 1])).toEqual([3]); // 53 < 54
    expect(vote([0, 1, 1, 0, 1, 1, 0, /* other 3 */ 0, 0, 0, 1, 1])).toEqual([4]); // 54 drops; others are 0, 1, 2, 4 …
    expect(vote([0, 1, 1, 0, 1, 1, 0, /* 31: again */ 1, 1, 1, 1, 1, 0, 0, 0, 0, 0])).toEqual([0]);
  });

  test.each([
    { cells: 3, subsetSize: 1, keep: [1, 2] as const, depth: 8 },
    { cells: 5, subsetSize: 2, keep: [3, 4] as const, depth: 14 },
    { cells: 4, subsetSize: 3, keep: [7, 8] as const, depth: 14 },
  ])('over all bits its probabilities are those of subset selection: $cells cells, w $subsetSize', ({ cells, subsetSize, keep, depth }) => {
    const vote = terms(subsetSize, keep[0], keep[1]);
    const analysis = analyseVote(cells, vote);
    const likelihoods = Array.from({ length: cells }, (_, cell) => exhaust((bits) => selectSubset(cell, cells, vote, bits).join(), depth));
    const subsets = new Set(likelihoods.flatMap(({ probability }) => [...probability.keys()]));
    expect(subsets.size).toBe(binomial(cells, subsetSize));
    const p = keep[0] / keep[1];
    likelihoods.forEach(({ probability, undecided }, cell) => {
      for (const subset of subsets) {
        const isKept = subset.split(',').includes(String(cell));
        const truth = isKept ? p / binomial(cells - 1, subsetSize - 1) : (1 - p) / binomial(cells - 1, subsetSize);
        const seen = probability.get(subset)!;
        expect(truth).toBeGreaterThanOrEqual(seen - 1e-15);
        expect(truth).toBeLessThanOrEqual(seen + undecided + 1e-15);
      }
    });
    const worst = p / binomial(cells - 1, subsetSize - 1) / ((1 - p) / binomial(cells - 1, subsetSize));
    expect(toNumber(analysis.likelihoodRatio)).toBeCloseTo(Math.max(worst, 1 / worst), 12);
  });

  test('the default policy is ln 54 with q = 1/85, the low one ln 7 with q = 7/62', () => {
    expect(analyseVote(32, terms(1, 54, 85))).toMatchObject({
      likelihoodRatio: { numerator: 54n, denominator: 1n },
      q: { numerator: 1n, denominator: 85n },
      epsilon: Math.log(54),
    });
    expect(analyseVote(32, terms(4, 1, 2))).toMatchObject({
      likelihoodRatio: { numerator: 7n, denominator: 1n },
      q: { numerator: 7n, denominator: 62n },
      epsilon: Math.log(7),
    });
  });

  test('a p below w/J is accounted by the inverse ratio, never by a negative ε', () => {
    expect(analyseVote(4, terms(1, 1, 10)).likelihoodRatio).toEqual({ numerator: 3n, denominator: 1n });
  });

  test('refuses p = 1, all cells, and a cell outside', () => {
    expect(() => analyseVote(4, terms(1, 2, 2))).toThrow(/between 0 and 1/);
    expect(() => analyseVote(4, terms(4, 1, 2))).toThrow(/4 of 4/);
    expect(() => selectSubset(4, 4, terms(1, 1, 2), givenBits([]))).toThrow(expect.objectContaining({ code: 'out-of-range' }));
  });
});

describe('the estimate', () => {
  test('expected counts come back as the population shares, and they sum to 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        (weights, subsetSize) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          fc.pre(total > 0);
          const vote = terms(subsetSize, 9, 10);
          const analysis = analyseVote(weights.length, vote);
          const reports = 1_000;
          const counts = weights.map(
            (weight) => reports * toNumber(inclusionProbability({ numerator: BigInt(weight), denominator: BigInt(total) }, analysis)),
          );
          const { estimate } = estimateShares(counts, reports, vote);
          estimate.forEach((share, cell) => expect(share).toBeCloseTo(weights[cell]! / total, 9));
          expect(estimate.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        },
      ),
      { seed: 5 },
    );
  });

  test('no population is noisier than the uniform one, which the predictor takes', () => {
    const vote = terms(1, 54, 85);
    const { q } = analyseVote(32, vote);
    const skewed = Array.from({ length: 32 }, (_, cell) => (cell === 0 ? 500 * (54 / 85) : 500 * toNumber(q)));
    const worst = voteNoiseL2(32, 500, vote);
    expect(estimateShares(skewed, 500, vote).noiseL2).toBeLessThan(worst);
    expect(worst).toBeCloseTo(Math.sqrt(31 / 32 / 500) / (53 / 85), 12);
  });
});

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k;
}
