import { normalQuantile } from '../../core/evaluation/normal-quantile.js';
import { upperGamma } from '../../core/privacy/gamma.js';

export { normalQuantile };

/** P(Z ≤ x) of the standard normal distribution. */
export function normalCdf(x: number): number {
  const tail = upperGamma(0.5, (x * x) / 2) / 2;
  return x < 0 ? tail : 1 - tail;
}

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
