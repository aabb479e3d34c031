import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allPairs, crossFeatures, fieldFeature } from './crosses.js';
import { hashFeatures } from './hashed-features.js';

describe('hashFeatures', () => {
  test('spreads names evenly over buckets and signs: 65,536 names in 512 cells, chi-square below its 1e-6 quantile', () => {
    // 511 degrees of freedom; the 1 − 1e-6 quantile is 511·(1 − 2/4599 + 4.7534·√(2/4599))³ = 678 (Wilson, Hilferty 1931)
    const names = [
      Array.from({ length: 65_536 }, (_, at) => `id:${at}`),
      Array.from({ length: 65_536 }, (_, at) => fieldFeature('MGR_ID', String(100_000 + 3 * at))),
      Array.from({ length: 65_536 }, (_, at) => `word:${at.toString(36)}x`),
    ];
    for (const family of names) {
      const cells = new Array<number>(512).fill(0);
      for (const name of family) {
        const { indices, values } = hashFeatures([[name, 1]], 8);
        cells[indices[0]! * 2 + (values[0]! > 0 ? 1 : 0)]! += 1;
      }
      expect(cells.reduce((sum, count) => sum + (count - 128) ** 2 / 128, 0)).toBeLessThan(678);
    }
  });

  test('is distinct, ascending, inside its buckets and finite for any features, in any order', () => {
    const anyFeatures = fc.array(fc.tuple(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })), { maxLength: 60 });
    fc.assert(
      fc.property(anyFeatures, fc.integer({ min: 1, max: 30 }), (features, bits) => {
        const { indices, values } = hashFeatures(features, bits);
        expect(values.length).toBe(indices.length);
        for (const [at, index] of indices.entries()) expect(index > (indices[at - 1] ?? -1) && index < 2 ** bits).toBe(true);
        for (const value of values) expect(Number.isFinite(value) && value !== 0).toBe(true);
        const whole = features.map(([name, value]): [string, number] => [name, Math.sign(value)]);
        expect(hashFeatures(whole.toReversed(), bits)).toEqual(hashFeatures(whole, bits)); // sums of ±1 are exact
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('adds up what shares a bucket, each with its own sign', () => {
    const signOf = (name: string): number => hashFeatures([[name, 1]], 30).values[0]!;
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
    const { indices, values } = hashFeatures(
      names.map((name, at) => [name, 2 ** at]),
      1,
    );
    let sum = 0;
    for (const [at, name] of names.entries()) sum += signOf(name) * 2 ** at;
    expect(indices.length).toBe(2);
    expect(values[0]! + values[1]!).toBe(sum);
    expect(
      hashFeatures(
        [
          ['twice', 2],
          ['twice', -2],
        ],
        4,
      ).indices.length,
    ).toBe(0);
  });

  test('refuses sizes that leave no bit for the sign', () => {
    for (const bits of [0, 31, 2.5]) expect(() => hashFeatures([], bits)).toThrow(RangeError);
  });
});

describe('crosses', () => {
  test('name what is declared and present', () => {
    const features = crossFeatures({ brand: 'Northwind', hour: '9', list: undefined }, [
      ['brand', 'hour'],
      ['brand', 'list'],
      ['hour', 'brand'],
    ]);
    expect(features).toEqual([fieldFeature('brand×hour', 'Northwind\u001F9'), fieldFeature('hour×brand', '9\u001FNorthwind')]);
  });

  test('keep apart values that read the same when joined', () => {
    const of = (a: string, b: string): string => crossFeatures({ a, b }, [['a', 'b']])[0]!;
    expect(of('1', '23')).not.toBe(of('12', '3'));
    expect(of('1×', '2')).not.toBe(of('1', '×2'));
  });

  test('of all pairs name each once', () => {
    expect(allPairs(['a', 'b', 'c'])).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ]);
    expect(allPairs(Array.from({ length: 9 }, String)).length).toBe(36);
  });
});
