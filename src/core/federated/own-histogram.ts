import { uniformBelow } from '../privacy/uniform.js';
import type { SecureBits } from '../random.js';
import { cellFinder } from './cells.js';

/** The part of the profile that a taste round asks about: how the shopper's yeses lie over the policy's cells. */

/**
 * @param masses  decayed mass per first category, '' for none (`tasteHistogram` of the profile)
 * @returns       [J], sums to 1; all zero where the profile says nothing
 */
export function ownHistogram(masses: ReadonlyMap<string, number>, cells: readonly { readonly name: string }[]): Float64Array<ArrayBuffer> {
  const cellOf = cellFinder(cells);
  const histogram = new Float64Array(cells.length);
  let total = 0;
  for (const [category, mass] of masses) {
    if (!(mass > 0) || mass === Infinity) continue;
    const cell = cellOf(category === '' ? undefined : [category]);
    histogram[cell] = histogram[cell]! + mass;
    total += mass;
  }
  if (total > 0) histogram.forEach((mass, cell) => (histogram[cell] = mass / total));
  return histogram;
}

/**
 * Draws the cell that a vote is about, with its share of the histogram (in units of 2^-32); a uniform cell for a profile
 * that says nothing, so that silence looks like any other vote. Privacy does not rest on this draw.
 */
export function sampleCell(histogram: ArrayLike<number>, bits: SecureBits): number {
  const weights = Array.from(histogram, (share) => (share > 0 ? Math.floor(share * 0x1_0000_0000) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return uniformBelow(bits, weights.length);
  return weightedChoice(weights, bits);
}

/**
 * Index with probability weight / sum, exactly.
 * @param weights  whole, at least 0, their sum 1 to 2^53 − 1
 */
export function weightedChoice(weights: readonly number[], bits: SecureBits): number {
  let rest = uniformBelow(
    bits,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  for (const [index, weight] of weights.entries()) {
    if (rest < weight) return index;
    rest -= weight;
  }
  return weights.length - 1; // never: rest is below the sum
}
