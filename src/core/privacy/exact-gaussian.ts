import { SdkError } from '../errors.js';

/**
 * The exact privacy curve of the continuous Gaussian mechanism. For planning only: the discrete mechanism of a sent
 * report is accounted by `rdp.ts`.
 *
 * With s = σ / Δ, a = 1/(2s) − εs: δ(ε) = Φ(a) − e^ε Φ(a − 1/s) = (2π)^−½ ∫₀^∞ exp(−(t − a)²/2) (1 − exp(−t/s)) dt.
 * The integral has no difference of near-equal numbers, so it is evaluated in log space to full precision.
 *
 * @see Balle & Wang 2018, Improving the Gaussian Mechanism for Differential Privacy, theorem 8
 */

const HALF_LOG_TWO_PI = 0.918_938_533_204_672_8;
// Trapezoids in u = ln t: the integrand is analytic in |Im u| < π/4, so the error is about exp(−2π · (π/4) · 16).
const STEP = 1 / 16;
const NEGLIGIBLE = 45; // exp(−45) of the largest term is below double precision

/**
 * @param epsilon       at least 0
 * @param sigmaPerSensitivity  noise std / L2 sensitivity, above 0
 * @returns             ln δ, at most 0
 */
export function gaussianLogDelta(epsilon: number, sigmaPerSensitivity: number): number {
  const s = sigmaPerSensitivity;
  const a = 0.5 / s - epsilon * s;
  if (a > 4) return Math.log1p(-nearOneComplement(a, epsilon * s + 0.5 / s));
  // Where t is below every scale the integrand falls like t² per step of u.
  const smallest = Math.log(Math.min(s, 1, 1 / Math.max(1, -a)));
  const last = Math.log(Math.max(a, 0) + Math.sqrt(2 * NEGLIGIBLE) + 1);
  let sum = 0;
  for (let u = Math.ceil((smallest - NEGLIGIBLE / 2) / STEP) * STEP; u <= last; u += STEP) {
    const t = Math.exp(u);
    sum += Math.exp(t * (a - t / 2)) * -Math.expm1(-t / s) * t;
  }
  return Math.min(0, -(a * a) / 2 - HALF_LOG_TWO_PI + Math.log(sum * STEP));
}

/** 1 − δ for a well above 0: Φ(−a) + φ(a) M(b), both small and positive. */
function nearOneComplement(a: number, b: number): number {
  return Math.exp(-(a * a) / 2 - HALF_LOG_TWO_PI) * (millsRatio(a) + millsRatio(b));
}

/** (1 − Φ(x)) / φ(x) for x > 4 by Laplace's continued fraction, from the far end. */
function millsRatio(x: number): number {
  let tail = 0;
  for (let k = 100; k >= 1; k--) tail = k / (x + tail);
  return 1 / (x + tail);
}

/**
 * Smallest ε for which one Gaussian release is (ε, δ) private; exactly 0 where δ(0) ≤ δ.
 * @throws SdkError `invalid-options`
 */
export function gaussianEpsilon(sigmaPerSensitivity: number, dpDelta: number): number {
  expectPositive('noise std / sensitivity', sigmaPerSensitivity);
  expectDelta(dpDelta);
  const wanted = Math.log(dpDelta);
  const excess = (epsilon: number): number => gaussianLogDelta(epsilon, sigmaPerSensitivity) - wanted;
  if (excess(0) <= 0) return 0;
  let high = 1;
  while (excess(high) > 0) high *= 2;
  return bisect(excess, 0, high);
}

/**
 * Smallest noise std / sensitivity for (ε, δ), the inverse of `gaussianEpsilon`.
 * @throws SdkError `invalid-options`
 */
export function gaussianSigma(epsilon: number, dpDelta: number): number {
  if (!(epsilon >= 0) || epsilon === Infinity)
    throw new SdkError('invalid-options', `epsilon must be at least 0 and finite, got ${epsilon}`);
  expectDelta(dpDelta);
  const wanted = Math.log(dpDelta);
  const excess = (logSigma: number): number => gaussianLogDelta(epsilon, Math.exp(logSigma)) - wanted;
  let low = -1;
  let high = 1;
  while (excess(low) < 0) low *= 2;
  while (excess(high) > 0) high *= 2;
  return Math.exp(bisect(excess, low, high));
}

/** Root of a decreasing function to the last bit; answers the end where it is at most 0. */
function bisect(excess: (at: number) => number, low: number, high: number): number {
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high || high - low < 1e-15 * Math.abs(high)) return high;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
}

function expectPositive(name: string, value: number): void {
  if (!(value > 0) || value === Infinity) throw new SdkError('invalid-options', `${name} must be above 0 and finite, got ${value}`);
}

function expectDelta(dpDelta: number): void {
  if (!(dpDelta > 0 && dpDelta < 1)) throw new SdkError('invalid-options', `dpDelta must lie between 0 and 1, got ${dpDelta}`);
}
