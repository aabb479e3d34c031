import { logGamma } from './gamma.js';

/** P(X = k), X ∼ Binomial(n, p), 0 < p < 1. */
export function binomialPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  return Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(X ≥ k); the shorter side is summed, from its small end. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  const isUpper = k > n * p;
  let sum = 0;
  if (isUpper) for (let at = n; at >= k; at--) sum += binomialPmf(at, n, p);
  else for (let at = 0; at < k; at++) sum += binomialPmf(at, n, p);
  return isUpper ? Math.min(1, sum) : Math.max(0, 1 - sum);
}
