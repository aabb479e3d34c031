/** The k best so far. The root is the worst of them: lowest score, and of equal scores the larger row. [size] each. */

@inline
function isWorse(score: f32, row: u32, thanScore: f32, thanRow: u32): bool {
  return score < thanScore || (score == thanScore && row > thanRow);
}

function sink(heapScores: usize, heapRows: usize, from: i32, filled: i32): void {
  const score = load<f32>(heapScores + (from << 2));
  const row = load<u32>(heapRows + (from << 2));
  let at = from;
  for (let child = 2 * at + 1; child < filled; child = 2 * at + 1) {
    let childScore = load<f32>(heapScores + (child << 2));
    let childRow = load<u32>(heapRows + (child << 2));
    if (child + 1 < filled) {
      const otherScore = load<f32>(heapScores + (child << 2), 4);
      const otherRow = load<u32>(heapRows + (child << 2), 4);
      if (isWorse(otherScore, otherRow, childScore, childRow)) {
        child += 1;
        childScore = otherScore;
        childRow = otherRow;
      }
    }
    if (!isWorse(childScore, childRow, score, row)) break;
    store<f32>(heapScores + (at << 2), childScore);
    store<u32>(heapRows + (at << 2), childRow);
    at = child;
  }
  store<f32>(heapScores + (at << 2), score);
  store<u32>(heapRows + (at << 2), row);
}

/**
 * Takes one more row, rows in rising order.
 * @returns  how many are held now
 */
export function offer(heapScores: usize, heapRows: usize, size: i32, filled: i32, score: f32, row: u32): i32 {
  if (filled < size) {
    store<f32>(heapScores + (filled << 2), score);
    store<u32>(heapRows + (filled << 2), row);
    if (filled == size - 1) for (let at = (size >> 1) - 1; at >= 0; at--) sink(heapScores, heapRows, at, size);
    return filled + 1;
  }
  if (isWorse(load<f32>(heapScores), load<u32>(heapRows), score, row)) {
    store<f32>(heapScores, score);
    store<u32>(heapRows, row);
    sink(heapScores, heapRows, 0, size);
  }
  return filled;
}

/** Best first. */
export function sortHeap(heapScores: usize, heapRows: usize, filled: i32): void {
  for (let at = (filled >> 1) - 1; at >= 0; at--) sink(heapScores, heapRows, at, filled);
  for (let last = filled - 1; last > 0; last--) {
    const score = load<f32>(heapScores);
    const row = load<u32>(heapRows);
    store<f32>(heapScores, load<f32>(heapScores + (last << 2)));
    store<u32>(heapRows, load<u32>(heapRows + (last << 2)));
    store<f32>(heapScores + (last << 2), score);
    store<u32>(heapRows + (last << 2), row);
    sink(heapScores, heapRows, 0, last);
  }
}
