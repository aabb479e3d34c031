import type { StoredExample } from '../profile/records.js';
import type { DenseBatch, SparseBatch } from './kernel-types.js';

/** Examples laid out for the kernels. */
export interface Batches {
  /** One row per example, in order. */
  readonly linear: SparseBatch;
  /** The examples that have a vector of `dim` numbers; null where none has. Margins are filled by `setMargins`. */
  readonly factors: DenseBatch | null;
  /** [linear.rows + 1], how many rows of the factors lie before each row; counted from anywhere. */
  readonly factorsBefore: Uint32Array;
}

/** @param dim  of the user vector; an item vector of another length is left out, never guessed at */
export function toBatches(examples: readonly StoredExample[], dim: number): Batches {
  const rows = examples.length;
  const offsets = new Uint32Array(rows + 1);
  const margins = new Float32Array(rows);
  const factorsBefore = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    const { indices, margin, vector } = examples[row]!;
    offsets[row + 1] = offsets[row]! + indices.length;
    margins[row] = margin;
    factorsBefore[row + 1] = factorsBefore[row]! + Number(vector?.length === dim);
  }
  const indices = new Uint32Array(offsets[rows]!);
  const values = new Float32Array(offsets[rows]!);
  for (let row = 0; row < rows; row++) {
    indices.set(examples[row]!.indices, offsets[row]!);
    values.set(examples[row]!.values, offsets[row]!);
  }
  const linear = { rows, offsets, indices, values, ...columnsOf(examples), margins };
  const chosen = examples.filter(({ vector }) => vector?.length === dim);
  return { linear, factors: chosen.length === 0 ? null : denseOf(chosen, dim), factorsBefore };
}

function columnsOf(examples: readonly StoredExample[]): Pick<SparseBatch, 'labels' | 'sampleWeights'> {
  const labels = new Float32Array(examples.length);
  const sampleWeights = new Float32Array(examples.length);
  for (let row = 0; row < examples.length; row++) {
    labels[row] = examples[row]!.label;
    sampleWeights[row] = examples[row]!.sampleWeight;
  }
  return { labels, sampleWeights };
}

/** All of `chosen` have a vector of `dim` numbers. */
function denseOf(chosen: readonly StoredExample[], dim: number): DenseBatch {
  const vectors = new Float32Array(chosen.length * dim);
  for (let row = 0; row < chosen.length; row++) vectors.set(chosen[row]!.vector!, row * dim);
  return { rows: chosen.length, dim, vectors, ...columnsOf(chosen), margins: new Float32Array(chosen.length) };
}

/** Rows `from` to below `to`, in the same memory: a long log is laid out once and learned record by record. */
export function rowsOf({ linear, factors, factorsBefore }: Batches, from: number, to: number): Batches {
  const start = factorsBefore[from]! - factorsBefore[0]!;
  const end = factorsBefore[to]! - factorsBefore[0]!;
  return {
    linear: { ...cut(linear, from, to), offsets: linear.offsets.subarray(from, to + 1) },
    factors:
      start === end ? null : { ...cut(factors!, start, end), vectors: factors!.vectors.subarray(start * factors!.dim, end * factors!.dim) },
    factorsBefore: factorsBefore.subarray(from, to + 1),
  };
}

function cut<Batch extends SparseBatch | DenseBatch>(batch: Batch, from: number, to: number): Batch {
  const { labels, sampleWeights, margins } = batch;
  return {
    ...batch,
    rows: to - from,
    labels: labels.subarray(from, to),
    sampleWeights: sampleWeights.subarray(from, to),
    margins: margins.subarray(from, to),
  };
}

/** What the linear learner says before its own step is the margin of the factors: they fit what is left over. */
export function setMargins(batches: Batches, linearScores: Float32Array): void {
  const { linear, factors, factorsBefore } = batches;
  for (let row = 0; row < linear.rows; row++)
    if (factorsBefore[row + 1] !== factorsBefore[row]) factors!.margins[factorsBefore[row]! - factorsBefore[0]!] = linearScores[row]!;
}
