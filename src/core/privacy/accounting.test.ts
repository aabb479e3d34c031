import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { addShare, leaderShare, modulusMask, openShares } from './additive-shares.js';
import { bandedFactorisation } from './banded-factorisation.js';
import { binomialPmf, binomialTail } from './binomial.js';
import { distributedGaussian, expectUsable } from './distributed-gaussian.js';
import { gaussianEpsilon } from './exact-gaussian.js';
import { fourier } from './fourier.js';
import { logGamma, upperGamma } from './gamma.js';
import { rejectionNormSquared, smallestRejectedNorm } from './norm-filter.js';
import { auditEpsilon, auditPValue } from './one-run-audit.js';
import { rdpEpsilon, rdpOrders } from './rdp.js';
import { sampledGaussianEpsilon } from './sampled-gaussian-loss.js';
import { sampledGaussianRdp } from './sampled-gaussian.js';
import { restartedTreeSensitivity, treeHeight, treeSensitivity } from './tree-aggregation.js';

describe('the sampled Gaussian', () => {
  test('at whole orders equals the binomial sum (Mironov, Talwar, Zhang 2019, section 3.3)', () => {
    for (const [sigma, q, order] of [
      [3, 0.01, 2],
      [3, 0.2, 7],
      [0.8, 0.05, 12],
      [1.1, 0.004, 32],
    ] as const) {
      let moment = 0;
      for (let k = 0; k <= order; k++) {
        const choose = Math.exp(logGamma(order + 1) - logGamma(k + 1) - logGamma(order - k + 1));
        moment += choose * (1 - q) ** (order - k) * q ** k * Math.exp((k * k - k) / (2 * sigma * sigma));
      }
      expect(sampledGaussianRdp({ sigma, samplingRate: q }, order)).toBeCloseTo(Math.log(moment) / (order - 1), 10);
    }
  });

  test('without sampling is the Gaussian, and grows with the sampling rate, the order and a smaller sigma', () => {
    expect(sampledGaussianRdp({ sigma: 3, samplingRate: 1 }, 2.5)).toBeCloseTo(2.5 / 18, 15);
    const at = (sigma: number, samplingRate: number, order: number): number => sampledGaussianRdp({ sigma, samplingRate }, order);
    expect(at(3, 0.2, 2.5)).toBeGreaterThan(at(3, 0.1, 2.5));
    expect(at(3, 0.1, 3.5)).toBeGreaterThan(at(3, 0.1, 2.5));
    expect(at(2, 0.1, 2.5)).toBeGreaterThan(at(3, 0.1, 2.5));
    expect(at(3, 0.999_999, 2.5)).toBeCloseTo(2.5 / 18, 5);
  });

  test('its smallest divergence keeps all its digits: q²α/2 · (e^(1/σ²) − 1) to first order', () => {
    const got = sampledGaussianRdp({ sigma: 3, samplingRate: 1e-7 }, 1.5);
    expect(got / (0.75 * 1e-14 * Math.expm1(1 / 9))).toBeCloseTo(1, 6);
  });

  test('the loss distribution without sampling gives the exact curve of the Gaussian, from above, over several steps', () => {
    for (const [sigma, steps, dpDelta] of [
      [3, 1, 1e-6],
      [3, 9, 1e-6],
      [6, 100, 1e-8],
    ] as const) {
      const exact = gaussianEpsilon(sigma / Math.sqrt(steps), dpDelta);
      const got = sampledGaussianEpsilon({ sigma, samplingRate: 1 }, steps, dpDelta);
      expect(got).toBeGreaterThan(exact);
      expect(got).toBeLessThan(exact * 1.002);
    }
  });

  test('is never above the Rényi answer, and half the noise costs more', () => {
    const step = { sigma: 3, samplingRate: 0.05 };
    const costs = rdpOrders.map((order) => 200 * sampledGaussianRdp(step, order));
    const pld = sampledGaussianEpsilon(step, 200, 1e-6);
    expect(pld).toBeLessThan(rdpEpsilon(costs, 1e-6).epsilon);
    expect(sampledGaussianEpsilon({ ...step, sigma: 1.5 }, 200, 1e-6)).toBeGreaterThan(2 * pld);
  });

  test('refuses what is no mechanism', () => {
    expect(() => sampledGaussianRdp({ sigma: 0, samplingRate: 0.1 }, 2)).toThrow('sigma must be above 0');
    expect(() => sampledGaussianEpsilon({ sigma: 1, samplingRate: 1.5 }, 1, 1e-6)).toThrow('samplingRate');
    expect(() => sampledGaussianEpsilon({ sigma: 1, samplingRate: 0.5 }, 1.5, 1e-6)).toThrow('steps');
  });
});

describe('a Fourier transform', () => {
  test('equals the sum it stands for, and comes back', () => {
    const random = seededRandom(1);
    const real = Float64Array.from({ length: 16 }, () => random.nextUnit());
    const imaginary = Float64Array.from({ length: 16 }, () => random.nextUnit());
    const [re, im] = [real.slice(), imaginary.slice()];
    fourier(re, im);
    for (let k = 0; k < 16; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0; n < 16; n++) {
        const angle = (-2 * Math.PI * k * n) / 16;
        sumRe += real[n]! * Math.cos(angle) - imaginary[n]! * Math.sin(angle);
        sumIm += real[n]! * Math.sin(angle) + imaginary[n]! * Math.cos(angle);
      }
      expect([re[k], im[k]]).toEqual([expect.closeTo(sumRe, 12), expect.closeTo(sumIm, 12)]);
    }
    fourier(re, im, true);
    expect([...re, ...im]).toEqual([...real, ...imaginary].map((value) => expect.closeTo(value, 14)));
  });
});

describe('tree aggregation', () => {
  /** Sum of squared counts over complete dyadic nodes. */
  const cost = (steps: number, pattern: readonly number[]): number => {
    let sum = 0;
    for (let size = 1; size <= steps; size *= 2)
      for (let start = 0; start + size <= steps; start += size) sum += pattern.filter((at) => at >= start && at < start + size).length ** 2;
    return sum;
  };
  const worst = (steps: number, most: number, separation: number): number => {
    const search = (pattern: readonly number[], from: number): number => {
      let best = cost(steps, pattern);
      if (pattern.length < most) for (let at = from; at < steps; at++) best = Math.max(best, search([...pattern, at], at + separation));
      return best;
    };
    return search([], 0);
  };

  test('finds the worst pattern that a full search finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 22 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (steps, most, separation) => {
          expect(treeSensitivity(steps, most, separation)).toBe(worst(steps, most, separation));
        },
      ),
      { seed: 5, numRuns: 150 },
    );
  });

  test('with a restart one participation touches one node per level', () => {
    expect([1, 2, 7, 8, 1023, 1024].map(treeHeight)).toEqual([1, 2, 3, 4, 10, 11]);
    expect(restartedTreeSensitivity(1000, 4)).toBe(40);
    expect(() => treeSensitivity(1e6, 40, 1000)).toThrow('restart the tree more often');
  });
});

describe('a banded factorisation', () => {
  test('has the error of the matrices it stands for', () => {
    const [steps, bands] = [12, 4];
    const { coefficients, rmse, maxRmse, columnNormSquared } = bandedFactorisation(steps, bands, 2, 6);
    expect([...coefficients]).toEqual([1, 0.5, 0.375, 0.3125]);
    // Row i of A C⁻¹, solved from the last column back: x C = a.
    const norms = Array.from({ length: steps }, (_, row) => {
      const x = new Float64Array(steps);
      for (let column = row; column >= 0; column--) {
        let value = 1;
        for (let below = column + 1; below <= Math.min(row, column + bands - 1); below++)
          value -= x[below]! * coefficients[below - column]!;
        x[column] = value;
      }
      return x.reduce((sum, value) => sum + value * value, 0);
    });
    expect(rmse).toBeCloseTo(Math.sqrt((2 * columnNormSquared * norms.reduce((sum, value) => sum + value, 0)) / steps), 12);
    expect(maxRmse).toBeCloseTo(Math.sqrt(2 * columnNormSquared * norms.at(-1)!), 12);
  });

  test('refuses bands whose columns overlap', () => {
    expect(() => bandedFactorisation(64, 8, 2, 4)).toThrow('bands must not exceed the separation');
  });
});

describe('the distributed discrete Gaussian', () => {
  const setting = {
    clients: 1000,
    dimension: 1024,
    bits: 16,
    l2Clip: 1,
    centralNoiseMultiplier: 3,
    stddevs: 4,
    beta: Math.exp(-0.5),
    dpDelta: 1e-6,
  };
  const orders = Array.from({ length: 127 }, (_, at) => at + 2);

  test('costs a little more than the continuous one where the grid is fine, and is refused where it is coarse', () => {
    const fine = distributedGaussian(setting, orders);
    expect(fine.epsilonRdp / fine.epsilonContinuous).toBeGreaterThan(1);
    expect(fine.epsilonRdp / fine.epsilonContinuous).toBeLessThan(1.01);
    expect(() => expectUsable(fine)).not.toThrow();
    const coarse = distributedGaussian({ ...setting, bits: 10 }, orders);
    expect(coarse.isUsable).toBe(false);
    expect(() => expectUsable(coarse)).toThrow('use more bits');
  });

  test('refuses a modulus that does not hold the rounding', () => {
    expect(() => distributedGaussian({ ...setting, bits: 4, clients: 10_000 }, orders)).toThrow('use more bits');
  });
});

describe('an audit in one run', () => {
  test('accuses nobody who guesses at chance, and says more the more guesses are right', () => {
    expect(auditEpsilon({ canaries: 1000, guesses: 1000, correct: 500 }, 1e-6, 0.95)).toBe(0);
    const bounds = [600, 700, 800].map((correct) => auditEpsilon({ canaries: 1000, guesses: 1000, correct }, 1e-6, 0.95));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    expect(bounds[0]).toBeGreaterThan(0.2);
  });

  test('without δ is the binomial tail at the chance e^ε/(1 + e^ε)', () => {
    expect(auditPValue({ canaries: 10, guesses: 10, correct: 10 }, Math.log(3), 0)).toBeCloseTo(0.75 ** 10, 12);
    expect(auditEpsilon({ canaries: 10, guesses: 10, correct: 10 }, 0, 0.95)).toBeCloseTo(Math.log(1 / (0.05 ** -0.1 - 1)), 6);
  });

  test('refuses more right guesses than guesses', () => {
    expect(() => auditEpsilon({ canaries: 10, guesses: 5, correct: 6 }, 1e-6, 0.95)).toThrow('correct ≤ guesses');
  });
});

describe('distribution functions', () => {
  test('agree with printed tables', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
    expect(logGamma(101)).toBeCloseTo(363.739_375_555_563_5, 10); // ln 100!
    expect(upperGamma(0.5, 3.841_458_820_694_124 / 2)).toBeCloseTo(0.05, 12); // χ², 1 degree of freedom
    expect(upperGamma(5, 23.209_251_158_954_356 / 2)).toBeCloseTo(0.01, 12); // χ², 10 degrees of freedom
    expect(binomialPmf(3, 10, 0.25)).toBeCloseTo(120 * 0.25 ** 3 * 0.75 ** 7, 14);
    expect(binomialTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 14);
    expect(binomialTail(2, 10, 0.5)).toBeCloseTo(1013 / 1024, 14);
  });
});

describe('the norm filter', () => {
  test('without a vector is the χ² quantile of the noise', () => {
    expect(rejectionNormSquared({ dimension: 10, std: 3, l2Clip: 0 }, 0.01)).toBeCloseTo(9 * 23.209_251_158_954_356, 8);
  });

  test('rejects honest vectors as rarely as it says: 20,000 draws at 1 %, false alarm below 1e-6', () => {
    const random = seededRandom(9);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());
    const threshold = rejectionNormSquared({ dimension: 8, std: 3, l2Clip: 5 }, 0.01);
    let rejected = 0;
    for (let draw = 0; draw < 20_000; draw++) {
      let norm = 0;
      for (let at = 0; at < 8; at++) norm += ((at === 0 ? 5 : 0) + 3 * normal()) ** 2;
      if (norm > threshold) rejected++;
    }
    // 200 expected, standard deviation 14.1; five of them either way.
    expect(Math.abs(rejected - 200)).toBeLessThan(71);
  });

  test('an attack it sees every second time is far beyond the clip', () => {
    expect(smallestRejectedNorm({ dimension: 64, std: 3, l2Clip: 1 }, 1e-6)).toBeGreaterThan(10);
  });
});

describe('additive shares', () => {
  test('open to the sum of any vectors that fits, whatever the helper drew', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 8, 16, 24, 31, 32),
        fc.array(fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat({ max: 0xffff_ffff })), { minLength: 1, maxLength: 6 }),
        (bits, clients) => {
          const mask = modulusMask(bits);
          const leader = new Uint32Array(1);
          const helper = new Uint32Array(1);
          let sum = 0n;
          for (const [value, random] of clients) {
            const share = Uint32Array.of((random & mask) >>> 0);
            addShare(helper, share, bits);
            addShare(leader, leaderShare(Int32Array.of(value), share, bits), bits);
            sum += BigInt(value);
          }
          expect(openShares(leader, helper, bits)[0]).toBe(Number(BigInt.asIntN(bits, sum)));
          expect(Math.max(leader[0]!, helper[0]!)).toBeLessThanOrEqual(mask);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test('refuse a modulus that 32 bits do not hold', () => {
    expect(() => modulusMask(33)).toThrow('2 to 32');
    expect(() => addShare(new Uint32Array(2), new Uint32Array(3), 16)).toThrow('share of 2');
  });
});
