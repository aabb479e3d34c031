import type { Policy } from '../wire/policy.js';
import type { Tally } from './round.js';

/**
 * Can honest devices have sent this? Each vector has at most norm B, so n of them at most n·B, and their noise is longer than its
 * quantile once in 10^9 rounds. What is longer was made to move the model: the round is abandoned and the version before
 * stays. One liar among n can still use the slack; a vote needs no gate, for each counts one in one cell.
 */
export function isPlausible({ reports, sums }: Tally, { mechanism }: Policy): boolean {
  if (mechanism.kind !== 'gaussian') return true;
  const { bound, sigmaNumerator, sigmaDenominator } = mechanism;
  const noiseStddev = (bound * sigmaNumerator) / sigmaDenominator;
  const longest = reports * bound + noiseStddev * Math.sqrt(reports * chiSquaredQuantile(sums.length));
  return Math.sqrt(sums.reduce((total, sum) => total + sum ** 2, 0)) <= longest;
}

const FALSE_ALARM = 1e-9;

/** Exceeded with probability at most FALSE_ALARM. @see Laurent and Massart 2000, Adaptive estimation of a quadratic functional, lemma 1 */
function chiSquaredQuantile(dim: number): number {
  const x = -Math.log(FALSE_ALARM);
  return dim + 2 * Math.sqrt(dim * x) + 2 * x;
}
