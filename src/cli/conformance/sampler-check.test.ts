import { describe, expect, test } from 'vitest';
import { chiSquareTail } from './chi-square.js';
import {
  discreteGaussianPmf,
  gaussianSampler,
  laplaceSampler,
  pmfVariance,
  rejectedTests,
  rejectsBernoulliExp,
  type Sampler,
} from './sampler-check.js';
import { streamBits } from './stream-bits.js';

const draws = 200_000;
const pmf = discreteGaussianPmf(4);
const right = gaussianSampler(4);

describe('the tests of samplers', () => {
  test('accept the right one', () => {
    expect(rejectedTests(right, pmf, draws, streamBits(1))).toEqual([]);
    expect(rejectsBernoulliExp(0.5, draws, streamBits(1))).toBe(false);
  });

  test.each<[string, Sampler, RegExp]>([
    ['a variance 4 % too large', gaussianSampler(4.16), /variance/],
    ['another distribution of the same variance', laplaceSampler(1.398), /chi-square/],
    ['a shift by one in every 30th draw', (bits) => right(bits) + (bits.nextBits(5) === 0 ? 1 : 0), /mean/],
    ['a zero that is counted too often', (bits) => (bits.nextBits(4) === 0 ? 0 : right(bits)), /chi-square/],
  ])('reject %s', (_, wrong, reason) => {
    expect(rejectedTests(wrong, pmf, draws, streamBits(2)).join()).toMatch(reason);
  });

  test('reject draws that remember the last one', () => {
    let last = 0;
    const sticky: Sampler = (bits) => (bits.nextBits(5) === 0 ? last : (last = right(bits)));
    expect(rejectedTests(sticky, pmf, draws, streamBits(3)).join()).toMatch(/autocorrelation at lag 1/);
  });

  test('the tail of chi-square has the vectors’ 1e-6 quantiles', () => {
    for (const [degrees, quantile] of [
      [5, 35.888186879672865],
      [10, 46.863046846784385],
      [50, 112.60809249896162],
      [200, 309.83809199007794],
    ] as const) {
      expect(chiSquareTail(quantile, degrees) / 1e-6).toBeCloseTo(1, 6);
    }
    expect(chiSquareTail(3, 2)).toBeCloseTo(Math.exp(-1.5), 10);
    expect(pmfVariance(pmf)).toBeCloseTo(4, 9);
  });
});
