import type { StoredExample } from '../profile/records.js';
import type { DenseBatch, SparseBatch } from './kernel-types.js';

/** Examples laid out for the kernels. */
export interface Batches {
  /** One row per example, in order. */
  readonly linear: SparseBatch;
  /** The examples that have a vector of `dim` numbers; null where none has. Margins are filled by `setMargins`. */
  readonly factors: DenseBatch | null;
  /** [factors.rows], the linear row of each. */
  readonly factorRows: Uint32Array;
}

/** @param dim  of the user vector; an item vector of another length is left out, never guessed at */
export function toBatches(examples: readonly StoredExample[], dim: number): Batches {
  const rows = examples.length;
  const offsets = new Uint32Array(rows + 1);
  const margins = new Float32Array(rows);
  const withVector: number[] = [];
  for (let row = 0; row < rows; row++) {
    const { indices, margin, vector } = examples[row]!;
    offsets[row + 1] = offsets[row]! + indices.length;
    margins[row] = margin;
    if (vector?.length === dim) withVector.push(row);
  }
  const indices = new Uint32Array(offsets[rows]!);
  const values = new Float32Array(offsets[rows]!);
  for (let row = 0; row < rows; row++) {
    indices.set(examples[row]!.indices, offsets[row]!);
    values.set(examples[row]!.values, offsets[row]!);
  }
  const linear = { rows, offsets, indices, values, ...columnsOf(examples), margins };
  const chosen = withVector.map((row) => examples[row]!);
  return { linear, factors: chosen.length === 0 ? null : denseOf(chosen, dim), factorRows: Uint32Array.from(withVector) };
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

/** What the linear learner says before its own step is the margin of the factors: they fit what is left over. */
export function setMargins(batches: Batches, linearScores: Float32Array): void {
  for (const [row, linearRow] of batches.factorRows.entries()) batches.factors!.margins[row] = linearScores[linearRow]!;
}
