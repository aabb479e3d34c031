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
  for (const [row, example] of examples.entries()) offsets[row + 1] = offsets[row]! + example.indices.length;
  const indices = new Uint32Array(offsets[rows]!);
  const values = new Float32Array(offsets[rows]!);
  for (const [row, example] of examples.entries()) {
    indices.set(example.indices, offsets[row]!);
    values.set(example.values, offsets[row]!);
  }
  const factorRows = Uint32Array.from([...examples.keys()].filter((row) => examples[row]!.vector?.length === dim));
  const linear = {
    rows,
    offsets,
    indices,
    values,
    ...columnsOf(examples),
    margins: Float32Array.from(examples, (example) => example.margin),
  };
  return { linear, factors: factorRows.length === 0 ? null : denseOf(examples, factorRows, dim), factorRows };
}

function columnsOf(examples: readonly StoredExample[]): Pick<SparseBatch, 'labels' | 'sampleWeights'> {
  return {
    labels: Float32Array.from(examples, (example) => example.label),
    sampleWeights: Float32Array.from(examples, (example) => example.sampleWeight),
  };
}

function denseOf(examples: readonly StoredExample[], factorRows: Uint32Array, dim: number): DenseBatch {
  const chosen = Array.from(factorRows, (row) => examples[row]!);
  const vectors = new Float32Array(chosen.length * dim);
  for (const [row, example] of chosen.entries()) vectors.set(example.vector!, row * dim); // chosen because they have one
  return { rows: chosen.length, dim, vectors, ...columnsOf(chosen), margins: new Float32Array(chosen.length) };
}

/** What the linear learner says before its own step is the margin of the factors: they fit what is left over. */
export function setMargins(batches: Batches, linearScores: Float32Array): void {
  for (const [row, linearRow] of batches.factorRows.entries()) batches.factors!.margins[row] = linearScores[linearRow]!;
}
