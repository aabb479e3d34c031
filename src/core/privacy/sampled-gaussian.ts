import { SdkError } from '../errors.js';

/** One step of the Gaussian mechanism on a Poisson sample: every user is in it with probability q, independently of all others. */
export interface SampledGaussian {
  /** Noise std / L2 sensitivity, above 0. */
  readonly sigma: number;
  /** q, above 0 and at most 1. */
  readonly samplingRate: number;
}

/** @throws SdkError `invalid-options` */
export function expectSampledGaussian({ sigma, samplingRate }: SampledGaussian): void {
  if (!(sigma > 0) || sigma === Infinity) throw new SdkError('invalid-options', `sigma must be above 0 and finite, got ${sigma}`);
  if (!(samplingRate > 0 && samplingRate <= 1))
    throw new SdkError('invalid-options', `samplingRate must be above 0 and at most 1, got ${samplingRate}`);
}

/** Where the density of one step is below e^−(14²/2) of its peak, 10^−42. */
const REACH = 14;

/**
 * Rényi divergence of order α of one step, zero-out adjacency: ln E_{x∼N(0,σ²)} [L(x)^α] / (α − 1) with
 * L = 1 − q + q·exp((2x − 1)/2σ²). The other direction is never larger.
 *
 * The expectation is integrated directly (the integrand is positive and analytic, so trapezoids converge exponentially), as
 * E[L^α − 1 − α(L − 1)], since E[L] = 1: no alternating series, nothing cancels, however small the divergence is.
 *
 * @param order  α, above 1
 * @see Mironov, Talwar, Zhang 2019, Rényi differential privacy of the sampled Gaussian mechanism, section 3
 */
export function sampledGaussianRdp(step: SampledGaussian, order: number): number {
  expectSampledGaussian(step);
  const { sigma, samplingRate: q } = step;
  if (q === 1) return order / (2 * sigma * sigma);
  const variance = sigma * sigma;
  // The branch point of L lies πσ² off the real axis.
  const width = Math.min(sigma / 8, variance / 2);
  const first = -REACH * sigma;
  const points = Math.ceil((order + REACH * sigma - first) / width);
  /** ln of the density's weight and ln L at a point. */
  const logDensity = (x: number): number => -(x * x) / (2 * variance);
  const excess = (x: number): number => q * Math.expm1((2 * x - 1) / (2 * variance)); // L − 1
  let peak = 0;
  for (let at = 0; at <= points; at++) {
    const x = first + at * width;
    peak = Math.max(peak, logDensity(x) + order * logRatio(x, step));
  }
  let sum = 0;
  for (let at = 0; at <= points; at++) {
    const x = first + at * width;
    const density = logDensity(x);
    // Where L^α is large the 1 + α(L − 1) beside it is lost in rounding, and the power itself may not fit a double.
    const power = order * logRatio(x, step);
    sum += power > 40 ? Math.exp(density + power - peak) : Math.exp(density - peak) * powerBeyondLine(excess(x), order);
  }
  const scale = width / (sigma * Math.sqrt(2 * Math.PI));
  const logMoment = peak > 30 ? peak + Math.log(sum * scale) : Math.log1p(Math.exp(peak) * sum * scale);
  return logMoment / (order - 1);
}

/** ln L(x) = ln(1 − q + q·e^u) with u = (2x − 1)/2σ², without overflow. */
export function logRatio(x: number, { sigma, samplingRate: q }: SampledGaussian): number {
  const u = (2 * x - 1) / (2 * sigma * sigma);
  return u > 30 ? u + Math.log(q + (1 - q) * Math.exp(-u)) : Math.log1p(q * Math.expm1(u));
}

/** (1 + d)^α − 1 − αd, at least 0 for α > 1. */
function powerBeyondLine(d: number, order: number): number {
  if (Math.abs(d) * order < 1e-4) {
    const second = (order * (order - 1)) / 2;
    return second * d * d * (1 + ((order - 2) / 3) * d * (1 + ((order - 3) / 4) * d * (1 + ((order - 4) / 5) * d)));
  }
  return Math.max(0, Math.expm1(order * Math.log1p(d)) - order * d);
}
