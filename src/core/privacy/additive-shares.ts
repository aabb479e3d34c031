import { SdkError } from '../errors.js';

/**
 * Two-party additive shares modulo 2^k, k at most 32: the leader's share is x − helper's share. Either alone is uniform;
 * sums of shares are shares of the sum.
 */

/** @param bits  k, 2 to 32 */
export function modulusMask(bits: number): number {
  if (!Number.isInteger(bits) || bits < 2 || bits > 32) throw new SdkError('invalid-options', `modulus bits are 2 to 32, got ${bits}`);
  return bits === 32 ? 0xffff_ffff : 2 ** bits - 1;
}

/** [n] leader's shares. @param helper  [n], uniform below 2^bits */
export function leaderShare(vector: Int32Array, helper: Uint32Array, bits: number): Uint32Array<ArrayBuffer> {
  const mask = modulusMask(bits);
  return Uint32Array.from(vector, (value, at) => (value - helper[at]!) & mask).map((value) => (value & mask) >>> 0);
}

/** Adds a share to a running sum, in place. */
export function addShare(sum: Uint32Array, share: Uint32Array, bits: number): void {
  if (share.length !== sum.length)
    throw new SdkError('invalid-options', `a share of ${sum.length} numbers is expected, got ${share.length}`);
  const mask = modulusMask(bits);
  for (let at = 0; at < sum.length; at++) sum[at] = ((sum[at]! + share[at]!) & mask) >>> 0;
}

/** The sum that both sums are shares of, as signed representatives in [−2^(k−1), 2^(k−1)). */
export function openShares(leaderSum: Uint32Array, helperSum: Uint32Array, bits: number): Int32Array<ArrayBuffer> {
  const mask = modulusMask(bits);
  const shift = 32 - bits;
  return Int32Array.from(leaderSum, (value, at) => (((value + helperSum[at]!) & mask) << shift) >> shift);
}
