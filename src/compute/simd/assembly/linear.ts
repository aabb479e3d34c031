import { clampGradient, clampGradient2, saturate, saturate2, sigmoid, load2, sum2 } from './numbers';

/**
 * `core/learners/linear.ts`, AdaGrad or plain SGD. The weights of a row lie anywhere, so they are gathered two at a time; square roots and
 * divisions, which take most of the time, are then done in pairs.
 *
 * @param offsets  [rows + 1], into `indices` and `values` as they were before the caller cut out a slice: the first is its start
 */
export function stepLinear(
  weights: usize,
  accumulators: usize,
  rows: i32,
  offsets: usize,
  indices: usize,
  values: usize,
  labels: usize,
  sampleWeights: usize,
  margins: usize,
  scores: usize,
  isSquared: bool,
  isPlain: bool,
  learningRate: f64,
  l2: f64,
  epsilon: f64,
): void {
  const first = load<u32>(offsets);
  for (let row = 0; row < rows; row++) {
    const start = (<usize>(load<u32>(offsets + (row << 2)) - first)) << 2;
    const end = (<usize>(load<u32>(offsets + (row << 2), 4) - first)) << 2;
    let score = <f64>load<f32>(margins + (row << 2));
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let at = start;
    for (; at + 12 < end; at += 16) {
      const pair0 = gather(weights, load<u32>(indices + at), load<u32>(indices + at, 4));
      const pair1 = gather(weights, load<u32>(indices + at, 8), load<u32>(indices + at, 12));
      sum0 = f64x2.add(sum0, f64x2.mul(pair0, load2(values + at)));
      sum1 = f64x2.add(sum1, f64x2.mul(pair1, load2(values + at + 8)));
    }
    for (; at + 4 < end; at += 8) {
      const pair = gather(weights, load<u32>(indices + at), load<u32>(indices + at, 4));
      sum0 = f64x2.add(sum0, f64x2.mul(pair, load2(values + at)));
    }
    score += sum2(f64x2.add(sum0, sum1));
    if (at < end) score += <f64>load<f32>(weights + ((<usize>load<u32>(indices + at)) << 2)) * <f64>load<f32>(values + at);
    store<f32>(scores + (row << 2), <f32>saturate(score));
    const sampleWeight = <f64>load<f32>(sampleWeights + (row << 2));
    if (sampleWeight === 0) continue;
    const prediction = isSquared ? score : sigmoid(score);
    const slope = sampleWeight * (prediction - <f64>load<f32>(labels + (row << 2)));
    if (isPlain) descendPlain(weights, indices, values, start, end, slope, learningRate, l2);
    else descend(weights, accumulators, indices, values, start, end, slope, learningRate, l2, epsilon);
  }
}

/** Two float32 from anywhere, as float64. */
@inline
function gather(base: usize, index0: u32, index1: u32): v128 {
  const pair = v128.load32_lane(base + ((<usize>index1) << 2), v128.load32_zero(base + ((<usize>index0) << 2)), 1);
  return f64x2.promote_low_f32x4(pair);
}

@inline
function scatter(base: usize, index0: u32, index1: u32, values: v128): void {
  const pair = f32x4.demote_f64x2_zero(values);
  v128.store32_lane(base + ((<usize>index0) << 2), pair, 0);
  v128.store32_lane(base + ((<usize>index1) << 2), pair, 1);
}

@inline
function descend(
  weights: usize,
  accumulators: usize,
  indices: usize,
  values: usize,
  start: usize,
  end: usize,
  slope: f64,
  learningRate: f64,
  l2: f64,
  epsilon: f64,
): void {
  let at = start;
  for (; at + 4 < end; at += 8) {
    const index0 = load<u32>(indices + at);
    const index1 = load<u32>(indices + at, 4);
    const weight = gather(weights, index0, index1);
    const value = f64x2.promote_low_f32x4(v128.load64_zero(values + at));
    const gradient = clampGradient2(f64x2.add(f64x2.mul(f64x2.splat(slope), value), f64x2.mul(f64x2.splat(l2), weight)));
    const accumulator = f64x2.add(gather(accumulators, index0, index1), f64x2.mul(gradient, gradient));
    const scale = f64x2.add(f64x2.sqrt(accumulator), f64x2.splat(epsilon));
    const step = f64x2.div(f64x2.mul(f64x2.splat(learningRate), gradient), scale);
    scatter(accumulators, index0, index1, saturate2(accumulator));
    // Where the scale is 0 the step is 0/0.
    const isReal = f64x2.gt(scale, f64x2.splat(0));
    scatter(weights, index0, index1, saturate2(f64x2.sub(weight, v128.and(step, isReal))));
  }
  if (at < end) {
    const index = (<usize>load<u32>(indices + at)) << 2;
    const weight = <f64>load<f32>(weights + index);
    const gradient = clampGradient(slope * <f64>load<f32>(values + at) + l2 * weight);
    const accumulator = <f64>load<f32>(accumulators + index) + gradient * gradient;
    const scale = Math.sqrt(accumulator) + epsilon;
    store<f32>(accumulators + index, <f32>saturate(accumulator));
    if (scale > 0) store<f32>(weights + index, <f32>saturate(weight - (learningRate * gradient) / scale));
  }
}

@inline
function descendPlain(
  weights: usize,
  indices: usize,
  values: usize,
  start: usize,
  end: usize,
  slope: f64,
  learningRate: f64,
  l2: f64,
): void {
  let at = start;
  for (; at + 4 < end; at += 8) {
    const index0 = load<u32>(indices + at);
    const index1 = load<u32>(indices + at, 4);
    const weight = gather(weights, index0, index1);
    const gradient = clampGradient2(f64x2.add(f64x2.mul(f64x2.splat(slope), load2(values + at)), f64x2.mul(f64x2.splat(l2), weight)));
    scatter(weights, index0, index1, saturate2(f64x2.sub(weight, f64x2.mul(f64x2.splat(learningRate), gradient))));
  }
  if (at < end) {
    const index = (<usize>load<u32>(indices + at)) << 2;
    const weight = <f64>load<f32>(weights + index);
    const gradient = clampGradient(slope * <f64>load<f32>(values + at) + l2 * weight);
    store<f32>(weights + index, <f32>saturate(weight - learningRate * gradient));
  }
}
