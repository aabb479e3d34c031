import type { DenseBatch, MlpRule } from '../../core/learners/kernel-types.js';
import { mlpLayers } from '../../core/learners/mlp-layers.js';

/** A perceptron and rows for it as texels, laid out as `mlp-shaders` reads them. */
export interface PackedMlp {
  /** Texels of a line: quads of the widest layer's inputs and one for the bias. */
  readonly span: number;
  /** Units of all layers. */
  readonly lines: number;
  /** Texels of a row's activations, at least 1. */
  readonly hiddenSpan: number;
  /** By layer: (first line, outputs, quads of inputs, 0). */
  readonly table: readonly number[];
  readonly layerCount: number;
}

/** Hidden layers and output that the shaders have room for. */
const MOST_LAYERS = 17;

const quadsOf = (count: number): number => Math.ceil(count / 4);

/**
 * @param groupRows  rows of the largest group
 * @param maxEdge    of a texture
 * @returns          null where the network or its groups do not fit the textures: the pure kernel takes them
 */
export function planMlp(sizes: readonly number[], groupRows: number, maxEdge: number): PackedMlp | null {
  const table: number[] = [];
  let lines = 0;
  for (let at = 1; at < sizes.length; at++) {
    table.push(lines, sizes[at]!, quadsOf(sizes[at - 1]!), 0);
    lines += sizes[at]!;
  }
  const layerCount = sizes.length - 1;
  const span = Math.max(...sizes.slice(0, -1).map(quadsOf)) + 1;
  const hiddenSpan = Math.max(1, ...sizes.slice(1, -1).map(quadsOf));
  const fits = layerCount <= MOST_LAYERS && span <= maxEdge && lines <= maxEdge && groupRows * Math.ceil(layerCount / 2) <= maxEdge;
  return fits ? { span, lines, hiddenSpan, table, layerCount } : null;
}

/**
 * Lines of weights, or of accumulators.
 * @param mark  stands beside each bias
 * @returns     [lines · span · 4], new memory
 */
export function packLines(plan: PackedMlp, sizes: readonly number[], numbers: Float32Array, mark: number): Float32Array {
  const texels = new Float32Array(plan.lines * plan.span * 4);
  eachLine(plan, sizes, (line, inputs, weightsAt, biasAt) => {
    texels.set(numbers.subarray(weightsAt, weightsAt + inputs), line);
    texels[line + quadsOf(inputs) * 4] = numbers[biasAt]!;
    texels[line + quadsOf(inputs) * 4 + 3] = mark;
  });
  return texels;
}

/** The inverse of `packLines`: numbers in the order of `MlpParams`, and what stands beside each bias. */
export function unpackLines(
  plan: PackedMlp,
  sizes: readonly number[],
  texels: Float32Array,
): { readonly numbers: Float32Array; readonly marks: Float32Array } {
  const { biasesAt, outputs } = mlpLayers(sizes).at(-1)!;
  const numbers = new Float32Array(biasesAt + outputs);
  const marks: number[] = [];
  eachLine(plan, sizes, (line, inputs, weightsAt, biasAt) => {
    numbers.set(texels.subarray(line, line + inputs), weightsAt);
    numbers[biasAt] = texels[line + quadsOf(inputs) * 4]!;
    marks.push(texels[line + quadsOf(inputs) * 4 + 3]!);
  });
  return { numbers, marks: Float32Array.from(marks) };
}

function eachLine(
  plan: PackedMlp,
  sizes: readonly number[],
  use: (lineAt: number, inputs: number, weightsAt: number, biasAt: number) => void,
): void {
  let line = 0;
  for (const { inputs, outputs, weightsAt, biasesAt } of mlpLayers(sizes))
    for (let output = 0; output < outputs; output++) use(line++ * plan.span * 4, inputs, weightsAt + output * inputs, biasesAt + output);
}

/** Groups of rows that fit one set of textures. */
export interface MlpRows {
  readonly rows: number;
  /** [rows · quads · 4] */
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
  const width = quadsOf(dim) * 4;
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
      const share = counted === 0 ? 0 : batch.sampleWeights[from]! / counted;
      facts.set([batch.margins[from]!, batch.labels[from]!, share, taken], row * 4);
    }
    steps.push(counted > 0);
    if (counted > 0) taken++;
  }
  return { rows: count, inputs, facts, steps };
}
