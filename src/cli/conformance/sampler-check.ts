import type { SecureBits } from '../../core/random.js';
import { bernoulliExp } from '../../core/privacy/bernoulli-exp.js';
import { discreteGaussianSampler } from '../../core/privacy/discrete-gaussian.js';
import { discreteLaplace } from '../../core/privacy/discrete-laplace.js';
import { fromDecimal } from '../../core/privacy/rational.js';
import { chiSquareTail } from './chi-square.js';

/** The statistical tests of `g_samplers.json`; each rejects a right sampler with probability about 1e-6. */

const REJECT_BELOW = 1e-6;
const Z = 4.9; // two-sided normal quantile of 1e-6
const LAGS = 8;

/** A distribution over whole numbers with mean 0: probabilities of 0, 1, 2 …; the other side is the mirror image. */
export interface SymmetricPmf {
  readonly half: Float64Array;
}

/** exp(−y²/2σ²), normalised; cut where a term is below 1e-30 of the first. */
export function discreteGaussianPmf(sigmaSquared: number): SymmetricPmf {
  return normalise((y) => Math.exp(-(y * y) / (2 * sigmaSquared)), Math.ceil(Math.sqrt(140 * sigmaSquared)) + 2);
}

/** exp(−|y| / scale), normalised. */
export function discreteLaplacePmf(scale: number): SymmetricPmf {
  return normalise((y) => Math.exp(-y / scale), Math.ceil(70 * scale) + 2);
}

function normalise(weight: (y: number) => number, length: number): SymmetricPmf {
  const half = Float64Array.from({ length }, (_, y) => weight(y));
  let total = 0;
  for (let y = length - 1; y > 0; y--) total += 2 * half[y]!; // small terms first
  total += half[0]!;
  return { half: half.map((value) => value / total) };
}

export function pmfVariance({ half }: SymmetricPmf): number {
  return half.reduce((sum, probability, y) => sum + 2 * y * y * probability, 0);
}

export function pmfCdf({ half }: SymmetricPmf, y: number): number {
  return 0.5 + half[0]! / 2 + half.subarray(1, y + 1).reduce((sum, probability) => sum + probability, 0);
}

export type Sampler = (bits: SecureBits) => number;

export function gaussianSampler(sigmaSquared: number): Sampler {
  return discreteGaussianSampler(fromDecimal(sigmaSquared));
}

export function laplaceSampler(scale: number): Sampler {
  const { numerator, denominator } = fromDecimal(scale);
  return (bits) => discreteLaplace(bits, Number(numerator), Number(denominator));
}

/** Names of the tests that reject the sampler: chi-square, mean, variance, autocorrelation at lags 1 to 8. */
export function rejectedTests(sampler: Sampler, pmf: SymmetricPmf, draws: number, bits: SecureBits): readonly string[] {
  const values = Float64Array.from({ length: draws }, () => sampler(bits));
  const variance = pmfVariance(pmf);
  const fourth = pmf.half.reduce((sum, probability, y) => sum + 2 * y ** 4 * probability, 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  const seen = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
  const rejected: string[] = [];
  const { statistic, degrees } = chiSquare(values, pmf);
  if (degrees > 0 && chiSquareTail(statistic, degrees) < REJECT_BELOW)
    rejected.push(`chi-square ${statistic.toFixed(1)} with ${degrees} degrees`);
  if (Math.abs(mean) > Z * Math.sqrt(variance / draws)) rejected.push(`mean ${mean}`);
  const kurtosis = fourth / (variance * variance);
  if (Math.abs(seen / variance - 1) > Z * Math.sqrt((kurtosis - 1) / draws)) rejected.push(`variance ${seen}, expected ${variance}`);
  for (let lag = 1; lag <= LAGS; lag++) {
    let product = 0;
    for (let at = lag; at < draws; at++) product += (values[at]! - mean) * (values[at - lag]! - mean);
    if (Math.abs(product / (draws * seen)) > Z / Math.sqrt(draws)) rejected.push(`autocorrelation at lag ${lag}`);
  }
  return rejected;
}

/** Pearson's statistic; neighbouring cells are merged from the tails inwards until each is expected at least 10 times. */
function chiSquare(values: Float64Array, { half }: SymmetricPmf): { readonly statistic: number; readonly degrees: number } {
  const reach = half.length - 1;
  const counts = new Float64Array(2 * reach + 1);
  for (const value of values) {
    // Beyond the cut nothing should ever fall; it is counted in the last cell.
    const cell = Math.max(-reach, Math.min(reach, value)) + reach;
    counts[cell] = counts[cell]! + 1;
  }
  const merged: { expected: number; seen: number }[] = [];
  let open = { expected: 0, seen: 0 };
  for (let cell = 0; cell < counts.length; cell++) {
    open.expected += values.length * half[Math.abs(cell - reach)]!;
    open.seen += counts[cell]!;
    if (open.expected >= 10) {
      merged.push(open);
      open = { expected: 0, seen: 0 };
    }
  }
  const last = merged.at(-1);
  if (last !== undefined) {
    last.expected += open.expected;
    last.seen += open.seen;
  }
  return {
    statistic: merged.reduce((sum, { expected, seen }) => sum + (seen - expected) ** 2 / expected, 0),
    degrees: merged.length - 1,
  };
}

/** Share of true among `draws` coins of exp(−x), and whether it is too far from it. */
export function rejectsBernoulliExp(x: number, draws: number, bits: SecureBits): boolean {
  const { numerator, denominator } = fromDecimal(x);
  const [above, below] = [Number(numerator), Number(denominator)];
  let kept = 0;
  for (let draw = 0; draw < draws; draw++) kept += bernoulliExp(bits, above, below) ? 1 : 0;
  const p = Math.exp(-x);
  return Math.abs(kept / draws - p) > Z * Math.sqrt((p * (1 - p)) / draws);
}
