import { SdkError } from '../errors.js';
import { normalTail } from './gamma.js';
import { rdpEpsilon } from './rdp.js';

/** One round of the distributed discrete Gaussian: every device adds a part of the noise, only the sum is opened. */
export interface DistributedGaussianSetting {
  /** n, all of them report. */
  readonly clients: number;
  /** d, padded to a power of two by the rotation. */
  readonly dimension: number;
  /** log2 of the modulus of the sum. */
  readonly bits: number;
  readonly l2Clip: number;
  /** Std of the summed noise / clip. */
  readonly centralNoiseMultiplier: number;
  /** How many standard deviations of a coordinate of the sum fit the modulus. */
  readonly stddevs: number;
  /** Chance allowance of the conditional rounding bound: a larger norm is rounded anew. */
  readonly beta: number;
  readonly dpDelta: number;
}

export interface DistributedGaussian {
  readonly modulus: number;
  /** Grid units per unit of the clip. */
  readonly scale: number;
  readonly granularity: number;
  readonly localStdGrid: number;
  /** Largest L2 norm of a rounded vector, grid units. */
  readonly roundedBoundGrid: number;
  /** That bound / (scale · clip). */
  readonly sensitivityInflation: number;
  /** How far a sum of discrete Gaussians is from one discrete Gaussian. */
  readonly tau: number;
  readonly epsilonRdp: number;
  readonly rdpBestOrder: number;
  readonly epsilonContinuous: number;
  /** ε below 1.25 × the continuous one, and a device's own noise of at least half a grid unit. */
  readonly isUsable: boolean;
  readonly packedBytes: number;
  /** Chance that a coordinate of the sum wraps. */
  readonly wrapProbability: number;
}

/**
 * @param orders  Rényi orders of the conversion
 * @see Kairouz, Liu, Steinke 2021, The distributed discrete Gaussian mechanism, theorem 1, proposition 22 and section 4
 */
export function distributedGaussian(setting: DistributedGaussianSetting, orders: readonly number[]): DistributedGaussian {
  const { clients: n, dimension: d, bits, l2Clip: clip, centralNoiseMultiplier, stddevs, beta, dpDelta } = setting;
  const isSound = n >= 1 && d >= 1 && bits >= 2 && clip > 0 && centralNoiseMultiplier > 0 && stddevs > 0 && beta > 0 && beta < 1;
  if (!isSound) throw new SdkError('invalid-options', `every setting must be positive and beta below 1, got ${JSON.stringify(setting)}`);
  const modulus = 2 ** bits;
  const localStd = (centralNoiseMultiplier * clip) / Math.sqrt(n);
  const spread = modulus * modulus - n * stddevs * stddevs;
  if (spread <= 0) throw new SdkError('invalid-options', `${bits} bits do not hold the rounding of ${n} devices; use more bits`);
  const scale = Math.sqrt((d * spread) / (4 * stddevs ** 2 * (clip ** 2 * n * n + n * d * localStd ** 2)));
  const norm = scale * clip;
  const roundedBoundGrid = Math.min(
    norm + Math.sqrt(d),
    Math.sqrt(norm ** 2 + d / 4 + Math.sqrt(2 * Math.log(1 / beta)) * (norm + Math.sqrt(d) / 2)),
  );
  const localStdGrid = scale * localStd;
  const tau = sumDistance(n, localStdGrid);
  const ratio = roundedBoundGrid / (Math.sqrt(n) * localStdGrid);
  const sensitivity1 = Math.min(Math.sqrt(d) * roundedBoundGrid, roundedBoundGrid ** 2);
  const scaled = sensitivity1 / (Math.sqrt(n) * localStdGrid);
  const costs = orders.map((order) =>
    Math.min(
      (order / 2) * ratio ** 2 + tau * d,
      (order / 2) * (ratio ** 2 + 2 * scaled * tau + tau * tau * d),
      (order / 2) * (ratio + tau * Math.sqrt(d)) ** 2,
    ),
  );
  const { epsilon: epsilonRdp, order: rdpBestOrder } = rdpEpsilon(costs, dpDelta, orders);
  const continuous = orders.map((order) => order / (2 * centralNoiseMultiplier ** 2));
  const { epsilon: epsilonContinuous } = rdpEpsilon(continuous, dpDelta, orders);
  return {
    modulus,
    scale,
    granularity: 1 / scale,
    localStdGrid,
    roundedBoundGrid,
    sensitivityInflation: roundedBoundGrid / norm,
    tau,
    epsilonRdp,
    rdpBestOrder,
    epsilonContinuous,
    isUsable: epsilonRdp < 1.25 * epsilonContinuous && localStdGrid >= 0.5,
    packedBytes: Math.ceil((d * bits) / 8),
    wrapProbability: 2 * normalTail(stddevs),
  };
}

/** @throws SdkError `invalid-options` where the noise is too coarse for its grid: the claim would not hold, so nothing is sent */
export function expectUsable(result: DistributedGaussian): void {
  if (result.isUsable) return;
  throw new SdkError(
    'invalid-options',
    `the noise of one device is ${result.localStdGrid.toPrecision(3)} grid units and ε would be ${result.epsilonRdp.toPrecision(4)} ` +
      `instead of ${result.epsilonContinuous.toPrecision(4)}; use more bits, fewer devices per sum or more noise`,
  );
}

/** τ = 10 Σ_{k=1}^{n−1} exp(−2π²σ²k/(k+1)), σ in grid units. */
function sumDistance(n: number, stdGrid: number): number {
  let sum = 0;
  for (let k = 1; k < n; k++) sum += Math.exp((-2 * Math.PI ** 2 * stdGrid ** 2 * k) / (k + 1));
  return 10 * sum;
}
