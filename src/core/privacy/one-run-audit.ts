import { SdkError } from '../errors.js';
import { binomialPmf, binomialTail } from './binomial.js';

/** One run with independently flipped canaries, and what a guesser made of its output. */
export interface CanaryGuesses {
  /** m, canaries that were in or out by a fair coin. */
  readonly canaries: number;
  /** r, those the guesser committed to, at most m. */
  readonly guesses: number;
  /** v, right ones, at most r. */
  readonly correct: number;
}

/**
 * Chance of at least so many right guesses if the mechanism were (ε, δ) private: small says that it is not.
 * @see Steinke, Nasr, Jagielski 2023, Privacy auditing with one (1) training run, theorem 3.1 and algorithm of appendix D
 */
export function auditPValue({ canaries, guesses, correct }: CanaryGuesses, epsilon: number, dpDelta: number): number {
  const right = 1 / (1 + Math.exp(-epsilon));
  let slope = 0;
  let mass = 0;
  for (let fewer = 1; fewer <= correct; fewer++) {
    mass += binomialPmf(correct - fewer, guesses, right);
    slope = Math.max(slope, mass / fewer);
  }
  return Math.min(1, binomialTail(correct, guesses, right) + slope * dpDelta * 2 * canaries);
}

/**
 * The largest ε that is refuted at this confidence: what the mechanism leaks at least. 0 where nothing is refuted.
 * @param confidence  for example 0.95: a private mechanism is accused falsely with 5 %
 */
export function auditEpsilon(guesses: CanaryGuesses, dpDelta: number, confidence: number): number {
  const { canaries, guesses: made, correct } = guesses;
  const isOrdered = [canaries, made, correct].every((each) => Number.isInteger(each) && each >= 0) && correct <= made && made <= canaries;
  if (!isOrdered)
    throw new SdkError('invalid-options', `0 ≤ correct ≤ guesses ≤ canaries are whole numbers, got ${correct}, ${made}, ${canaries}`);
  if (!(confidence > 0 && confidence < 1)) throw new SdkError('invalid-options', `confidence lies between 0 and 1, got ${confidence}`);
  const isRefuted = (epsilon: number): boolean => auditPValue(guesses, epsilon, dpDelta) < 1 - confidence;
  if (!isRefuted(0)) return 0;
  let low = 0;
  let high = 1;
  while (isRefuted(high)) high *= 2;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}
