import { logGamma } from '../../core/privacy/gamma.js';

/**
 * Exact one-sided bounds on the probability of an event that was seen `successes` times in `trials`; each is wrong with
 * chance at most `alpha`, whatever the probability is.
 * @see Clopper & Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial
 */
export function lowerBound(successes: number, trials: number, alpha: number): number {
  if (successes === 0) return 0;
  // P(X ≥ k | p) = I_p(k, n − k + 1) rises with p.
  return solve((p) => betaRatio(p, successes, trials - successes + 1) - alpha);
}

export function upperBound(successes: number, trials: number, alpha: number): number {
  return 1 - lowerBound(trials - successes, trials, alpha);
}

/** Root of a function that rises from below 0 at 0 to above 0 at 1; the end where it is still below 0. */
function solve(rising: (p: number) => number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-13 * Math.max(high, 1e-9)) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return low;
}

/** I_x(a, b), the regularised incomplete beta function; small values to full relative precision. @see DLMF 8.17.22 */
export function betaRatio(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRatio(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  // Lentz's continued fraction; converges in about √max(a, b) steps.
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * value;
}
