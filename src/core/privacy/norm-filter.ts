import { SdkError } from '../errors.js';
import { logGamma, upperGamma } from './gamma.js';

/** One clipped vector with independent Gaussian noise on every coordinate. */
export interface NoisedVector {
  readonly dimension: number;
  /** Of the noise on each coordinate, in the unit of the clip. */
  readonly std: number;
  readonly l2Clip: number;
}

/**
 * The squared norm that an honest noised vector exceeds with chance `falseReject` only: a quantile of the non-central χ² with
 * `dimension` degrees of freedom and non-centrality (clip/std)², in the unit of the clip.
 *
 * @param falseReject  above 0, below 1
 * @see Johnson, Kotz, Balakrishnan 1995, Continuous univariate distributions 2, chapter 29 (Poisson mixture)
 */
export function rejectionNormSquared({ dimension, std, l2Clip }: NoisedVector, falseReject: number): number {
  if (!(Number.isInteger(dimension) && dimension > 0 && std > 0 && l2Clip >= 0 && falseReject > 0 && falseReject < 1))
    throw new SdkError(
      'invalid-options',
      `dimension, std, clip and false-reject rate must be positive, the rate below 1; got ${dimension}, ${std}, ${l2Clip}, ${falseReject}`,
    );
  const nonCentrality = (l2Clip / std) ** 2;
  let low = 0;
  let high = dimension + nonCentrality;
  while (nonCentralTail(high, dimension, nonCentrality) > falseReject) high *= 2;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (nonCentralTail(middle, dimension, nonCentrality) > falseReject) low = middle;
    else high = middle;
  }
  return high * std * std;
}

/** The norm of a vector that is rejected every second time: its expected noised squared norm reaches the threshold. */
export function smallestRejectedNorm(vector: NoisedVector, falseReject: number): number {
  return Math.sqrt(Math.max(0, rejectionNormSquared(vector, falseReject) - vector.dimension * vector.std ** 2));
}

/** P(X > x) as a Poisson(λ/2) mixture of central χ² tails; stops where the rest of the Poisson weights is negligible. */
function nonCentralTail(x: number, dimension: number, nonCentrality: number): number {
  const mean = nonCentrality / 2;
  if (mean === 0) return upperGamma(dimension / 2, x / 2);
  const last = Math.ceil(mean + 12 * Math.sqrt(mean) + 40);
  let sum = 0;
  for (let k = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean) - 40)); k <= last; k++) {
    sum += Math.exp(k * Math.log(mean) - mean - logGamma(k + 1)) * upperGamma(dimension / 2 + k, x / 2);
  }
  return sum;
}
