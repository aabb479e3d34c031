import { SdkError } from '../errors.js';
import type { GaussianTerms } from '../federated/round-policy.js';
import type { SecureBits } from '../random.js';
import { discreteGaussianSampler } from './discrete-gaussian.js';
import { rational, multiply, type Rational } from './rational.js';

/** clip → scale → round → noise. Each stage is a type of its own; only a `NoisedVector` may be sent. */

declare const stage: unique symbol;
/** [dim], L2 norm at most the clip norm. */
export type ClippedVector = Float64Array & { readonly [stage]: 'clipped' };
/** [dim], grid units, exact L2 norm at most B. */
export type BoundedVector = Int32Array & { readonly [stage]: 'bounded' };
/** [dim], grid units, with discrete Gaussian noise of std σ·B on every coordinate. */
export type NoisedVector = Int32Array & { readonly [stage]: 'noised' };

const REDRAWS = 64;

/**
 * Scales the vector down to the clip norm where it is longer. What is not finite counts as nothing to say: zero.
 * @returns [dim], new memory
 */
export function clipVector(values: ArrayLike<number>, clipNorm: number): ClippedVector {
  const clipped = Float64Array.from(values);
  const norm = Math.hypot(...clipped);
  if (!Number.isFinite(norm)) clipped.fill(0);
  else if (norm > clipNorm) clipped.forEach((value, row) => (clipped[row] = value * (clipNorm / norm)));
  return clipped as ClippedVector; // the brand has no value at run time; norms are checked again in integers
}

/**
 * Stochastic rounding to the grid, then the integer clip check: ‖z‖² > B² is drawn again, after 64 tries the vector is
 * zero. The norm that the privacy claim rests on is therefore exact, whatever the floating-point arithmetic before did.
 *
 * @returns [dim], new memory
 * @throws SdkError `overflow` where dim · B² passes 2^53
 */
export function roundVector(clipped: ClippedVector, terms: Pick<GaussianTerms, 'scale' | 'bound'>, bits: SecureBits): BoundedVector {
  const { scale, bound } = terms;
  if (!Number.isSafeInteger(clipped.length * bound * bound)) {
    throw new SdkError('overflow', `${clipped.length} squares of a bound of ${bound} do not fit 2^53`);
  }
  const rounded = new Int32Array(clipped.length);
  for (let attempt = 0; attempt < REDRAWS; attempt++) {
    if (roundOnce(clipped, scale, bound, bits, rounded)) return rounded as Int32Array as BoundedVector; // checked just now
  }
  return rounded.fill(0) as Int32Array as BoundedVector; // zero is within every bound
}

/** Is the squared norm at most bound²? Every coordinate is checked before it is squared, so nothing overflows. */
function roundOnce(clipped: ClippedVector, scale: number, bound: number, bits: SecureBits, rounded: Int32Array): boolean {
  let squaredNorm = 0;
  for (let row = 0; row < clipped.length; row++) {
    const exact = clipped[row]! * scale;
    const floor = Math.floor(exact);
    const value = floor + (bits.nextBits(32) < (exact - floor) * 0x1_0000_0000 ? 1 : 0);
    if (Math.abs(value) > bound) return false;
    rounded[row] = value;
    squaredNorm += value * value;
  }
  return squaredNorm <= bound * bound;
}

/** (σ·B)², grid units squared. */
export function noiseVariance({
  bound,
  sigmaNumerator,
  sigmaDenominator,
}: Pick<GaussianTerms, 'bound' | 'sigmaNumerator' | 'sigmaDenominator'>): Rational {
  const std = rational(BigInt(bound) * BigInt(sigmaNumerator), sigmaDenominator);
  return multiply(std, std);
}

/**
 * Adds exact discrete Gaussian noise. Spends no budget: the caller commits the cost before anything is sent.
 * @returns [dim], new memory
 * @throws SdkError `overflow` where a value does not fit the policy's bits (it is never wrapped around)
 */
export function addGaussianNoise(bounded: BoundedVector, terms: GaussianTerms, bits: SecureBits): NoisedVector {
  const draw = discreteGaussianSampler(noiseVariance(terms));
  const limit = 2 ** (terms.bits - 1) - 1;
  const noised = bounded.map((value) => {
    const sum = value + draw(bits);
    if (Math.abs(sum) > limit) throw new SdkError('overflow', `a noised coordinate does not fit ${terms.bits} bits`);
    return sum;
  });
  return noised as Int32Array as NoisedVector; // the only place that makes one
}
