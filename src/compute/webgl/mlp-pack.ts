import type { DenseBatch, MlpRule } from '../../core/learners/kernel-types.js';
import { mlpLayers, type MlpLayer } from '../../core/learners/mlp-layers.js';

/** A perceptron and rows for it as texels, laid out as `mlp-shaders` reads them. */

/** Texels of a line of so many numbers and one more. */
export const spanOf = (count: number): number => Math.ceil(count / 4) + 1;

/**
 * A layer's weights and biases, or their accumulators.
 * @param mark  stands beside each bias
 * @returns     [outputs · span · 4], new memory
 */
export function packLayer({ inputs, outputs, weightsAt, biasesAt }: MlpLayer, numbers: Float32Array, mark: number): Float32Array {
  const width = spanOf(inputs) * 4;
  const texels = new Float32Array(outputs * width);
  for (let output = 0; output < outputs; output++) {
    const from = weightsAt + output * inputs;
    texels.set(numbers.subarray(from, from + inputs), output * width);
    texels[(output + 1) * width - 4] = numbers[biasesAt + output]!;
    texels[(output + 1) * width - 1] = mark;
  }
  return texels;
}

/** The inverse of `packLayer`, into `numbers`. @returns the first mark that is another, or undefined */
export function unpackLayer(
  { inputs, outputs, weightsAt, biasesAt }: MlpLayer,
  texels: Float32Array,
  mark: number,
  numbers: Float32Array,
): number | undefined {
  const width = spanOf(inputs) * 4;
  let stray: number | undefined;
  for (let output = 0; output < outputs; output++) {
    numbers.set(texels.subarray(output * width, output * width + inputs), weightsAt + output * inputs);
    numbers[biasesAt + output] = texels[(output + 1) * width - 4]!;
    if (texels[(output + 1) * width - 1] !== mark) stray ??= texels[(output + 1) * width - 1]!;
  }
  return stray;
}

/** Groups of rows that lie on the GPU together. */
export interface MlpRows {
  readonly rows: number;
  /** [rows · span · 4] */
  readonly inputs: Float32Array;
  /** [rows · 4]: (margin, label, sample weight / rows of the group that count, steps before) */
  readonly facts: Float32Array;
  /** By group: whether it takes a step. */
  readonly steps: readonly boolean[];
}

/**
 * @param first        row of the batch, the first of a group
 * @param count        rows
 * @param stepsBefore  taken in this call
 */
export function packRows(batch: DenseBatch, rule: MlpRule, first: number, count: number, stepsBefore: number): MlpRows {
  const { dim } = batch;
  const width = spanOf(dim) * 4;
  const inputs = new Float32Array(count * width);
  const facts = new Float32Array(count * 4);
  const steps: boolean[] = [];
  let taken = stepsBefore;
  for (let start = 0; start < count; start += rule.batch) {
    const end = Math.min(count, start + rule.batch);
    let counted = 0;
    for (let row = start; row < end; row++) if (batch.sampleWeights[first + row]! > 0) counted++;
    for (let row = start; row < end; row++) {
      const from = first + row;
      inputs.set(batch.vectors.subarray(from * dim, (from + 1) * dim), row * width);
      inputs[(row + 1) * width - 4] = 1;
      const share = counted === 0 ? 0 : batch.sampleWeights[from]! / counted;
      facts.set([batch.margins[from]!, batch.labels[from]!, share, taken], row * 4);
    }
    steps.push(counted > 0);
    if (counted > 0) taken++;
  }
  return { rows: count, inputs, facts, steps };
}

/** Whether network and groups fit textures with edges of `maxEdge`. */
export function fitsTextures(sizes: readonly number[], groupRows: number, maxEdge: number): boolean {
  return groupRows <= maxEdge && mlpLayers(sizes).every(({ inputs, outputs }) => spanOf(inputs) <= maxEdge && outputs <= maxEdge);
}
