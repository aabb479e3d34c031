import { SdkError } from '../errors.js';
import type { SecureBits } from '../random.js';
import { bernoulliExp } from './bernoulli-exp.js';
import { uniformBelow } from './uniform.js';

/**
 * A whole number y with probability proportional to exp(−|y| · scaleDenominator / scaleNumerator).
 * @throws SdkError `overflow` where the draw would pass 2^53 (its probability is below exp(−2^53 / scaleNumerator))
 * @see Canonne, Kamath, Steinke 2020, algorithm 2
 */
export function discreteLaplace(bits: SecureBits, scaleNumerator: number, scaleDenominator: number): number {
  for (;;) {
    const low = uniformBelow(bits, scaleNumerator);
    if (!bernoulliExp(bits, low, scaleNumerator)) continue;
    let turns = 0;
    while (bernoulliExp(bits, 1, 1)) turns++;
    const distance = low + scaleNumerator * turns;
    if (!Number.isSafeInteger(distance)) throw new SdkError('overflow', `a discrete Laplace draw of scale ${scaleNumerator} passed 2^53`);
    const magnitude = Math.floor(distance / scaleDenominator);
    const isNegative = bits.nextBits(1) === 1;
    if (isNegative && magnitude === 0) continue; // zero would count twice
    return isNegative ? -magnitude : magnitude;
  }
}
