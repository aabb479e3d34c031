/** What all kernels share: the arithmetic of `core/learners/{saturate,sigmoid}.ts`, in float64. */

const LARGEST: f64 = 3.4028234663852886e38;
/** Bound on one gradient coordinate: its square still fits a float32. */
const LARGEST_GRADIENT: f64 = 1152921504606846976; // 2^60

const INVERSE_LN2: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** NaN stays NaN, as in the reference. */
@inline
export function saturate(value: f64): f64 {
  return value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
}

@inline
export function saturate2(values: v128): v128 {
  return f64x2.pmax(f64x2.pmin(values, f64x2.splat(LARGEST)), f64x2.splat(-LARGEST));
}

@inline
export function clampGradient(value: f64): f64 {
  return value > LARGEST_GRADIENT ? LARGEST_GRADIENT : value < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : value;
}

@inline
export function clampGradient2(values: v128): v128 {
  return f64x2.pmax(f64x2.pmin(values, f64x2.splat(LARGEST_GRADIENT)), f64x2.splat(-LARGEST_GRADIENT));
}

/** Two float32 at `pointer` as float64. */
@inline
export function load2(pointer: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(pointer));
}

/** Rounds two float64 and stores them as float32. */
@inline
export function store2(pointer: usize, values: v128): void {
  v128.store64_lane(pointer, f32x4.demote_f64x2_zero(values), 0);
}

/** Both lanes added. */
@inline
export function sum2(values: v128): f64 {
  return f64x2.extract_lane(values, 0) + f64x2.extract_lane(values, 1);
}

/** e^x for x ≤ 0. Below −708.39 the answer is 0. Terms are joined in a tree, not in a row: a step waits for this. */
@inline
function expOfNegative(x: f64): f64 {
  if (!(x > -708.39)) return x <= -708.39 ? 0 : NaN;
  const power = Math.floor(x * INVERSE_LN2 + 0.5);
  const rest = x - power * LN2_HIGH - power * LN2_LOW;
  const square = rest * rest;
  const fourth = square * square;
  const low = 0.5 + rest * (1.0 / 6.0) + square * (1.0 / 24.0 + rest * (1.0 / 120.0));
  const middle = 1.0 / 720.0 + rest * (1.0 / 5040.0) + square * (1.0 / 40320.0 + rest * (1.0 / 362880.0));
  const high = 1.0 / 3628800.0 + rest * (1.0 / 39916800.0) + square * (1.0 / 479001600.0 + rest * (1.0 / 6227020800.0));
  const mantissa = 1.0 + (rest + square * (low + fourth * (middle + fourth * high)));
  return mantissa * reinterpret<f64>(((<i64>power) + 1023) << 52);
}

export function sigmoid(z: f64): f64 {
  const tail = expOfNegative(-Math.abs(z));
  return (z >= 0 ? 1.0 : tail) / (1.0 + tail);
}

/**
 * AdaGrad on two neighbours: `weight` is what lies at `place`, `pull` its gradient.
 * @param learningRate  in both lanes, as epsilon
 */
@inline
export function descend2(place: usize, accumulator: usize, weight: v128, pull: v128, learningRate: v128, epsilon: v128): void {
  const gradient = clampGradient2(pull);
  const sum = f64x2.add(load2(accumulator), f64x2.mul(gradient, gradient));
  const scale = f64x2.add(f64x2.sqrt(sum), epsilon);
  // Where the scale is 0 the step is 0/0.
  const step = v128.and(f64x2.div(f64x2.mul(learningRate, gradient), scale), f64x2.gt(scale, f64x2.splat(0)));
  store2(accumulator, saturate2(sum));
  store2(place, saturate2(f64x2.sub(weight, step)));
}

/** AdaGrad on one number. */
@inline
export function descend1(place: usize, accumulator: usize, weight: f64, pull: f64, learningRate: f64, epsilon: f64): void {
  const gradient = clampGradient(pull);
  const sum = <f64>load<f32>(accumulator) + gradient * gradient;
  const scale = Math.sqrt(sum) + epsilon;
  store<f32>(accumulator, <f32>saturate(sum));
  if (scale > 0) store<f32>(place, <f32>saturate(weight - (learningRate * gradient) / scale));
}
