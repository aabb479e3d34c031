import { load2, saturate, saturate2, sigmoid, store2, sum2 } from './numbers';

/**
 * `core/learners/factors.ts`. The downdate is (√c·k)(√c·k)ᵀ, so that both halves of the matrix get the same bits without a copy
 * from one to the other.
 *
 * @param inverse  [dim · dim], four readable bytes of a finite number behind it
 * @param scratch  [2 · (dim + 1)] float64: the item vector and the gain, each with one 0 behind it where dim is odd
 */
export function stepFactors(
  user: usize,
  inverse: usize,
  rows: i32,
  dim: i32,
  vectors: usize,
  labels: usize,
  sampleWeights: usize,
  margins: usize,
  scores: usize,
  scratch: usize,
  minCurvature: f64,
): void {
  const vector = scratch;
  const gain = scratch + ((<usize>((dim + 1) & ~1)) << 3);
  const width = (<usize>dim) << 2;
  for (let row = 0; row < rows; row++) {
    const source = vectors + <usize>row * width;
    let score = <f64>load<f32>(margins + (row << 2));
    for (let at = 0; at < dim; at++) {
      const value = <f64>load<f32>(source + (at << 2));
      store<f64>(vector + (at << 3), value);
      score += <f64>load<f32>(user + (at << 2)) * value;
    }
    if (dim & 1) store<f64>(vector + (dim << 3), 0);
    store<f32>(scores + (row << 2), <f32>saturate(score));
    const sampleWeight = <f64>load<f32>(sampleWeights + (row << 2));
    if (sampleWeight === 0) continue;

    let spread: f64 = 0;
    for (let at = 0; at < dim; at++) {
      const sum = product(inverse + <usize>at * width, vector, dim);
      store<f64>(gain + (at << 3), sum);
      spread += sum * load<f64>(vector + (at << 3));
    }
    if (spread < 0) spread = 0;
    const probability = sigmoid(score);
    const curvature = sampleWeight * max(probability * (1.0 - probability), minCurvature);
    const shrink = 1.0 / (1.0 + curvature * spread);
    const step = sampleWeight * (probability - <f64>load<f32>(labels + (row << 2))) * shrink;
    const root = Math.sqrt(curvature * shrink);
    for (let at = 0; at < dim; at++) {
      const each = load<f64>(gain + (at << 3));
      const place = user + (at << 2);
      store<f32>(place, <f32>saturate(<f64>load<f32>(place) - step * each));
      store<f64>(gain + (at << 3), root * each);
    }
    for (let at = 0; at < dim; at++) downdate(inverse + <usize>at * width, load<f64>(gain + (at << 3)), gain, dim);
  }
}

/** A row of the matrix times the vector. Where dim is odd the row's last partner is the next row's first number, times 0. */
@inline
function product(line: usize, vector: usize, dim: i32): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let at = 0;
  for (; at + 3 < dim; at += 4) {
    const four = v128.load(line + (at << 2));
    const high = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
    sum0 = f64x2.add(sum0, f64x2.mul(f64x2.promote_low_f32x4(four), v128.load(vector + (at << 3))));
    sum1 = f64x2.add(sum1, f64x2.mul(f64x2.promote_low_f32x4(high), v128.load(vector + (at << 3), 16)));
  }
  for (; at < dim; at += 2) sum0 = f64x2.add(sum0, f64x2.mul(load2(line + (at << 2)), v128.load(vector + (at << 3))));
  return sum2(f64x2.add(sum0, sum1));
}

/** A row of the matrix minus `own` · gain. */
@inline
function downdate(line: usize, own: f64, gain: usize, dim: i32): void {
  const factor = f64x2.splat(own);
  let at = 0;
  for (; at + 1 < dim; at += 2) {
    const place = line + (at << 2);
    store2(place, saturate2(f64x2.sub(load2(place), f64x2.mul(factor, v128.load(gain + (at << 3))))));
  }
  if (at < dim) {
    const place = line + (at << 2);
    store<f32>(place, <f32>saturate(<f64>load<f32>(place) - own * load<f64>(gain + (at << 3))));
  }
}
