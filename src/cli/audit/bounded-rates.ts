import { lowerBound, upperBound } from './clopper-pearson.js';
import { normalQuantile } from './normal.js';

/** How often an event was seen in the world that it speaks for, and in the other one. */
export interface Rates {
  readonly hits: number;
  readonly falseHits: number;
  /** Reports in each world. */
  readonly reports: number;
}

/** What an (ε, δ) private mechanism shows at least: P₁(E) ≤ e^ε P₂(E) + δ. @returns ε, −∞ where nothing is shown */
export function epsilonOf(hitRate: number, falseHitRate: number, dpDelta: number): number {
  return hitRate <= dpDelta ? -Infinity : Math.log((hitRate - dpDelta) / falseHitRate);
}

/**
 * The distance of two unit Gaussians that such rates need at least: no test between them does better. It bounds the noise
 * of a mechanism that is a Gaussian, whatever the event was.
 * @see Dong, Roth, Su 2019, Gaussian differential privacy; Nasr et al. 2023, Tight auditing of differentially private machine learning
 */
export function separationOf(hitRate: number, falseHitRate: number): number {
  return normalQuantile(hitRate) - normalQuantile(falseHitRate);
}

/** A figure that rises with the hits and falls with the false hits, bounded exactly from below; wrong with chance `alpha`. */
export function atLeast(
  { hits, falseHits, reports }: Rates,
  alpha: number,
  figure: (hitRate: number, falseHitRate: number) => number,
): number {
  return figure(lowerBound(hits, reports, alpha / 2), upperBound(falseHits, reports, alpha / 2));
}

/** The same from above. */
export function atMost(
  { hits, falseHits, reports }: Rates,
  alpha: number,
  figure: (hitRate: number, falseHitRate: number) => number,
): number {
  return figure(upperBound(hits, reports, alpha / 2), lowerBound(falseHits, reports, alpha / 2));
}

/** `atLeast` by a formula, good enough to choose an event by; nothing is claimed from it. @see Wilson 1927 */
export function roughlyAtLeast(
  { hits, falseHits, reports }: Rates,
  alpha: number,
  figure: (hitRate: number, falseHitRate: number) => number,
): number {
  const z = -normalQuantile(alpha / 2);
  return figure(wilson(hits, reports, -z), wilson(falseHits, reports, z));
}

function wilson(count: number, trials: number, z: number): number {
  const rate = count / trials;
  const centre = rate + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials));
  return Math.min(1, Math.max(0, (centre + spread) / (1 + (z * z) / trials)));
}
