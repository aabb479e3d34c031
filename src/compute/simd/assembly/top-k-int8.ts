import { offer } from './heap';
import { saturate2 } from './numbers';

/**
 * `core/learners/score-top-k-int8.ts`, four rows at a time and to the bit: products are whole numbers, so their order does not matter.
 *
 * @param query   [dim] int16, padded with 0 to a multiple of eight
 * @param codes   [rows · dim] int8, seven readable bytes behind them
 * @param scales  [rows], three readable numbers behind them, as `bias`; a bias of 0 is none
 */
export function findTopKInt8(
  query: usize,
  queryScale: f64,
  codes: usize,
  scales: usize,
  bias: usize,
  rows: i32,
  dim: i32,
  firstRow: u32,
  heapScores: usize,
  heapRows: usize,
  size: i32,
  filled: i32,
): i32 {
  const width = <usize>dim;
  const padded = <usize>((dim + 7) & ~7);
  const unit = f64x2.splat(queryScale);
  let threshold = f32x4.splat(filled < size ? -Infinity : load<f32>(heapScores));
  for (let row = 0; row < rows; row += 4) {
    const left = rows - row;
    const line0 = codes + <usize>row * width;
    const line1 = left > 1 ? line0 + width : line0;
    const line2 = left > 2 ? line1 + width : line0;
    const line3 = left > 3 ? line2 + width : line0;
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    for (let at: usize = 0; at < padded; at += 8) {
      const part = v128.load(query + (at << 1));
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(part, v128.load8x8_s(line0 + at)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(part, v128.load8x8_s(line1 + at)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(part, v128.load8x8_s(line2 + at)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(part, v128.load8x8_s(line3 + at)));
    }
    const low = i32x4.add(v128.shuffle<i32>(sum0, sum1, 0, 4, 1, 5), v128.shuffle<i32>(sum0, sum1, 2, 6, 3, 7));
    const high = i32x4.add(v128.shuffle<i32>(sum2, sum3, 0, 4, 1, 5), v128.shuffle<i32>(sum2, sum3, 2, 6, 3, 7));
    const dots = i32x4.add(v128.shuffle<i32>(low, high, 0, 1, 4, 5), v128.shuffle<i32>(low, high, 2, 3, 6, 7));
    const scores = v128.shuffle<f32>(
      half(dots, unit, scales, bias, row),
      half(v128.shuffle<i32>(dots, dots, 2, 3, 2, 3), unit, scales, bias, row + 2),
      0,
      1,
      4,
      5,
    );
    if (!v128.any_true(f32x4.gt(scores, threshold))) continue;
    filled = offer(heapScores, heapRows, size, filled, f32x4.extract_lane(scores, 0), firstRow + row);
    if (left > 1) filled = offer(heapScores, heapRows, size, filled, f32x4.extract_lane(scores, 1), firstRow + row + 1);
    if (left > 2) filled = offer(heapScores, heapRows, size, filled, f32x4.extract_lane(scores, 2), firstRow + row + 2);
    if (left > 3) filled = offer(heapScores, heapRows, size, filled, f32x4.extract_lane(scores, 3), firstRow + row + 3);
    if (filled == size) threshold = f32x4.splat(load<f32>(heapScores));
  }
  return filled;
}

/** Scores of two rows from the low two dots. */
@inline
function half(dots: v128, unit: v128, scales: usize, bias: usize, row: i32): v128 {
  const scale = f64x2.promote_low_f32x4(v128.load64_zero(scales + (row << 2)));
  let scores = f64x2.mul(f64x2.mul(f64x2.convert_low_i32x4_s(dots), scale), unit);
  if (bias !== 0) scores = f64x2.add(scores, f64x2.promote_low_f32x4(v128.load64_zero(bias + (row << 2))));
  return f32x4.demote_f64x2_zero(saturate2(scores));
}
