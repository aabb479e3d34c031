import { SdkError } from '../errors.js';

/** Exact fractions of whole numbers, always reduced, denominator above 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export function rational(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
  let above = BigInt(numerator);
  let below = BigInt(denominator);
  if (below === 0n) throw new SdkError('invalid-options', `${above} / 0 is no number`);
  if (below < 0n) [above, below] = [-above, -below];
  const divisor = gcd(above < 0n ? -above : above, below);
  return { numerator: above / divisor, denominator: below / divisor };
}

export const add = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
export const subtract = (a: Rational, b: Rational): Rational => add(a, { numerator: -b.numerator, denominator: b.denominator });
export const multiply = (a: Rational, b: Rational): Rational => rational(a.numerator * b.numerator, a.denominator * b.denominator);
export const divide = (a: Rational, b: Rational): Rational => rational(a.numerator * b.denominator, a.denominator * b.numerator);

/** Nearest double within 2 units in the last place, also where both parts are far beyond 2^53. */
export function toNumber({ numerator, denominator }: Rational): number {
  const negative = numerator < 0n;
  let above = negative ? -numerator : numerator;
  let below = denominator;
  const excess = Math.max(bitLength(above), bitLength(below)) - 1000; // 2^1000 still is a finite double
  if (excess > 0) [above, below] = [above >> BigInt(excess), below >> BigInt(excess)];
  const value = Number(above) / Number(below);
  return negative ? -value : value;
}

/** The fraction that a decimal number is written as: 0.1 → 1/10. */
export function fromDecimal(value: number): Rational {
  const match = /^(-?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(value));
  if (match === null) throw new SdkError('invalid-options', `${value} is no finite number`);
  const [, whole = '0', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? rational(digits * 10n ** BigInt(shift)) : rational(digits, 10n ** BigInt(-shift));
}

/** ⌊√n⌋ of a whole number at least 0, by Newton's steps from above. */
export function integerSqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function bitLength(n: bigint): number {
  return n === 0n ? 0 : n.toString(2).length;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
