import { SdkError } from '../errors.js';
import type { RoundPolicy } from '../federated/round-policy.js';
import { gaussianSigma } from './exact-gaussian.js';
import { voteNoiseL2 } from './subset-selection.js';

/** What a round can be expected to say, before anybody spends budget on it. */

/** Above this the mean would be mostly noise and nobody is asked. */
export const LARGEST_PREDICTED_ERROR = 0.5;

export interface MeanErrors {
  /** Noise std of one release, in the unit of the clip norm. */
  readonly std: number;
  /** Every device adds all of the noise. */
  readonly local: number;
  /** One trusted aggregator, or distributed noise. */
  readonly central: number;
  /** Two aggregators of which one is trusted, each adding all of the noise. */
  readonly twoServers: number;
  /** Devices a local round needs to be as exact as the central one. */
  readonly localClientsForSameError: number;
}

/**
 * L2 error of the mean of n clipped vectors relative to the clip norm, one Gaussian release (zero-out adjacency).
 * @param clients    n
 * @param dimension  d
 */
export function meanErrors(clients: number, dimension: number, epsilon: number, dpDelta: number, clipNorm: number): MeanErrors {
  const sigma = gaussianSigma(epsilon, dpDelta);
  const central = (sigma * Math.sqrt(dimension)) / clients;
  return {
    std: sigma * clipNorm,
    local: sigma * Math.sqrt(dimension / clients),
    central,
    twoServers: Math.SQRT2 * central,
    localClientsForSameError: clients * clients,
  };
}

/** The part of a policy that the predictor reads. */
export type PredictedPolicy = Pick<RoundPolicy, 'block' | 'mechanism' | 'minimumBatch' | 'expectedSignal'>;

/**
 * Noise L2 / (bound · m) at `devices` reports; devices cannot know n, so they ask at the minimum batch. The bound of a
 * vote is 1 (a histogram's norm), and its noise is that of the worst population.
 */
export function predictedError(
  { block, mechanism, minimumBatch, expectedSignal }: PredictedPolicy,
  devices: number = minimumBatch,
): number {
  const noise =
    mechanism.kind === 'vote'
      ? voteNoiseL2(block.kind === 'taste' ? block.cells.length : block.names.length, devices, mechanism)
      : (mechanism.sigmaNumerator / mechanism.sigmaDenominator) * Math.sqrt(mechanism.dim / devices);
  return noise / expectedSignal;
}

/** Fewest devices with a predicted error of at most `error`. */
export function devicesNeeded(policy: PredictedPolicy, error: number = LARGEST_PREDICTED_ERROR): number {
  // Noise falls with √n; the tolerance keeps an exact square from being rounded up.
  return Math.ceil((predictedError(policy, 1) / error) ** 2 * (1 - 1e-12));
}

/** @returns the predicted error. @throws SdkError `error-too-large`, with the number of devices that are missing */
export function expectUsefulRound(policy: PredictedPolicy): number {
  const error = predictedError(policy);
  if (error > LARGEST_PREDICTED_ERROR) {
    const needed = devicesNeeded(policy);
    throw new SdkError(
      'error-too-large',
      `with ${policy.minimumBatch} devices the predicted error is ${error.toFixed(2)}, at most ${LARGEST_PREDICTED_ERROR} is accepted: ${needed - policy.minimumBatch} more devices are needed (${needed} in all)`,
    );
  }
  return error;
}
