import type { LinearParams, SparseBatch } from '../../core/learners/kernel-types.js';

/** A sparse batch as texels, laid out as `linear-shaders` reads them. */
export interface PackedBatch {
  /** [(nonZeros + touched) · 4] */
  readonly entries: Float32Array;
  /** Non-zeros of the batch: where the touched list begins, in texels. */
  readonly entryCount: number;
  /** [rows · 2 · 4] */
  readonly rows: Float32Array;
  /** Distinct indices of rows that learn, in order of first appearance. */
  readonly touched: Uint32Array;
  /** [touched], how many learning rows hold the index. */
  readonly touches: Uint32Array;
  /** Non-zeros of the longest row, at least 1. */
  readonly longestRow: number;
}

export function packBatch(params: LinearParams, batch: SparseBatch): PackedBatch {
  const { rows, offsets, indices, values, labels, sampleWeights, margins } = batch;
  const entryCount = offsets[rows]!;
  const placeOf = new Int32Array(params.weights.length).fill(-1);
  const touched = new Uint32Array(Math.min(entryCount, params.weights.length));
  const touches = new Uint32Array(touched.length);
  const packedRows = new Float32Array(rows * 8);
  const entries = new Float32Array((entryCount + touched.length) * 4);
  let touchedCount = 0;
  let longestRow = 1;
  for (let row = 0; row < rows; row++) {
    const first = offsets[row]!;
    const count = offsets[row + 1]! - first;
    longestRow = Math.max(longestRow, count);
    packedRows.set([first, count, margins[row]!, labels[row]!, sampleWeights[row]!], row * 8);
    for (let place = 0; place < count; place++) {
      const index = indices[first + place]!;
      const at = (first + place) * 4;
      entries[at] = index; // exact: below 2^24
      entries[at + 1] = values[first + place]!;
      entries[at + 2] = row;
      entries[at + 3] = place;
      if (sampleWeights[row] === 0) continue;
      if (placeOf[index] === -1) {
        placeOf[index] = touchedCount;
        touched[touchedCount++] = index;
      }
      touches[placeOf[index]!]!++;
    }
  }
  for (let place = 0; place < touchedCount; place++) entries[(entryCount + place) * 4] = touched[place]!;
  return {
    entries: entries.subarray(0, (entryCount + touchedCount) * 4),
    entryCount,
    rows: packedRows,
    touched: touched.subarray(0, touchedCount),
    touches: touches.subarray(0, touchedCount),
    longestRow,
  };
}
