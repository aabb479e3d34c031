import { descend1, descend2, load2, saturate, sigmoid, sum2 } from './numbers';

/**
 * `core/learners/embeddings.ts` on single items: logistic or squared loss.
 * Tables of vectors are [n · dim], their accumulators beside them; biases [n].
 */
export function stepSingles(
  users: usize,
  items: usize,
  userBiases: usize,
  itemBiases: usize,
  userAccumulators: usize,
  itemAccumulators: usize,
  userBiasAccumulators: usize,
  itemBiasAccumulators: usize,
  dim: i32,
  rows: i32,
  batchUsers: usize,
  batchItems: usize,
  labels: usize,
  sampleWeights: usize,
  margins: usize,
  scores: usize,
  isSquared: bool,
  learningRate: f64,
  l2: f64,
  biasL2: f64,
  epsilon: f64,
): void {
  const width = (<usize>dim) << 2;
  const rate2 = f64x2.splat(learningRate);
  const epsilon2 = f64x2.splat(epsilon);
  const decay2 = f64x2.splat(l2);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const user = <usize>load<u32>(batchUsers + (row << 2));
    const item = <usize>load<u32>(batchItems + (row << 2));
    const p = users + user * width;
    const e = items + item * width;
    const userBias = userBiases + (user << 2);
    const itemBias = itemBiases + (item << 2);
    const bu = <f64>load<f32>(userBias);
    const bi = <f64>load<f32>(itemBias);
    const score = <f64>load<f32>(margins + (row << 2)) + bu + bi + dot(p, e, dim);
    store<f32>(scores + (row << 2), <f32>saturate(score));
    const sampleWeight = <f64>load<f32>(sampleWeights + (row << 2));
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * ((isSquared ? score : sigmoid(score)) - <f64>load<f32>(labels + (row << 2)));
    const slope2 = f64x2.splat(slope);
    const pa = userAccumulators + user * width;
    const ea = itemAccumulators + item * width;
    let at = 0;
    for (; at + 1 < dim; at += 2) {
      const byte = (<usize>at) << 2;
      const p2 = load2(p + byte);
      const e2 = load2(e + byte);
      descend2(p + byte, pa + byte, p2, f64x2.add(f64x2.mul(slope2, e2), f64x2.mul(decay2, p2)), rate2, epsilon2);
      descend2(e + byte, ea + byte, e2, f64x2.add(f64x2.mul(slope2, p2), f64x2.mul(decay2, e2)), rate2, epsilon2);
    }
    if (at < dim) {
      const byte = (<usize>at) << 2;
      const p1 = <f64>load<f32>(p + byte);
      const e1 = <f64>load<f32>(e + byte);
      descend1(p + byte, pa + byte, p1, slope * e1 + l2 * p1, learningRate, epsilon);
      descend1(e + byte, ea + byte, e1, slope * p1 + l2 * e1, learningRate, epsilon);
    }
    descend1(userBias, userBiasAccumulators + (user << 2), bu, slope + biasL2 * bu, learningRate, epsilon);
    descend1(itemBias, itemBiasAccumulators + (item << 2), bi, slope + biasL2 * bi, learningRate, epsilon);
  }
}

/** The same on pairs of items: Bayesian personalised ranking. An item is never its own rival. */
export function stepPairs(
  users: usize,
  items: usize,
  itemBiases: usize,
  userAccumulators: usize,
  itemAccumulators: usize,
  itemBiasAccumulators: usize,
  dim: i32,
  rows: i32,
  batchUsers: usize,
  batchItems: usize,
  batchRivals: usize,
  sampleWeights: usize,
  margins: usize,
  scores: usize,
  learningRate: f64,
  l2: f64,
  biasL2: f64,
  epsilon: f64,
): void {
  const width = (<usize>dim) << 2;
  const rate2 = f64x2.splat(learningRate);
  const epsilon2 = f64x2.splat(epsilon);
  const decay2 = f64x2.splat(l2);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const user = <usize>load<u32>(batchUsers + (row << 2));
    const item = <usize>load<u32>(batchItems + (row << 2));
    const rival = <usize>load<u32>(batchRivals + (row << 2));
    const p = users + user * width;
    const e = items + item * width;
    const f = items + rival * width;
    const itemBias = itemBiases + (item << 2);
    const rivalBias = itemBiases + (rival << 2);
    const bi = <f64>load<f32>(itemBias);
    const bj = <f64>load<f32>(rivalBias);
    const score = <f64>load<f32>(margins + (row << 2)) + (bi - bj) + dotOfDifference(p, e, f, dim);
    store<f32>(scores + (row << 2), <f32>saturate(score));
    const sampleWeight = <f64>load<f32>(sampleWeights + (row << 2));
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * (sigmoid(score) - 1.0);
    const slope2 = f64x2.splat(slope);
    const pa = userAccumulators + user * width;
    const ea = itemAccumulators + item * width;
    const fa = itemAccumulators + rival * width;
    let at = 0;
    for (; at + 1 < dim; at += 2) {
      const byte = (<usize>at) << 2;
      const p2 = load2(p + byte);
      const e2 = load2(e + byte);
      const f2 = load2(f + byte);
      const pull = f64x2.mul(slope2, p2);
      descend2(p + byte, pa + byte, p2, f64x2.add(f64x2.mul(slope2, f64x2.sub(e2, f2)), f64x2.mul(decay2, p2)), rate2, epsilon2);
      descend2(e + byte, ea + byte, e2, f64x2.add(pull, f64x2.mul(decay2, e2)), rate2, epsilon2);
      descend2(f + byte, fa + byte, f2, f64x2.sub(f64x2.mul(decay2, f2), pull), rate2, epsilon2);
    }
    if (at < dim) {
      const byte = (<usize>at) << 2;
      const p1 = <f64>load<f32>(p + byte);
      const e1 = <f64>load<f32>(e + byte);
      const f1 = <f64>load<f32>(f + byte);
      descend1(p + byte, pa + byte, p1, slope * (e1 - f1) + l2 * p1, learningRate, epsilon);
      descend1(e + byte, ea + byte, e1, slope * p1 + l2 * e1, learningRate, epsilon);
      descend1(f + byte, fa + byte, f1, l2 * f1 - slope * p1, learningRate, epsilon);
    }
    descend1(itemBias, itemBiasAccumulators + (item << 2), bi, slope + biasL2 * bi, learningRate, epsilon);
    descend1(rivalBias, itemBiasAccumulators + (rival << 2), bj, biasL2 * bj - slope, learningRate, epsilon);
  }
}

@inline
function dot(p: usize, e: usize, dim: i32): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let at = 0;
  for (; at + 3 < dim; at += 4) {
    const byte = (<usize>at) << 2;
    sum0 = f64x2.add(sum0, f64x2.mul(load2(p + byte), load2(e + byte)));
    sum1 = f64x2.add(sum1, f64x2.mul(load2(p + byte + 8), load2(e + byte + 8)));
  }
  let sum = sum2(f64x2.add(sum0, sum1));
  for (; at < dim; at++) sum += <f64>load<f32>(p + ((<usize>at) << 2)) * <f64>load<f32>(e + ((<usize>at) << 2));
  return sum;
}

@inline
function dotOfDifference(p: usize, e: usize, f: usize, dim: i32): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let at = 0;
  for (; at + 3 < dim; at += 4) {
    const byte = (<usize>at) << 2;
    sum0 = f64x2.add(sum0, f64x2.mul(load2(p + byte), f64x2.sub(load2(e + byte), load2(f + byte))));
    sum1 = f64x2.add(sum1, f64x2.mul(load2(p + byte + 8), f64x2.sub(load2(e + byte + 8), load2(f + byte + 8))));
  }
  let sum = sum2(f64x2.add(sum0, sum1));
  for (; at < dim; at++) {
    const byte = (<usize>at) << 2;
    sum += <f64>load<f32>(p + byte) * (<f64>load<f32>(e + byte) - <f64>load<f32>(f + byte));
  }
  return sum;
}
