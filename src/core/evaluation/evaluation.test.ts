import { describe, expect, test } from 'vitest';
import { addLoss, logLoss, meanLossOf, noLoss } from './log-loss.js';
import { auc, hitRate, ndcg, reciprocalRank } from './ranking-metrics.js';

describe('ndcg', () => {
  test('gives the textbook value of the graded list 3, 2, 3, 0, 1, 2', () => {
    // The widely printed worked example: DCG 6.861, ideal 7.141 for these six documents
    expect(ndcg([3, 2, 3, 0, 1, 2], 6)).toBeCloseTo(6.861 / 7.141, 3);
  });

  test('cuts at k, is 1 for the ideal order and 0 without relevance', () => {
    expect(ndcg([0, 0, 1], 2)).toBe(0);
    expect(ndcg([0, 1], 2)).toBeCloseTo(1 / Math.log2(3), 12);
    expect(ndcg([5, 3, 1], 10)).toBe(1);
    expect(ndcg([0, 0], 5)).toBe(0);
  });
});

test('hit rate and reciprocal rank look at the first k only', () => {
  expect([hitRate([0, 0, 1], 3), hitRate([0, 0, 1], 2)]).toEqual([1, 0]);
  expect([reciprocalRank([0, 0, 1]), reciprocalRank([0, 0, 1], 2), reciprocalRank([])]).toEqual([1 / 3, 0, 0]);
});

describe('auc', () => {
  test('counts pairs, ties half', () => {
    // positives .35 and .8, negatives .1 and .4: 3 of 4 pairs in order
    expect(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(auc([1, 1, 1, 2], [0, 1, 0, 1])).toBe(0.75);
    expect(auc([1, 2], [1, 1])).toBeNaN();
  });
});

describe('log-loss', () => {
  test('is ln 2 for the undecided and linear far off', () => {
    expect(logLoss([0, 0], [0, 1])).toBeCloseTo(Math.LN2, 15);
    expect(logLoss([100, -3], [0, 0])).toBeCloseTo((100 + Math.log1p(Math.exp(-3))) / 2, 12);
  });

  test('adds up by weight over batches as over one', () => {
    const labels = Float32Array.of(1, 0, 1);
    const sampleWeights = Float32Array.of(1, 2, 4);
    const scores = Float32Array.of(0.5, -1, -2);
    const whole = addLoss(noLoss, scores, { labels, sampleWeights });
    const cut = addLoss(
      addLoss(noLoss, scores.slice(0, 1), { labels: labels.slice(0, 1), sampleWeights: sampleWeights.slice(0, 1) }),
      scores.slice(1),
      {
        labels: labels.slice(1),
        sampleWeights: sampleWeights.slice(1),
      },
    );
    expect(cut).toEqual(whole);
    const byHand = (Math.log1p(Math.exp(-0.5)) + 2 * Math.log1p(Math.exp(-1)) + 4 * Math.log1p(Math.exp(2))) / 7;
    expect(meanLossOf(whole)).toBeCloseTo(byHand, 12);
    expect(whole.rows).toBe(3);
  });
});
