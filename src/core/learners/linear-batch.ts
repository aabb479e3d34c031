import type { SparseBatch } from './kernel-types.js';

/** One example by itself. */
export interface SparseRow {
  /** Distinct, below the number of weights. */
  readonly indices: ArrayLike<number>;
  /** As long as `indices`. */
  readonly values: ArrayLike<number>;
  /** 0 or 1, or any finite number under squared loss. */
  readonly label: number;
  /** Default 1. */
  readonly sampleWeight?: number;
  /** Default 0. */
  readonly margin?: number;
}

/** Rows laid out for the linear kernels, in order. */
export function batchOfRows(rows: readonly SparseRow[]): SparseBatch {
  const offsets = new Uint32Array(rows.length + 1);
  for (const [row, { indices }] of rows.entries()) offsets[row + 1] = offsets[row]! + indices.length;
  const indices = new Uint32Array(offsets[rows.length]!);
  const values = new Float32Array(offsets[rows.length]!);
  for (const [row, each] of rows.entries()) {
    indices.set(each.indices, offsets[row]);
    values.set(each.values, offsets[row]);
  }
  return {
    rows: rows.length,
    offsets,
    indices,
    values,
    labels: Float32Array.from(rows, ({ label }) => label),
    sampleWeights: Float32Array.from(rows, ({ sampleWeight = 1 }) => sampleWeight),
    margins: Float32Array.from(rows, ({ margin = 0 }) => margin),
  };
}
