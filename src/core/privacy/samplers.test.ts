import { describe, expect, test } from 'vitest';
import { seededRandom, secureBits } from '../random.js';
import { bernoulliExp, bernoulliExpBig } from './bernoulli-exp.js';
import { exhaust, givenBits } from './bit-tree.contract.js';
import { discreteGaussianSampler } from './discrete-gaussian.js';
import { discreteLaplace } from './discrete-laplace.js';
import { fromDecimal, integerSqrt, rational, toNumber } from './rational.js';
import { bernoulli, uniformBelow, uniformBelowBig } from './uniform.js';

const seededBits = (seed: number) => {
  const random = seededRandom(seed);
  return secureBits((bytes) => bytes.forEach((_, at) => (bytes[at] = random.nextUint32() >>> 24)));
};

describe('uniform integers', () => {
  test('every value below 6 is equally likely: the decided part of all 12-bit strings splits evenly', () => {
    const { probability, undecided } = exhaust((bits) => uniformBelow(bits, 6), 12);
    expect([...probability.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(probability.values()).size).toBe(1);
    expect(undecided).toBe((2 / 8) ** 4);
  });

  test('numbers past 32 bits take the high word first, and big integers agree', () => {
    const ones = Array.from({ length: 53 }, () => 1);
    expect(uniformBelow(givenBits(ones.slice(0, 33)), 2 ** 33)).toBe(2 ** 33 - 1);
    expect(uniformBelow(givenBits([1, ...Array.from({ length: 32 }, () => 0)]), 2 ** 33)).toBe(2 ** 32);
    expect(uniformBelowBig(givenBits([1, ...Array.from({ length: 59 }, () => 0)]), 2n ** 60n)).toBe(2n ** 59n);
  });

  test('refuses with overflow what doubles cannot count', () => {
    expect(() => uniformBelow(seededBits(1), 2 ** 53)).toThrow(expect.objectContaining({ code: 'overflow' }));
    expect(() => uniformBelow(seededBits(1), 0)).toThrow(expect.objectContaining({ code: 'overflow' }));
  });

  test('a coin of 54/85 is heads on exactly 54 of the 85 values', () => {
    const { probability, undecided } = exhaust((bits) => bernoulli(bits, 54, 85), 14);
    expect(probability.get(true)! / (1 - undecided)).toBeCloseTo(54 / 85, 14);
  });
});

describe('Bernoulli(exp(−x)), over all strings of injected bits', () => {
  test.each([
    [0, 1, 1],
    [1, 2, 20],
    [1, 1, 20],
    [3, 4, 18],
    [1, 3, 18],
    [5, 2, 18],
    [2, 1, 20],
  ])(
    'x = %d/%d: the exact probability is within what %d bits leave undecided',
    (numerator, denominator, depth) => {
      const truth = Math.exp(-numerator / denominator);
      for (const decide of [
        (bits: ReturnType<typeof givenBits>) => bernoulliExp(bits, numerator, denominator),
        (bits: ReturnType<typeof givenBits>) => bernoulliExpBig(bits, BigInt(numerator), BigInt(denominator)),
      ]) {
        const { probability, undecided } = exhaust(decide, depth);
        const kept = probability.get(true) ?? 0;
        expect(undecided).toBeLessThan(0.012);
        expect(truth).toBeGreaterThanOrEqual(kept - 1e-15);
        expect(truth).toBeLessThanOrEqual(kept + undecided + 1e-15);
      }
    },
    30_000,
  );
});

describe('discrete Laplace and Gaussian', () => {
  test('Laplace of scale 1: probabilities over all strings of 20 bits bracket (e−1)/(e+1)·exp(−|y|)', () => {
    const { probability, undecided } = exhaust((bits) => discreteLaplace(bits, 1, 1), 20);
    expect(undecided).toBeLessThan(0.06);
    for (const y of [-2, -1, 0, 1, 2]) {
      const truth = ((Math.E - 1) / (Math.E + 1)) * Math.exp(-Math.abs(y));
      const seen = probability.get(y) ?? 0;
      expect(truth).toBeGreaterThanOrEqual(seen);
      expect(truth).toBeLessThanOrEqual(seen + undecided);
      expect(probability.get(-y)).toBe(seen);
    }
  }, 30_000);

  test('the small vector’s noise, std 2.387 · 1025 in exact big fractions, has its variance (z < 4.9: false alarm 1e-6)', () => {
    const draw = discreteGaussianSampler(rational((1025n * 2387n) ** 2n, 1_000_000n));
    const bits = seededBits(11);
    const draws = 20_000;
    let squares = 0;
    let sum = 0;
    for (let at = 0; at < draws; at++) {
      const value = draw(bits);
      squares += value * value;
      sum += value;
    }
    const variance = (2.387 * 1025) ** 2;
    expect(Math.abs(squares / draws / variance - 1)).toBeLessThan(4.9 * Math.sqrt(2 / draws));
    expect(Math.abs(sum / draws)).toBeLessThan(4.9 * Math.sqrt(variance / draws));
  });

  test('refuses a variance of 0 and a standard deviation past 2^52', () => {
    expect(() => discreteGaussianSampler(rational(0))).toThrow(expect.objectContaining({ code: 'invalid-options' }));
    expect(() => discreteGaussianSampler(rational(2n ** 106n))).toThrow(expect.objectContaining({ code: 'overflow' }));
  });
});

describe('fractions', () => {
  test('a decimal is read as it is written', () => {
    expect(fromDecimal(0.1)).toEqual({ numerator: 1n, denominator: 10n });
    expect(fromDecimal(-2.25)).toEqual({ numerator: -9n, denominator: 4n });
    expect(fromDecimal(1e-7)).toEqual({ numerator: 1n, denominator: 10_000_000n });
    expect(fromDecimal(1e21)).toEqual({ numerator: 10n ** 21n, denominator: 1n });
  });

  test('the integer root is the floor, at squares and beside them', () => {
    for (const root of [1n, 2n, 3n, 94_906_265n, 10n ** 30n + 7n]) {
      expect(integerSqrt(root * root)).toBe(root);
      expect(integerSqrt(root * root - 1n)).toBe(root - 1n);
      expect(integerSqrt(root * root + 2n * root)).toBe(root);
    }
  });

  test('huge numerators and denominators become the nearest double', () => {
    expect(toNumber(rational(3n * 10n ** 400n, 4n * 10n ** 400n + 1n))).toBeCloseTo(0.75, 15);
  });
});
