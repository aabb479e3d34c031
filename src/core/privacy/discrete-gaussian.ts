import { SdkError } from '../errors.js';
import type { SecureBits } from '../random.js';
import { bernoulliExp, bernoulliExpBig } from './bernoulli-exp.js';
import { discreteLaplace } from './discrete-laplace.js';
import { integerSqrt, type Rational } from './rational.js';

const LARGEST_SQUARABLE = 94_906_265; // its square is below 2^53

/**
 * Makes a sampler of whole numbers y with probability proportional to exp(−y² / 2σ²), exactly.
 *
 * A discrete Laplace draw of scale t = ⌊σ⌋ + 1 is kept with probability exp(−(|y| − σ²/t)² / 2σ²). With σ² = N/D the
 * exponent is (|y|·D·t − N)² / (2·N·D·t²): doubles hold it exactly where the square is below 2^53, big integers elsewhere.
 *
 * @param variance  σ², above 0
 * @throws SdkError `overflow` where σ is 2^52 or more; `invalid-options` where σ² is not above 0
 * @see Canonne, Kamath, Steinke 2020, algorithm 3
 */
export function discreteGaussianSampler(variance: Rational): (bits: SecureBits) => number {
  const { numerator, denominator } = variance;
  if (numerator <= 0n) throw new SdkError('invalid-options', 'the variance of a discrete Gaussian must be above 0');
  const bigLaplaceScale = integerSqrt(numerator / denominator) + 1n;
  if (bigLaplaceScale >= 2n ** 52n) throw new SdkError('overflow', 'the standard deviation of a discrete Gaussian must be below 2^52');
  const bigStep = denominator * bigLaplaceScale;
  const bigBelow = 2n * numerator * denominator * bigLaplaceScale * bigLaplaceScale;

  const laplaceScale = Number(bigLaplaceScale);
  const step = Number(bigStep);
  const centre = Number(numerator);
  const below = Number(bigBelow);
  const isSmall = [step, centre, below].every(Number.isSafeInteger);

  const keep = (bits: SecureBits, magnitude: number): boolean => {
    const distance = Math.abs(magnitude * step - centre);
    if (isSmall && distance <= LARGEST_SQUARABLE) return bernoulliExp(bits, distance * distance, below);
    const exact = BigInt(magnitude) * bigStep - numerator;
    return bernoulliExpBig(bits, exact * exact, bigBelow);
  };
  return (bits) => {
    for (;;) {
      const drawn = discreteLaplace(bits, laplaceScale, 1);
      if (keep(bits, Math.abs(drawn))) return drawn;
    }
  };
}
