import { describe, expect, test } from 'vitest';
import { binomialTail } from '../../core/privacy/binomial.js';
import { betaRatio, lowerBound, upperBound } from './clopper-pearson.js';

describe('exact bounds of a proportion', () => {
  test.each([
    [3, 10, 0.025],
    [1_984, 3_125, 1e-9],
    [588, 50_000, 1e-9],
    [49_990, 50_000, 1e-7],
  ])('%d of %d: the chance of so many at the lower bound, and of so few at the upper, is α = %d', (k, n, alpha) => {
    expect(binomialTail(k, n, lowerBound(k, n, alpha)) / alpha).toBeCloseTo(1, 6);
    // P(X ≤ k | p) as P(n − X ≥ n − k | 1 − p)
    expect(binomialTail(n - k, n, 1 - upperBound(k, n, alpha)) / alpha).toBeCloseTo(1, 5);
  });

  test('published: 7 of 20 at 95 % is 0.1539 to 0.5922', () => {
    expect(lowerBound(7, 20, 0.025)).toBeCloseTo(0.1539, 4);
    expect(upperBound(7, 20, 0.025)).toBeCloseTo(0.5922, 4);
  });

  test('none seen still may be: 1 − α^(1/n), and all seen is the mirror', () => {
    expect(lowerBound(0, 50_000, 1e-9)).toBe(0);
    expect(upperBound(0, 50_000, 1e-9)).toBeCloseTo(1 - 1e-9 ** (1 / 50_000), 10);
    expect(lowerBound(50_000, 50_000, 1e-9)).toBeCloseTo(1e-9 ** (1 / 50_000), 10);
    expect(upperBound(50_000, 50_000, 1e-9)).toBe(1);
  });

  test('the beta ratio is symmetric and exact where it has a closed form', () => {
    expect(betaRatio(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 14);
    expect(betaRatio(0.3, 7, 2) + betaRatio(0.7, 2, 7)).toBeCloseTo(1, 14);
  });
});
