import type { LinearParams, SparseBatch } from '../../core/learners/kernel-types.js';

/** What a batch changes. */
export interface Touched {
  /** Distinct indices of rows that learn, in order of first appearance. */
  readonly touched: Uint32Array;
  /** [touched], how many learning rows hold the index. */
  readonly touches: Uint32Array;
}

/** Rows that are learned on one working set: the weights that any of them holds, side by side. */
export interface Chunk {
  readonly firstRow: number;
  readonly rows: number;
  /** [members], weights of the working set by their place in the parameters */
  readonly members: Uint32Array;
  /** [nonZeros · 2]: (place in the working set, value) */
  readonly entries: Float32Array;
  /** [rows · 2 · 4]: (first entry, entries, margin, label), (sample weight, −, −, −) */
  readonly rowTexels: Float32Array;
  /** [rows · members · 2]: (1 where the row holds the member, its value) */
  readonly grid: Float32Array;
}

/**
 * Cells of a chunk's grid: 64 rows of a dense 256, 16 rows of 60 non-zeros that share nothing. More would make each row's pass
 * over the state longer, fewer would gather and scatter more often; between 2^13 and 2^15 a software renderer hardly cares.
 */
const MOST_CELLS = 2 ** 14;

/** A sparse batch as texels, laid out as `linear-shaders` reads them. */
export function packChunks(params: LinearParams, batch: SparseBatch): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let row = 0; row < batch.rows;) {
    const chunk = packChunk(batch, row, params.weights.length);
    chunks.push(chunk);
    row += chunk.rows;
  }
  return chunks;
}

export function findTouched(params: LinearParams, { rows, offsets, indices, sampleWeights }: SparseBatch): Touched {
  const places = new Int32Array(params.weights.length).fill(-1);
  const touched: number[] = [];
  const touches: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (sampleWeights[row] === 0) continue;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const index = indices[at]!;
      if (places[index] === -1) {
        places[index] = touched.length;
        touched.push(index);
        touches.push(0);
      }
      touches[places[index]!]!++;
    }
  }
  return { touched: Uint32Array.from(touched), touches: Uint32Array.from(touches) };
}

function packChunk(batch: SparseBatch, firstRow: number, size: number): Chunk {
  const { offsets, indices, values } = batch;
  const places = new Int32Array(size).fill(-1);
  const members: number[] = [];
  let rows = 0;
  for (let row = firstRow; row < batch.rows; row++) {
    const before = members.length;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const index = indices[at]!;
      if (places[index] === -1) places[index] = members.push(index) - 1;
    }
    if (rows > 0 && (rows + 1) * members.length > MOST_CELLS) {
      members.length = before; // this row begins the next chunk
      break;
    }
    rows++;
  }
  const first = offsets[firstRow]!;
  const entryCount = offsets[firstRow + rows]! - first;
  const entries = new Float32Array(entryCount * 2);
  const rowTexels = new Float32Array(rows * 8);
  const grid = new Float32Array(rows * members.length * 2);
  for (let row = 0; row < rows; row++) {
    const from = firstRow + row;
    const start = offsets[from]!;
    const end = offsets[from + 1]!;
    rowTexels.set([start - first, end - start, batch.margins[from]!, batch.labels[from]!, batch.sampleWeights[from]!], row * 8);
    for (let at = start; at < end; at++) {
      const place = places[indices[at]!]!;
      entries[2 * (at - first)] = place; // exact: below 2^24
      entries[2 * (at - first) + 1] = values[at]!;
      const cell = 2 * (row * members.length + place);
      grid[cell] = 1;
      grid[cell + 1] = values[at]!;
    }
  }
  return { firstRow, rows, members: Uint32Array.from(members), entries, rowTexels, grid };
}
