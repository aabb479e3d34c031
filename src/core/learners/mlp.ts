import { SdkError } from '../errors.js';
import { seededRandom } from '../random.js';
import type { DenseBatch, MlpParams, MlpRule } from './kernel-types.js';
import { dropoutBits, dropoutKey, dropoutThreshold } from './mlp-dropout.js';
import { mlpLayers, type MlpLayer } from './mlp-layers.js';
import { saturate } from './saturate.js';
import { sigmoid } from './sigmoid.js';

/** Bound on one gradient coordinate: its square still fits a Float32. */
const LARGEST_GRADIENT = 2 ** 60;

/**
 * One step of gradient descent per group of `rule.batch` rows (the last may be shorter). The gradient of a group is the mean, over
 * its rows with a weight above 0, of sample weight · gradient of the row's logistic loss; l2 pulls every number, biases too.
 * A group without such rows takes no step.
 * Parameters are Float32, arithmetic is float64, each stored number is rounded once.
 *
 * @param params  changed in place, `steps` too
 * @returns       [rows], each row's score margin + network *before* the step of its group, with the units left out that the step
 *                leaves out: what the step learns from. `scoreMlp` is the prediction. New memory
 * @see Rumelhart, Hinton, Williams 1986; Srivastava et al. 2014, Dropout, section 4
 */
export function stepMlp(params: MlpParams, batch: DenseBatch, rule: MlpRule): Float32Array {
  const layers = mlpLayers(params.sizes);
  const groupRows = Math.min(rule.batch, batch.rows);
  const activations = params.sizes.map((size) => new Float64Array(groupRows * size));
  const slopes = params.sizes.map((size) => new Float64Array(groupRows * size));
  const gradient = new Float64Array(Math.max(...params.sizes));
  const threshold = dropoutThreshold(rule);
  const scores = new Float32Array(batch.rows);
  for (let first = 0; first < batch.rows; first += groupRows) {
    const rows = Math.min(groupRows, batch.rows - first);
    activations[0]!.set(batch.vectors.subarray(first * batch.dim, (first + rows) * batch.dim));
    for (const [at, layer] of layers.entries()) {
      forward(params.weights, layer, rows, activations[at]!, activations[at + 1]!);
      if (at === layers.length - 1) break;
      rectify(activations[at + 1]!, rows * layer.outputs);
      if (threshold > 0) dropOut(activations[at + 1]!, rows, layer.outputs, threshold, rule, params.steps[0]!, at);
    }
    let counted = 0;
    for (let row = 0; row < rows; row++) if (batch.sampleWeights[first + row]! > 0) counted++;
    for (let row = 0; row < rows; row++) {
      const from = first + row;
      const score = batch.margins[from]! + activations.at(-1)![row]!;
      scores[from] = saturate(score);
      const sampleWeight = batch.sampleWeights[from]!;
      slopes.at(-1)![row] = sampleWeight === 0 ? 0 : (sampleWeight * (sigmoid(score) - batch.labels[from]!)) / counted;
    }
    if (counted === 0) continue;
    for (let at = layers.length - 1; at >= 0; at--) {
      // The layer below learns from this one as it was.
      if (at > 0) backward(params.weights, layers[at]!, rows, slopes[at + 1]!, activations[at]!, slopes[at]!, 1 / (1 - rule.dropout));
      update(params, layers[at]!, rows, slopes[at + 1]!, activations[at]!, gradient, rule);
    }
    params.steps[0]!++;
  }
  return scores;
}

/**
 * What the network says of each row, nothing left out.
 * @param vectors  [rows · sizes[0]]
 * @returns        [rows], new memory
 */
export function scoreMlp(params: MlpParams, vectors: Float32Array, rows: number): Float32Array {
  const layers = mlpLayers(params.sizes);
  const inputs = params.sizes[0]!;
  const activations = params.sizes.map((size) => new Float64Array(size));
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    activations[0]!.set(vectors.subarray(row * inputs, (row + 1) * inputs));
    for (const [at, layer] of layers.entries()) {
      forward(params.weights, layer, 1, activations[at]!, activations[at + 1]!);
      if (at < layers.length - 1) rectify(activations[at + 1]!, layer.outputs);
    }
    scores[row] = activations.at(-1)![0]!;
  }
  return scores;
}

/**
 * Uniform weights of variance 2 / inputs, biases and accumulators 0.
 * @param sizes  [inputs, hidden …, 1]
 * @throws SdkError `invalid-options`
 * @see He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, section 2.2
 */
export function initialMlp(sizes: readonly number[], seed: number): MlpParams {
  if (sizes.length < 2 || sizes.at(-1) !== 1 || !sizes.every((size) => Number.isInteger(size) && size > 0))
    throw new SdkError('invalid-options', `sizes must be [inputs, hidden …, 1], got [${sizes.join(', ')}]`);
  const random = seededRandom(seed);
  const layers = mlpLayers(sizes);
  const { biasesAt, outputs } = layers.at(-1)!;
  const weights = new Float32Array(biasesAt + outputs);
  for (const layer of layers) {
    const bound = Math.sqrt(6 / layer.inputs);
    for (let at = layer.weightsAt; at < layer.biasesAt; at++) weights[at] = (2 * random.nextUnit() - 1) * bound;
  }
  return { sizes, weights, accumulators: new Float32Array(weights.length), steps: new Uint32Array(1) };
}

/** outputs = W inputs + b for each row; saturated, so that no depth of layers overflows. Four short sums are faster than one long. */
function forward(weights: Float32Array, layer: MlpLayer, rows: number, from: Float64Array, to: Float64Array): void {
  const { inputs, outputs, weightsAt, biasesAt } = layer;
  for (let row = 0; row < rows; row++) {
    const base = row * inputs;
    for (let output = 0; output < outputs; output++) {
      const line = weightsAt + output * inputs;
      let [sum0, sum1, sum2, sum3] = [weights[biasesAt + output]!, 0, 0, 0];
      let at = 0;
      for (; at + 3 < inputs; at += 4) {
        sum0 += weights[line + at]! * from[base + at]!;
        sum1 += weights[line + at + 1]! * from[base + at + 1]!;
        sum2 += weights[line + at + 2]! * from[base + at + 2]!;
        sum3 += weights[line + at + 3]! * from[base + at + 3]!;
      }
      for (; at < inputs; at++) sum0 += weights[line + at]! * from[base + at]!;
      to[row * outputs + output] = saturate(sum0 + sum1 + (sum2 + sum3));
    }
  }
}

function rectify(values: Float64Array, count: number): void {
  for (let at = 0; at < count; at++) if (values[at]! < 0) values[at] = 0;
}

function dropOut(values: Float64Array, rows: number, units: number, threshold: number, rule: MlpRule, step: number, layer: number): void {
  const scale = 1 / (1 - rule.dropout);
  for (let row = 0; row < rows; row++) {
    const key = dropoutKey(rule.seed, step, row, layer);
    for (let unit = 0; unit < units; unit++) {
      const at = row * units + unit;
      values[at] = dropoutBits(key, unit) < threshold ? 0 : saturate(values[at]! * scale);
    }
  }
}

/** The slope of each unit below from those above: Wᵀ slopes where the unit spoke, 0 where it was silent or left out. */
function backward(
  weights: Float32Array,
  layer: MlpLayer,
  rows: number,
  above: Float64Array,
  activations: Float64Array,
  below: Float64Array,
  scale: number,
): void {
  const { inputs, outputs, weightsAt } = layer;
  for (let row = 0; row < rows; row++) {
    const base = row * inputs;
    below.fill(0, base, base + inputs);
    for (let output = 0; output < outputs; output++) {
      const slope = above[row * outputs + output]!;
      if (slope === 0) continue;
      const line = weightsAt + output * inputs;
      for (let at = 0; at < inputs; at++) below[base + at]! += slope * weights[line + at]!;
    }
    for (let at = base; at < base + inputs; at++) below[at] = activations[at]! > 0 ? saturate(below[at]! * scale) : 0;
  }
}

/** @param gradient  scratch, at least [inputs] */
function update(
  params: MlpParams,
  layer: MlpLayer,
  rows: number,
  slopes: Float64Array,
  activations: Float64Array,
  gradient: Float64Array,
  rule: MlpRule,
): void {
  const { inputs, outputs, weightsAt, biasesAt } = layer;
  for (let output = 0; output < outputs; output++) {
    let biasGradient = 0;
    let isSilent = rule.l2 === 0;
    gradient.fill(0, 0, inputs);
    for (let row = 0; row < rows; row++) {
      const slope = slopes[row * outputs + output]!;
      if (slope === 0) continue;
      isSilent = false;
      biasGradient += slope;
      for (let at = 0; at < inputs; at++) gradient[at]! += slope * activations[row * inputs + at]!;
    }
    if (isSilent) continue;
    for (let at = 0; at < inputs; at++) move(params, weightsAt + output * inputs + at, gradient[at]!, rule);
    move(params, biasesAt + output, biasGradient, rule);
  }
}

/** One number against its gradient, as in `stepLinear`. */
function move({ weights, accumulators }: MlpParams, at: number, pull: number, rule: MlpRule): void {
  const weight = weights[at]!;
  const raw = pull + rule.l2 * weight;
  if (raw === 0) return; // 0/0 where epsilon is 0
  const gradient = raw > LARGEST_GRADIENT ? LARGEST_GRADIENT : raw < -LARGEST_GRADIENT ? -LARGEST_GRADIENT : raw;
  if (rule.kind === 'sgd') {
    weights[at] = saturate(weight - rule.learningRate * gradient);
    return;
  }
  const accumulator = accumulators[at]! + gradient * gradient;
  const scale = Math.sqrt(accumulator) + rule.epsilon;
  accumulators[at] = saturate(accumulator);
  if (scale > 0) weights[at] = saturate(weight - (rule.learningRate * gradient) / scale);
}
