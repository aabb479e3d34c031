import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeGaussians, userBudget } from './composition.js';
import { gaussianEpsilon, gaussianLogDelta, gaussianSigma } from './exact-gaussian.js';
import { zcdpEpsilon, zcdpEpsilonSimple } from './rdp.js';

const relativeError = (got: number, expected: number): number => Math.abs(got / expected - 1);

describe('the exact Gaussian curve', () => {
  test('at ε = 0 it is the total variation distance of two unit Gaussians one apart, erf(1/√8) = 0.38292492254802621', () => {
    expect(relativeError(Math.exp(gaussianLogDelta(0, 1)), 0.382_924_922_548_026_2)).toBeLessThan(1e-14);
  });

  test('σ = 1 and δ = 1e-5 give the ε of the literature, 4.3771780956812245', () => {
    expect(relativeError(gaussianEpsilon(1, 1e-5), 4.377_178_095_681_224_5)).toBeLessThan(1e-13);
  });

  test('answers exactly 0 where δ already covers ε = 0', () => {
    expect(gaussianEpsilon(1_000, 0.001)).toBe(0);
    expect(gaussianEpsilon(1, 0.383)).toBe(0);
    expect(gaussianEpsilon(1, 0.382)).toBeGreaterThan(0);
  });

  test('the two inverses agree over eight orders of magnitude of noise and δ down to 1e-200', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 4, noNaN: true }), fc.double({ min: -200, max: -2, noNaN: true }), (logEpsilon, logDelta) => {
        const epsilon = 10 ** logEpsilon;
        const dpDelta = 10 ** logDelta;
        const sigma = gaussianSigma(epsilon, dpDelta);
        expect(relativeError(gaussianEpsilon(sigma, dpDelta), epsilon)).toBeLessThan(1e-9);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test('δ falls with ε and with noise, also far out where it is below the smallest double', () => {
    expect(gaussianLogDelta(400, 1)).toBeLessThan(gaussianLogDelta(399, 1));
    expect(gaussianLogDelta(50, 2)).toBeLessThan(gaussianLogDelta(50, 1));
    expect(gaussianLogDelta(400, 1)).toBeLessThan(-745);
    expect(gaussianLogDelta(0, 0.01)).toBeCloseTo(0, 12);
  });

  test('refuses what is no δ and no noise', () => {
    expect(() => gaussianEpsilon(0, 1e-6)).toThrow(/above 0/);
    expect(() => gaussianEpsilon(1, 0)).toThrow(/between 0 and 1/);
    expect(() => gaussianSigma(Number.NaN, 1e-6)).toThrow(/epsilon/);
  });
});

describe('composition', () => {
  test('twelve releases of σ 3 and fifty-two of σ 6 are one release of σ 0.6, since 12/9 + 52/36 = 1/0.36', () => {
    const got = composeGaussians(
      [
        { sigma: 3, count: 12 },
        { sigma: 6, count: 52 },
      ],
      1e-6,
    );
    expect(got.effectiveSigma).toBeCloseTo(0.6, 15);
    expect(got.rho).toBeCloseTo(0.5 / 0.36, 14);
  });

  test('exact ≤ Rényi ≤ simple zCDP, at every noise', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 30, noNaN: true }), fc.integer({ min: 1, max: 50 }), (sigma, count) => {
        const { epsilonExact, epsilonRdp, epsilonZcdpSimple } = composeGaussians([{ sigma, count }], 1e-6);
        expect(epsilonExact).toBeLessThanOrEqual(epsilonRdp);
        expect(epsilonRdp).toBeLessThanOrEqual(epsilonZcdpSimple);
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  test('four releases under a total of ε 4 need twice the noise of one, 2.3870371743159713', () => {
    expect(relativeError(userBudget(4, 4, 1e-6).sigmaPerRelease, 2.387_037_174_315_971_3)).toBeLessThan(1e-9);
  });

  test('no cost is no ε', () => {
    expect(zcdpEpsilon(0, 1e-6)).toBe(0);
    expect(zcdpEpsilonSimple(0.5, 1e-5)).toBeCloseTo(5.298_525_912_188_081, 12);
  });
});
