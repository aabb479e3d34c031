import { SdkError } from '../core/errors.js';
import type { GaussianMechanism, Policy, VoteMechanism } from './policy.js';
import { sizeClasses } from './report-frame.js';

/**
 * What is inside the seal: a vote as a bitmap (cell c is bit c mod 8 of byte c ÷ 8), or a vector of little-endian two's
 * complement integers in grid units. Both are zero-padded to a size class, so one policy has one size.
 */

/** Bytes of the opened payload under this policy. */
export function payloadBytes(policy: Pick<Policy, 'block' | 'mechanism'>): number {
  const { block, mechanism } = policy;
  if (mechanism.kind === 'gaussian') return sizeClassOf((mechanism.dim * mechanism.bits) / 8);
  if (block.kind !== 'taste') throw new SdkError('invalid-options', 'a vote needs a taste block with its cells');
  return sizeClassOf(Math.ceil(block.cells.length / 8));
}

/**
 * @param subset  distinct cells, each from 0 to cells − 1, in any order
 * @param cells   J
 * @throws SdkError `out-of-range` for a cell outside or named twice
 */
export function encodeVotePayload(subset: readonly number[], cells: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeClassOf(Math.ceil(cells / 8)));
  for (const cell of subset) {
    if (!Number.isInteger(cell) || cell < 0 || cell >= cells) throw new SdkError('out-of-range', `cell ${cell} of ${cells}`);
    const bit = 1 << (cell & 7);
    if ((bytes[cell >> 3]! & bit) !== 0) throw new SdkError('out-of-range', `cell ${cell} is named twice`);
    bytes[cell >> 3]! |= bit;
  }
  return bytes;
}

/**
 * @returns the cells of the subset, ascending
 * @throws SdkError `bad-dimension` (length), `bad-frame` (bits after the last cell), `out-of-range` (not exactly w cells)
 */
export function decodeVotePayload(bytes: Uint8Array, mechanism: VoteMechanism, cells: number): readonly number[] {
  expectBytes(bytes.length, sizeClassOf(Math.ceil(cells / 8)));
  const subset: number[] = [];
  for (let cell = 0; cell < bytes.length * 8; cell++) {
    if ((bytes[cell >> 3]! & (1 << (cell & 7))) === 0) continue;
    if (cell >= cells) throw new SdkError('bad-frame', `bit ${cell} is set; there are ${cells} cells`);
    subset.push(cell);
  }
  if (subset.length !== mechanism.subsetSize) {
    throw new SdkError('out-of-range', `the vote names ${subset.length} cells, expected exactly ${mechanism.subsetSize}`);
  }
  return subset;
}

/**
 * @param values  [dim], grid units
 * @throws SdkError `out-of-range` where a value does not fit the bits; the client checks before and never wraps around
 */
export function encodeVectorPayload(values: Int32Array, bits: GaussianMechanism['bits']): Uint8Array<ArrayBuffer> {
  const width = bits / 8;
  const bytes = new Uint8Array(sizeClassOf(values.length * width));
  values.forEach((value, row) => {
    if (value < -(2 ** (bits - 1)) || value >= 2 ** (bits - 1)) throw new SdkError('out-of-range', `${value} does not fit ${bits} bits`);
    for (let byte = 0; byte < width; byte++) bytes[row * width + byte] = value >> (8 * byte);
  });
  return bytes;
}

/**
 * @returns [dim], grid units, each within `vectorRange`
 * @throws SdkError `bad-dimension` (length), `bad-frame` (padding not zero), `out-of-range`
 */
export function decodeVectorPayload(bytes: Uint8Array, mechanism: GaussianMechanism): Int32Array<ArrayBuffer> {
  const width = mechanism.bits / 8;
  expectBytes(bytes.length, sizeClassOf(mechanism.dim * width));
  if (bytes.subarray(mechanism.dim * width).some((byte) => byte !== 0)) throw new SdkError('bad-frame', 'bytes after the last coordinate');
  const values = new Int32Array(mechanism.dim);
  const limit = vectorRange(mechanism);
  for (let row = 0; row < mechanism.dim; row++) {
    let value = 0;
    for (let byte = 0; byte < width; byte++) value |= bytes[row * width + byte]! << (8 * byte);
    const unused = 32 - mechanism.bits;
    values[row] = (value << unused) >> unused; // sign extension
    if (Math.abs(values[row]!) > limit)
      throw new SdkError('out-of-range', `coordinate ${row} is ${values[row]!}, at most ±${limit} is plausible`);
  }
  return values;
}

/**
 * The largest |coordinate| that is believed: bound + 12 σ, or what the bits hold. An honest device exceeds it with
 * probability below 4e-33 a coordinate; without it one device could move a 32-bit mean anywhere.
 */
export function vectorRange(mechanism: GaussianMechanism): number {
  const sigma = (mechanism.bound * mechanism.sigmaNumerator) / mechanism.sigmaDenominator;
  return Math.min(2 ** (mechanism.bits - 1) - 1, mechanism.bound + Math.ceil(12 * sigma));
}

function sizeClassOf(bytes: number): number {
  const sizeClass = sizeClasses.find((known) => known >= bytes);
  if (sizeClass === undefined)
    throw new SdkError('bad-dimension', `a payload of ${bytes} bytes, at most ${sizeClasses.at(-1)} are carried`);
  return sizeClass;
}

function expectBytes(got: number, expected: number): void {
  if (got !== expected) throw new SdkError('bad-dimension', `payload of ${got} bytes, expected ${expected}`);
}
