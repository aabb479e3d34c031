import type { ItemMatrix, TopK } from './kernel-types.js';
import { saturate } from './saturate.js';

/**
 * The k items with the largest bias + query·vector, best first, ties by the smaller row. A heap of k keeps the pass over a
 * large catalogue linear. Sums are float64, compared as the Float32 they are answered in, so every engine breaks ties alike.
 *
 * @param query  [dim]
 * @param k      fewer are answered where there are fewer rows
 * @returns      new memory
 */
export function scoreTopK(query: Float32Array, items: ItemMatrix, k: number): TopK {
  const { rows, dim, vectors, bias } = items;
  const size = Math.max(0, Math.min(Math.floor(k), rows));
  const heapRows = new Uint32Array(size);
  const heapScores = new Float32Array(size);
  // The root is the worst kept item: lowest score, and of equal scores the larger row.
  const sink = (from: number, filled: number): void => {
    const row = heapRows[from]!;
    const score = heapScores[from]!;
    let at = from;
    for (let child = 2 * at + 1; child < filled; child = 2 * at + 1) {
      if (child + 1 < filled && isWorse(heapScores[child + 1]!, heapRows[child + 1]!, heapScores[child]!, heapRows[child]!)) child += 1;
      if (!isWorse(heapScores[child]!, heapRows[child]!, score, row)) break;
      heapRows[at] = heapRows[child]!;
      heapScores[at] = heapScores[child]!;
      at = child;
    }
    heapRows[at] = row;
    heapScores[at] = score;
  };
  for (let row = 0; row < rows; row++) {
    let sum = bias ? bias[row]! : 0;
    const base = row * dim;
    for (let at = 0; at < dim; at++) sum += query[at]! * vectors[base + at]!;
    const score = Math.fround(saturate(sum));
    if (row < size) {
      heapRows[row] = row;
      heapScores[row] = score;
      if (row === size - 1) for (let at = (size >> 1) - 1; at >= 0; at--) sink(at, size);
    } else if (size > 0 && isWorse(heapScores[0]!, heapRows[0]!, score, row)) {
      heapRows[0] = row;
      heapScores[0] = score;
      sink(0, size);
    }
  }
  for (let last = size - 1; last > 0; last--) {
    const row = heapRows[0]!;
    const score = heapScores[0]!;
    heapRows[0] = heapRows[last]!;
    heapScores[0] = heapScores[last]!;
    heapRows[last] = row;
    heapScores[last] = score;
    sink(0, last);
  }
  return { rows: heapRows, scores: heapScores };
}

function isWorse(score: number, row: number, thanScore: number, thanRow: number): boolean {
  return score < thanScore || (score === thanScore && row > thanRow);
}
