import { normalQuantile } from '../../core/evaluation/normal-quantile.js';
import { normalTail } from '../../core/privacy/gamma.js';

export { normalQuantile };

/** P(Z ≤ x) of the standard normal distribution. */
export function normalCdf(x: number): number {
  return x < 0 ? normalTail(-x) : 1 - normalTail(x);
}

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
