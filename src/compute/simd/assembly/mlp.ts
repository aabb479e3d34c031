import { clampGradient, clampGradient2, descend1, descend2, load2, saturate, saturate2, sigmoid, store2, sum2 } from './numbers';

/** The passes of `core/learners/mlp.ts` for one group of rows. Activations and slopes are float64, [rows · units]. */

/**
 * outputs = W inputs + b, saturated; with ReLU in hidden layers.
 * @param weights  [outputs · inputs] and [outputs], a readable number behind them
 */
export function forwardLayer(weights: usize, inputs: i32, outputs: i32, rows: i32, from: usize, to: usize, isHidden: bool): void {
  const lineWidth = (<usize>inputs) << 2;
  const fromWidth = (<usize>inputs) << 3;
  const biases = weights + lineWidth * <usize>outputs;
  for (let output = 0; output < outputs; output++) {
    const line = weights + lineWidth * <usize>output;
    const bias = <f64>load<f32>(biases + (output << 2));
    for (let row = 0; row < rows; row += 4) {
      // The last rows may be fewer: the missing ones repeat the first.
      const row1 = row + 1 < rows ? row + 1 : row;
      const row2 = row + 2 < rows ? row + 2 : row;
      const row3 = row + 3 < rows ? row + 3 : row;
      const from0 = from + fromWidth * <usize>row;
      if (row + 1 >= rows) {
        put(to, row, outputs, output, bias + product(line, from0, inputs), isHidden);
        break;
      }
      const from1 = from + fromWidth * <usize>row1;
      const from2 = from + fromWidth * <usize>row2;
      const from3 = from + fromWidth * <usize>row3;
      let sums0 = f64x2.splat(0);
      let sums1 = f64x2.splat(0);
      let sums2 = f64x2.splat(0);
      let sums3 = f64x2.splat(0);
      let at = 0;
      for (; at + 1 < inputs; at += 2) {
        const pair = load2(line + (at << 2));
        sums0 = f64x2.add(sums0, f64x2.mul(pair, v128.load(from0 + (at << 3))));
        sums1 = f64x2.add(sums1, f64x2.mul(pair, v128.load(from1 + (at << 3))));
        sums2 = f64x2.add(sums2, f64x2.mul(pair, v128.load(from2 + (at << 3))));
        sums3 = f64x2.add(sums3, f64x2.mul(pair, v128.load(from3 + (at << 3))));
      }
      let rest0: f64 = bias;
      let rest1: f64 = bias;
      let rest2: f64 = bias;
      let rest3: f64 = bias;
      if (at < inputs) {
        const weight = <f64>load<f32>(line + (at << 2));
        rest0 += weight * load<f64>(from0 + (at << 3));
        rest1 += weight * load<f64>(from1 + (at << 3));
        rest2 += weight * load<f64>(from2 + (at << 3));
        rest3 += weight * load<f64>(from3 + (at << 3));
      }
      put(to, row, outputs, output, rest0 + sum2(sums0), isHidden);
      put(to, row1, outputs, output, rest1 + sum2(sums1), isHidden);
      if (row2 != row) put(to, row2, outputs, output, rest2 + sum2(sums2), isHidden);
      if (row3 != row) put(to, row3, outputs, output, rest3 + sum2(sums3), isHidden);
    }
  }
}

@inline
function put(to: usize, row: i32, outputs: i32, output: i32, value: f64, isHidden: bool): void {
  store<f64>(to + ((<usize>(row * outputs + output)) << 3), isHidden && value < 0 ? 0 : saturate(value));
}

@inline
function product(line: usize, from: usize, inputs: i32): f64 {
  let sums0 = f64x2.splat(0);
  let sums1 = f64x2.splat(0);
  let at = 0;
  for (; at + 3 < inputs; at += 4) {
    sums0 = f64x2.add(sums0, f64x2.mul(load2(line + (at << 2)), v128.load(from + (at << 3))));
    sums1 = f64x2.add(sums1, f64x2.mul(load2(line + (at << 2) + 8), v128.load(from + (at << 3) + 16)));
  }
  let sum = sum2(f64x2.add(sums0, sums1));
  for (; at < inputs; at++) sum += <f64>load<f32>(line + (at << 2)) * load<f64>(from + (at << 3));
  return sum;
}

/** 2^32 / golden ratio. */
const GOLDEN: u32 = 0x9e3779b9;

/** What a hash decides: the bijection `lowbias32` of `core/learners/mlp-dropout.ts`. */
@inline
function scramble(bits: u32): u32 {
  let hash = bits;
  hash = (hash ^ (hash >> 16)) * 0x7feb352d;
  hash = (hash ^ (hash >> 15)) * 0x846ca68b;
  return hash ^ (hash >> 16);
}

/** Leaves units out. @param threshold  dropout · 2^32, above 0 */
export function dropOut(values: usize, rows: i32, units: i32, seed: u32, step: u32, layer: u32, threshold: u32, scale: f64): void {
  const ofStep = scramble(scramble(seed + GOLDEN) + step);
  for (let row = 0; row < rows; row++) {
    const key = scramble(scramble(ofStep + row) + layer);
    for (let unit = 0; unit < units; unit++) {
      const place = values + ((<usize>(row * units + unit)) << 3);
      store<f64>(place, scramble(key + unit) < threshold ? 0 : saturate(load<f64>(place) * scale));
    }
  }
}

/**
 * Scores of the rows and the slopes of their losses.
 * @param outputs  [rows] float64: what the network says
 * @param slopes   [rows] float64
 * @returns        how many rows have a weight; where there are none the slopes are 0
 */
export function scoreRows(
  outputs: usize,
  rows: i32,
  labels: usize,
  sampleWeights: usize,
  margins: usize,
  scores: usize,
  slopes: usize,
): i32 {
  let counted = 0;
  for (let row = 0; row < rows; row++) if (load<f32>(sampleWeights + (row << 2)) > 0) counted++;
  for (let row = 0; row < rows; row++) {
    const score = <f64>load<f32>(margins + (row << 2)) + load<f64>(outputs + (row << 3));
    store<f32>(scores + (row << 2), <f32>saturate(score));
    const sampleWeight = <f64>load<f32>(sampleWeights + (row << 2));
    const slope = sampleWeight == 0 ? 0 : (sampleWeight * (sigmoid(score) - <f64>load<f32>(labels + (row << 2)))) / <f64>counted;
    store<f64>(slopes + (row << 3), slope);
  }
  return counted;
}

/** Slopes of the layer below: Wᵀ slopes where a unit spoke, 0 where it was silent or left out. */
export function backwardLayer(
  weights: usize,
  inputs: i32,
  outputs: i32,
  rows: i32,
  above: usize,
  activations: usize,
  below: usize,
  scale: f64,
): void {
  const lineWidth = (<usize>inputs) << 2;
  for (let row = 0; row < rows; row++) {
    const own = below + ((<usize>(row * inputs)) << 3);
    memory.fill(own, 0, (<usize>inputs) << 3);
    for (let output = 0; output < outputs; output++) {
      const slope = load<f64>(above + ((<usize>(row * outputs + output)) << 3));
      if (slope == 0) continue;
      const line = weights + lineWidth * <usize>output;
      const slope2 = f64x2.splat(slope);
      let at = 0;
      for (; at + 1 < inputs; at += 2) {
        const place = own + (at << 3);
        v128.store(place, f64x2.add(v128.load(place), f64x2.mul(slope2, load2(line + (at << 2)))));
      }
      if (at < inputs) {
        const place = own + (at << 3);
        store<f64>(place, load<f64>(place) + slope * <f64>load<f32>(line + (at << 2)));
      }
    }
    const spoken = activations + ((<usize>(row * inputs)) << 3);
    for (let at = 0; at < inputs; at++) {
      const place = own + (at << 3);
      store<f64>(place, load<f64>(spoken + (at << 3)) > 0 ? saturate(load<f64>(place) * scale) : 0);
    }
  }
}

/** One step of a layer against the gradient of the group. */
export function updateLayer(
  weights: usize,
  accumulators: usize,
  inputs: i32,
  outputs: i32,
  rows: i32,
  slopes: usize,
  activations: usize,
  isPlain: bool,
  learningRate: f64,
  l2: f64,
  epsilon: f64,
): void {
  const width = (<usize>inputs) << 2;
  const stride = (<usize>inputs) << 3;
  const biases = width * <usize>outputs;
  const rate2 = f64x2.splat(learningRate);
  const epsilon2 = f64x2.splat(epsilon);
  const decay2 = f64x2.splat(l2);
  for (let output = 0; output < outputs; output++) {
    let biasGradient: f64 = 0;
    let isSilent = l2 == 0;
    for (let row = 0; row < rows; row++) {
      const slope = load<f64>(slopes + ((<usize>(row * outputs + output)) << 3));
      if (slope != 0) isSilent = false;
      biasGradient += slope;
    }
    if (isSilent) continue;
    const line = width * <usize>output;
    let at = 0;
    for (; at + 3 < inputs; at += 4) {
      let sums0 = f64x2.splat(0);
      let sums1 = f64x2.splat(0);
      let from = activations + (at << 3);
      for (let row = 0; row < rows; row++) {
        const slope = v128.load64_splat(slopes + ((<usize>(row * outputs + output)) << 3));
        sums0 = f64x2.add(sums0, f64x2.mul(slope, v128.load(from)));
        sums1 = f64x2.add(sums1, f64x2.mul(slope, v128.load(from, 16)));
        from += stride;
      }
      const place = line + (at << 2);
      move2(weights + place, accumulators + place, sums0, isPlain, rate2, decay2, epsilon2);
      move2(weights + place + 8, accumulators + place + 8, sums1, isPlain, rate2, decay2, epsilon2);
    }
    for (; at < inputs; at++) {
      let sum: f64 = 0;
      for (let row = 0; row < rows; row++) {
        const slope = load<f64>(slopes + ((<usize>(row * outputs + output)) << 3));
        sum += slope * load<f64>(activations + stride * <usize>row + (at << 3));
      }
      move1(weights + line + (at << 2), accumulators + line + (at << 2), sum, isPlain, learningRate, l2, epsilon);
    }
    const bias = biases + (output << 2);
    move1(weights + bias, accumulators + bias, biasGradient, isPlain, learningRate, l2, epsilon);
  }
}

@inline
function move2(place: usize, accumulator: usize, pull: v128, isPlain: bool, learningRate: v128, l2: v128, epsilon: v128): void {
  const weight = load2(place);
  const gradient = f64x2.add(pull, f64x2.mul(l2, weight));
  if (isPlain) store2(place, saturate2(f64x2.sub(weight, f64x2.mul(learningRate, clampGradient2(gradient)))));
  else descend2(place, accumulator, weight, gradient, learningRate, epsilon);
}

@inline
function move1(place: usize, accumulator: usize, pull: f64, isPlain: bool, learningRate: f64, l2: f64, epsilon: f64): void {
  const weight = <f64>load<f32>(place);
  const gradient = pull + l2 * weight;
  if (isPlain) store<f32>(place, <f32>saturate(weight - learningRate * clampGradient(gradient)));
  else descend1(place, accumulator, weight, gradient, learningRate, epsilon);
}
