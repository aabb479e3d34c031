import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GaussianTerms } from '../federated/round-policy.js';
import { seededRandom, secureBits, type SecureBits } from '../random.js';
import { addGaussianNoise, clipVector, noiseVariance, roundVector, type BoundedVector } from './vector-mechanism.js';

const terms: GaussianTerms = {
  kind: 'gaussian',
  dim: 16,
  clipNorm: 1,
  scale: 1024,
  bound: 1025,
  sigmaNumerator: 2387,
  sigmaDenominator: 1000,
  bits: 16,
};

const seededBits = (seed: number) => {
  const random = seededRandom(seed);
  return secureBits((bytes) => bytes.forEach((_, at) => (bytes[at] = random.nextUint32() >>> 24)));
};
const constantBits = (value: number) => ({ nextBits: () => value }) as unknown as SecureBits; // brand only
const squares = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value * value, 0);
const vectors = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 16 });

describe('clip', () => {
  test('no result is longer than the clip norm, and a short vector stays as it is', () => {
    fc.assert(
      fc.property(vectors, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, clipNorm) => {
        expect(Math.hypot(...clipVector(values, clipNorm))).toBeLessThanOrEqual(clipNorm * (1 + 1e-12));
      }),
      { seed: 1 },
    );
    expect([...clipVector([0.3, -0.4], 1)]).toEqual([0.3, -0.4]);
    expect([...clipVector([3, -4], 1)]).toEqual([0.6000000000000001, -0.8]);
  });

  test('what is not finite counts as nothing to say', () => {
    expect([...clipVector([1, Number.NaN], 1)]).toEqual([0, 0]);
    expect([...clipVector([Infinity, 2], 1)]).toEqual([0, 0]);
  });
});

describe('round', () => {
  test('the exact integer norm is within the bound for every vector and every bits', () => {
    fc.assert(
      fc.property(vectors, fc.integer(), (values, seed) => {
        const rounded = roundVector(clipVector(values, 1), terms, seededBits(seed));
        expect(squares(rounded)).toBeLessThanOrEqual(1025 ** 2);
      }),
      { seed: 2 },
    );
  });

  test('a fraction of 1/4 goes up exactly when 32 bits are below 2^30', () => {
    const clipped = clipVector([4.25 / 1024], 1);
    expect([...roundVector(clipped, terms, constantBits(2 ** 30 - 1))]).toEqual([5]);
    expect([...roundVector(clipped, terms, constantBits(2 ** 30))]).toEqual([4]);
  });

  test('negative numbers round to their neighbours, unbiased', () => {
    const clipped = clipVector([-4.25 / 1024], 1);
    expect([...roundVector(clipped, terms, constantBits(0))]).toEqual([-4]);
    expect([...roundVector(clipped, terms, constantBits(0xffff_ffff))]).toEqual([-5]);
  });

  test('after 64 draws beyond the bound the vector is zero', () => {
    let asked = 0;
    const up = { nextBits: () => (asked++, 0) } as unknown as SecureBits; // always up
    const long = clipVector([0.70701, 0.70701], 1); // rounds up to 724, 724: 1023.9² at scale 1023
    expect([...roundVector(long, { scale: 1024, bound: 1023 }, up)]).toEqual([0, 0]);
    expect(asked).toBe(128);
  });

  test('refuses with overflow a bound whose squares doubles cannot add exactly', () => {
    expect(() => roundVector(clipVector([1, 1], 1), { scale: 1, bound: 2 ** 27 }, seededBits(1))).toThrow(
      expect.objectContaining({ code: 'overflow' }),
    );
  });
});

describe('noise', () => {
  test('its variance is the stated rational, 2446.675² grid units', () => {
    expect(noiseVariance(terms)).toEqual({ numerator: 2446675n ** 2n / 625n, denominator: 1_000_000n / 625n });
  });

  test('a sum past the bits is refused with overflow, never wrapped around', () => {
    const huge = Int32Array.of(40_000) as Int32Array as BoundedVector;
    expect(() => addGaussianNoise(huge, terms, seededBits(4))).toThrow(expect.objectContaining({ code: 'overflow' }));
  });

  test('the mean of many reports is the vector: unbiased within 4.9 standard errors (false alarm 1e-6)', () => {
    const bits = seededBits(9);
    const reports = 4_000;
    let sum = 0;
    for (let report = 0; report < reports; report++) {
      sum += addGaussianNoise(roundVector(clipVector([0.7003], 1), terms, bits), terms, bits)[0]!;
    }
    const standardError = 2446.675 / Math.sqrt(reports);
    expect(Math.abs(sum / reports - 0.7003 * 1024)).toBeLessThan(4.9 * standardError);
  });
});
