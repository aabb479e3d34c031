import { seededRandom } from '../random.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from './kernel-types.js';
import { saturate } from './saturate.js';
import { sigmoid } from './sigmoid.js';

/** Bound on one gradient coordinate, as in `stepLinear`: its square still fits a Float32. */
const LARGEST_GRADIENT = 2 ** 60;

/**
 * Vectors and biases of users and items learn one row after the other by AdaGrad: logistic or squared loss on single items, BPR
 * on pairs. Defines what is right: parameters are Float32, arithmetic is float64, each stored number is rounded once.
 * A row costs O(dim) and touches one user, one item and under `bpr` one rival; the bias of the user is left alone there.
 *
 * @param params  changed in place
 * @returns       [rows], each row's score (under `bpr` the difference of two) *before* its own update; new memory
 * @see Rendle et al. 2009, BPR; Koren, Bell, Volinsky 2009, Matrix factorization techniques; Duchi, Hazan, Singer 2011
 */
export function stepEmbeddings(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): Float32Array {
  return rule.loss === 'bpr' ? stepPairs(params, batch, rule) : stepSingles(params, batch, rule, rule.loss === 'squared');
}

function stepSingles(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule, isSquared: boolean): Float32Array {
  const { dim, users, items, userAccumulators, itemAccumulators, userBiases, itemBiases } = params;
  const { rows, labels, sampleWeights, margins } = batch;
  const { learningRate, l2, biasL2, epsilon } = rule;
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const user = batch.users[row]!;
    const item = batch.items[row]!;
    const userBase = user * dim;
    const itemBase = item * dim;
    let score = margins[row]! + userBiases[user]! + itemBiases[item]!;
    for (let at = 0; at < dim; at++) score += users[userBase + at]! * items[itemBase + at]!;
    scores[row] = saturate(score);
    const sampleWeight = sampleWeights[row]!;
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * ((isSquared ? score : sigmoid(score)) - labels[row]!);
    for (let at = 0; at < dim; at++) {
      const p = users[userBase + at]!;
      const e = items[itemBase + at]!;
      descend(users, userAccumulators, userBase + at, slope * e + l2 * p, learningRate, epsilon);
      descend(items, itemAccumulators, itemBase + at, slope * p + l2 * e, learningRate, epsilon);
    }
    descend(userBiases, params.userBiasAccumulators, user, slope + biasL2 * userBiases[user]!, learningRate, epsilon);
    descend(itemBiases, params.itemBiasAccumulators, item, slope + biasL2 * itemBiases[item]!, learningRate, epsilon);
  }
  return scores;
}

function stepPairs(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): Float32Array {
  const { dim, users, items, userAccumulators, itemAccumulators, itemBiases, itemBiasAccumulators } = params;
  const { rows, rivals, sampleWeights, margins } = batch;
  const { learningRate, l2, biasL2, epsilon } = rule;
  if (rivals === undefined) throw new RangeError('the loss bpr compares two items: rivals are missing');
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const item = batch.items[row]!;
    const rival = rivals[row]!;
    const userBase = batch.users[row]! * dim;
    const itemBase = item * dim;
    const rivalBase = rival * dim;
    let score = margins[row]! + (itemBiases[item]! - itemBiases[rival]!);
    for (let at = 0; at < dim; at++) score += users[userBase + at]! * (items[itemBase + at]! - items[rivalBase + at]!);
    scores[row] = saturate(score);
    const sampleWeight = sampleWeights[row]!;
    if (sampleWeight === 0) continue;
    const slope = sampleWeight * (sigmoid(score) - 1);
    for (let at = 0; at < dim; at++) {
      const p = users[userBase + at]!;
      const e = items[itemBase + at]!;
      const f = items[rivalBase + at]!;
      descend(users, userAccumulators, userBase + at, slope * (e - f) + l2 * p, learningRate, epsilon);
      descend(items, itemAccumulators, itemBase + at, slope * p + l2 * e, learningRate, epsilon);
      descend(items, itemAccumulators, rivalBase + at, l2 * f - slope * p, learningRate, epsilon);
    }
    descend(itemBiases, itemBiasAccumulators, item, slope + biasL2 * itemBiases[item]!, learningRate, epsilon);
    descend(itemBiases, itemBiasAccumulators, rival, biasL2 * itemBiases[rival]! - slope, learningRate, epsilon);
  }
  return scores;
}

/** One number's AdaGrad step, in place. */
function descend(
  weights: Float32Array,
  accumulators: Float32Array,
  index: number,
  raw: number,
  learningRate: number,
  epsilon: number,
): void {
  if (raw === 0) return; // 0/0 where epsilon is 0
  const gradient = raw > LARGEST_GRADIENT ? LARGEST_GRADIENT : raw < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : raw;
  const accumulator = accumulators[index]! + gradient * gradient;
  const scale = Math.sqrt(accumulator) + epsilon;
  accumulators[index] = saturate(accumulator);
  if (scale > 0) weights[index] = saturate(weights[index]! - (learningRate * gradient) / scale);
}

/**
 * A model that knows nothing: biases and accumulators 0, vectors uniform with standard deviation `stddev` in each coordinate
 * (were they 0, no product of two could ever grow), the items' first.
 * @param stddev  above 0, default 0.1
 */
export function emptyEmbeddings(size: {
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  readonly seed: number;
  readonly stddev?: number;
}): EmbeddingParams {
  const { users, items, dim, seed, stddev = 0.1 } = size;
  const random = seededRandom(seed);
  const width = stddev * Math.sqrt(12);
  const vectors = (rows: number): Float32Array => Float32Array.from({ length: rows * dim }, () => (random.nextUnit() - 0.5) * width);
  return {
    dim,
    items: vectors(items),
    users: vectors(users),
    userBiases: new Float32Array(users),
    itemBiases: new Float32Array(items),
    userAccumulators: new Float32Array(users * dim),
    itemAccumulators: new Float32Array(items * dim),
    userBiasAccumulators: new Float32Array(users),
    itemBiasAccumulators: new Float32Array(items),
  };
}
