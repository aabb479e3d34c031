import { SdkError } from '../errors.js';
import { composed, discretise, lossEpsilon, type WorldPair } from './loss-distribution.js';
import { expectSampledGaussian, logRatio, type SampledGaussian } from './sampled-gaussian.js';

/** Up to here the mass beyond is 10^−23. */
const REACH = 10;
const OUTSIDE = 1e-23;
const FIRST_POINTS = 2 ** 10;
const MOST_POINTS = 2 ** 20;
/** What may be left to gain by refining; the answer is an upper bound at every grid. */
const RELATIVE_EXCESS = 5e-4;
const ABSOLUTE_EXCESS = 3e-5;

/**
 * ε at δ of `steps` steps of the Poisson-sampled Gaussian by its privacy loss distribution, an upper bound, both directions of
 * zero-out adjacency; the grid is refined until the answer stands.
 *
 * @param steps    at least 1
 * @param dpDelta  above 0, below 1
 * @throws SdkError `invalid-options`
 * @see Koskela, Jälkö, Honkela 2020, Computing tight differential privacy guarantees using FFT; Zhu, Dong, Wang 2022, theorem 11 (dominating pairs)
 */
export function sampledGaussianEpsilon(step: SampledGaussian, steps: number, dpDelta: number): number {
  expectSampledGaussian(step);
  if (!(Number.isInteger(steps) && steps >= 1)) throw new SdkError('invalid-options', `steps must be a whole number from 1, got ${steps}`);
  if (!(dpDelta > 0 && dpDelta < 1)) throw new SdkError('invalid-options', `dpDelta must lie between 0 and 1, got ${dpDelta}`);
  return Math.max(...[removal(step), addition(step)].map((pair) => refined(pair, steps, dpDelta)));
}

function refined(pair: WorldPair, steps: number, dpDelta: number): number {
  const [from, to] = pair.range;
  const width = Math.abs(pair.loss(to) - pair.loss(from));
  let last = Infinity;
  for (let points = FIRST_POINTS; ; points *= 4) {
    const epsilon = lossEpsilon(composed(discretise(pair, width / points), steps, dpDelta * 1e-5), dpDelta);
    // The excess falls with the square of the interval: the next grid would gain a fifteenth of what this one did.
    const excess = (last - epsilon) / 15;
    if (excess <= Math.max(ABSOLUTE_EXCESS, RELATIVE_EXCESS * epsilon) || points >= MOST_POINTS) return Math.min(last, epsilon);
    last = epsilon;
  }
}

const normal = (x: number, sigma: number): number => Math.exp(-(x * x) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));

/** The x with that log ratio. */
function ratioAt(logValue: number, { sigma, samplingRate: q }: SampledGaussian): number {
  // e^u = (e^v − 1 + q)/q
  const scaled =
    logValue > 30 ? logValue - Math.log(q) + Math.log1p((q - 1) * Math.exp(-logValue)) : Math.log((Math.expm1(logValue) + q) / q);
  return Number.isNaN(scaled) ? -Infinity : sigma * sigma * scaled + 0.5;
}

/** P has the user in its samples, Q does not. */
function removal(step: SampledGaussian): WorldPair {
  const { sigma, samplingRate: q } = step;
  return {
    density: (x) => (1 - q) * normal(x, sigma) + q * normal(x - 1, sigma),
    loss: (x) => logRatio(x, step),
    seenAt: (loss) => ratioAt(loss, step),
    range: [-REACH * sigma, 1 + REACH * sigma],
    outside: OUTSIDE,
    scale: sigma,
  };
}

/** P does not have the user, Q does. */
function addition(step: SampledGaussian): WorldPair {
  const { sigma } = step;
  return {
    density: (x) => normal(x, sigma),
    loss: (x) => -logRatio(x, step),
    seenAt: (loss) => ratioAt(-loss, step),
    range: [-REACH * sigma, REACH * sigma],
    outside: OUTSIDE,
    scale: sigma,
  };
}
