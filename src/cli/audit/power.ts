import { roughlyAtLeast, epsilonOf, type Rates } from './bounded-rates.js';
import { normalCdf, normalDensity, normalQuantile } from './normal.js';

/** What the two-world tests of a Gaussian see with power 0.99, and how many reports they need for it. */

const Z99 = 2.326_35;

export interface GaussianTest {
  /** μ: distance of the worlds in units of the claimed noise. */
  readonly separation: number;
  /** False-alarm rate of the test. */
  readonly alpha: number;
}

/**
 * Reports per world so that noise of `factor` times the claimed std shows a separation above the claim: the event at the
 * midpoint, both its rates bounded at α/2, and chance against us at 1 %.
 */
export function reportsForNoise({ separation, alpha }: GaussianTest, factor: number): number {
  const real = separation / factor;
  const error = normalCdf(-real / 2);
  const spread = Math.sqrt(error * (1 - error)) / normalDensity(real / 2);
  return Math.ceil((((-2 * normalQuantile(alpha / 2) + Math.SQRT2 * Z99) * spread) / (real - separation)) ** 2);
}

/** Below it the worlds are so far apart that rates near 0 and 1 follow no normal approximation; and nobody needs telling. */
const SMALLEST = 0.4;

/** Largest factor below 1 that is seen at so many reports; 0 where not even 0.4 is. */
export function seenNoise(test: GaussianTest, reports: number): number {
  return largestSeen((factor) => reportsForNoise(test, factor) <= reports);
}

/** Would the bound on ε that knows nothing of Gaussians pass the claim at this noise? */
export function epsilonIsSeen(
  { separation, alpha }: GaussianTest,
  factor: number,
  reports: number,
  dpDelta: number,
  claim: number,
): boolean {
  const real = separation / factor;
  for (let at = 0; at < 9; at += 0.05) {
    const [hit, falseHit] = [normalCdf(real - at), normalCdf(-at)];
    const rates: Rates = {
      hits: reports * hit - Z99 * Math.sqrt(reports * hit * (1 - hit)),
      falseHits: reports * falseHit + Z99 * Math.sqrt(reports * falseHit * (1 - falseHit)),
      reports,
    };
    if (rates.hits > 0 && roughlyAtLeast(rates, alpha, (p, q) => epsilonOf(p, q, dpDelta)) > claim) return true;
  }
  return false;
}

export function seenNoiseByEpsilon(test: GaussianTest, reports: number, dpDelta: number, claim: number): number {
  return largestSeen((factor) => epsilonIsSeen(test, factor, reports, dpDelta, claim));
}

function largestSeen(isSeen: (factor: number) => boolean): number {
  let low = SMALLEST;
  let high = 1;
  if (!isSeen(low)) return 0;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (isSeen(middle)) low = middle;
    else high = middle;
  }
  return low;
}
