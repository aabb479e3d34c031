import type { MlpRule } from './kernel-types.js';

/**
 * Which hidden units a step leaves out: an integer hash of 32 bits from + (modulo 2^32), ·, ^ and >>> alone, so that a GPU in
 * GLSL ES 3.0 and WASM answer the same bits.
 */

/** 2^32 / golden ratio: `scramble` answers 0 for 0, and a seed of 0 is a likely one. */
const GOLDEN = 0x9e3779b9;

/** A bijection of 32 bits whose every output bit depends on every input bit: `lowbias32` (Wellons 2018, Prospecting for hash functions). */
function scramble(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * What all units of a hidden layer share in one row of one step.
 * @param step   gradient steps taken before
 * @param row    of the step's group, from 0
 * @param layer  hidden layer, from 0
 */
export function dropoutKey(seed: number, step: number, row: number, layer: number): number {
  return scramble(scramble(scramble(scramble(seed + GOLDEN) + step) + row) + layer);
}

/** A unit is left out where its bits are below the threshold. */
export function dropoutBits(key: number, unit: number): number {
  return scramble(key + unit);
}

/** dropout · 2^32, rounded down. */
export function dropoutThreshold(rule: MlpRule): number {
  return Math.floor(rule.dropout * 2 ** 32);
}
