import { upperGamma } from '../../core/privacy/gamma.js';

/** P(X > x) for chi-square with `degrees` degrees of freedom: the regularised upper incomplete gamma Q(k/2, x/2). */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2);
}
