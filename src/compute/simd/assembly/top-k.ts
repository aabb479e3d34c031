import { offer } from './heap';
import { saturate } from './numbers';

const LARGEST: f32 = 3.4028234663852886e38;

/**
 * Finds the k best of `core/learners/score-top-k.ts`, four rows at a time. Sums are float32 here, which decides only between rows that
 * are equal to six digits; the caller computes the scores of those found again.
 *
 * @param query     [dim], padded with 0 to a multiple of four
 * @param vectors   [rows · dim], a dozen readable bytes of finite numbers behind them
 * @param bias      0 for none
 * @param firstRow  number of the first row, for catalogues that come in slices
 * @param filled    how many the heap holds from slices before
 * @returns         how many it holds now
 */
export function findTopK(
  query: usize,
  vectors: usize,
  bias: usize,
  rows: i32,
  dim: i32,
  firstRow: u32,
  heapScores: usize,
  heapRows: usize,
  size: i32,
  filled: i32,
): i32 {
  const width = (<usize>dim) << 2;
  const padded = (<usize>((dim + 3) & ~3)) << 2;
  let threshold = f32x4.splat(filled < size ? -Infinity : load<f32>(heapScores));
  for (let row = 0; row < rows; row += 4) {
    // The last group may be short: its missing rows repeat the first one and are not looked at.
    const left = rows - row;
    const line0 = vectors + <usize>row * width;
    const line1 = left > 1 ? line0 + width : line0;
    const line2 = left > 2 ? line1 + width : line0;
    const line3 = left > 3 ? line2 + width : line0;
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    let sum3 = f32x4.splat(0);
    for (let at: usize = 0; at < padded; at += 16) {
      const part = v128.load(query + at);
      sum0 = f32x4.add(sum0, f32x4.mul(part, v128.load(line0 + at)));
      sum1 = f32x4.add(sum1, f32x4.mul(part, v128.load(line1 + at)));
      sum2 = f32x4.add(sum2, f32x4.mul(part, v128.load(line2 + at)));
      sum3 = f32x4.add(sum3, f32x4.mul(part, v128.load(line3 + at)));
    }
    const low = f32x4.add(v128.shuffle<f32>(sum0, sum1, 0, 4, 1, 5), v128.shuffle<f32>(sum0, sum1, 2, 6, 3, 7));
    const high = f32x4.add(v128.shuffle<f32>(sum2, sum3, 0, 4, 1, 5), v128.shuffle<f32>(sum2, sum3, 2, 6, 3, 7));
    let scores = f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
    if (bias !== 0) scores = f32x4.add(scores, v128.load(bias + (row << 2)));
    // What overflowed is looked at too: NaN compares as false.
    const isLow = v128.and(f32x4.le(scores, threshold), f32x4.ge(scores, f32x4.splat(-LARGEST)));
    if (i32x4.all_true(isLow)) continue;
    filled = offerOne(query, line0, bias, row, dim, firstRow, f32x4.extract_lane(scores, 0), heapScores, heapRows, size, filled);
    if (left > 1)
      filled = offerOne(query, line1, bias, row + 1, dim, firstRow, f32x4.extract_lane(scores, 1), heapScores, heapRows, size, filled);
    if (left > 2)
      filled = offerOne(query, line2, bias, row + 2, dim, firstRow, f32x4.extract_lane(scores, 2), heapScores, heapRows, size, filled);
    if (left > 3)
      filled = offerOne(query, line3, bias, row + 3, dim, firstRow, f32x4.extract_lane(scores, 3), heapScores, heapRows, size, filled);
    if (filled == size) threshold = f32x4.splat(load<f32>(heapScores));
  }
  return filled;
}

function offerOne(
  query: usize,
  line: usize,
  bias: usize,
  row: i32,
  dim: i32,
  firstRow: u32,
  approximate: f32,
  heapScores: usize,
  heapRows: usize,
  size: i32,
  filled: i32,
): i32 {
  let score = approximate;
  if (!(abs(score) <= LARGEST)) {
    let sum: f64 = bias !== 0 ? <f64>load<f32>(bias + (row << 2)) : 0;
    for (let at = 0; at < dim; at++) sum += <f64>load<f32>(query + (at << 2)) * <f64>load<f32>(line + (at << 2));
    score = <f32>saturate(sum);
  }
  return offer(heapScores, heapRows, size, filled, score, firstRow + row);
}
