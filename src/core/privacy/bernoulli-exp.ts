import type { SecureBits } from '../random.js';
import { bernoulli, uniformBelow, uniformBelowBig } from './uniform.js';

/**
 * True with probability exp(−x) for a rational x at least 0, exactly, by integers only.
 * @see Canonne, Kamath, Steinke 2020, The Discrete Gaussian for Differential Privacy, algorithm 1
 */
export function bernoulliExp(bits: SecureBits, numerator: number, denominator: number): boolean {
  const rest = numerator % denominator; // exact for whole numbers up to 2^53
  for (let whole = (numerator - rest) / denominator; whole > 0; whole--) {
    if (!bernoulliExpOfCoin(bits, alwaysTrue)) return false;
  }
  return rest === 0 || bernoulliExpOfCoin(bits, () => bernoulli(bits, rest, denominator));
}

/** The same where numerator or denominator may pass 2^53. */
export function bernoulliExpBig(bits: SecureBits, numerator: bigint, denominator: bigint): boolean {
  const rest = numerator % denominator;
  for (let whole = numerator / denominator; whole > 0n; whole--) {
    if (!bernoulliExpOfCoin(bits, alwaysTrue)) return false;
  }
  return rest === 0n || bernoulliExpOfCoin(bits, () => uniformBelowBig(bits, denominator) < rest);
}

/**
 * exp(−γ) from a coin of probability γ in [0, 1]. The paper's coin γ/k is tossed as γ and then 1/k, so no product can
 * overflow.
 */
function bernoulliExpOfCoin(bits: SecureBits, coin: () => boolean): boolean {
  let k = 1;
  while (coin() && uniformBelow(bits, k) === 0) k++;
  return k % 2 === 1;
}

const alwaysTrue = (): boolean => true;
