import { SdkError } from '../errors.js';
import type { SecureBits } from '../random.js';
import { bitLength } from './rational.js';

/** Exact uniform integers and coins from bits, by rejection. */

/**
 * Uniform in 0 … n − 1.
 * @param n  whole, 1 to 2^53 − 1
 * @throws SdkError `overflow` outside
 */
export function uniformBelow(bits: SecureBits, n: number): number {
  if (!Number.isSafeInteger(n) || n < 1)
    throw new SdkError('overflow', `a uniform number below ${n} is asked for; 1 to 2^53 − 1 can be drawn`);
  if (n === 1) return 0;
  const top = n - 1;
  const width = top < 0x1_0000_0000 ? 32 - Math.clz32(top) : 64 - Math.clz32(Math.floor(top / 0x1_0000_0000));
  for (;;) {
    const drawn = width <= 32 ? bits.nextBits(width) : bits.nextBits(width - 32) * 0x1_0000_0000 + bits.nextBits(32);
    if (drawn < n) return drawn;
  }
}

/** The same without a limit, n at least 1. */
export function uniformBelowBig(bits: SecureBits, n: bigint): bigint {
  if (n <= BigInt(Number.MAX_SAFE_INTEGER)) return BigInt(uniformBelow(bits, Number(n)));
  const width = bitLength(n - 1n);
  for (;;) {
    let drawn = 0n;
    for (let wanted = width; wanted > 0; wanted -= 32) {
      const taken = Math.min(wanted, 32);
      drawn = (drawn << BigInt(taken)) | BigInt(bits.nextBits(taken));
    }
    if (drawn < n) return drawn;
  }
}

/** True with probability numerator / denominator, exactly. */
export function bernoulli(bits: SecureBits, numerator: number, denominator: number): boolean {
  return uniformBelow(bits, denominator) < numerator;
}
