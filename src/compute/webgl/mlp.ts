import type { DenseBatch, MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { checkMlp, type MlpResult } from './mlp-check.js';
import { fitsTextures, packRows, spanOf, unpackLayer, type MlpRows } from './mlp-pack.js';
import { createMlpPasses, learnGroup, setRule, type MlpPasses } from './mlp-passes.js';
import { makeLayers, type LayerTextures } from './mlp-textures.js';
import { readParts, waitForGpu, type ReadPart } from './readback.js';
import { refuse } from './refuse.js';
import { createScratch } from './scratch.js';

/** The perceptron on the GPU: parameters stay in two pairs of textures from the first group of rows to the last. */
export interface MlpKernel {
  /** Whether network and groups fit the textures. */
  fits(params: MlpParams, batch: DenseBatch, rule: MlpRule): boolean;
  /**
   * @returns  what the call makes of the parameters, verified; the caller's arrays are not changed
   * @throws SdkError `engine-lost`, `engine-refused`
   */
  step(params: MlpParams, batch: DenseBatch, rule: MlpRule): Promise<MlpResult>;
  dispose(): void;
}

/** Rows that lie on the GPU together: a texture's edge, and no more than 16 MB in any texture. */
const MOST_TEXELS = 2 ** 20;
/** After so many products (rows · weights) the GPU is waited for: about 0.3 s of a software renderer on a busy machine. */
const PRODUCTS_PER_WAIT = 2 ** 24;
const GROUPS_PER_WAIT = 512;
const DEADLINE_MS = 20_000;

export function createMlpKernel(device: Device): MlpKernel {
  let compiled: MlpPasses | null = null;
  let probe = 0;

  /** Issues all groups of `some` rows, and waits where the GPU would be left alone for long. @returns steps taken so far */
  const learnRows = async (
    passes: MlpPasses,
    layers: readonly LayerTextures[],
    some: MlpRows,
    stepsBefore: number,
    groupsPerWait: number,
  ): Promise<number> => {
    const scratch = createScratch(device);
    try {
      const inputs = scratch.grid('RGBA32F', some.inputs.length / 4 / some.rows, some.rows, some.inputs).texture;
      const facts = scratch.grid('RGBA32F', 1, some.rows, some.facts).texture;
      let steps = stepsBefore;
      for (const [group, isStep] of some.steps.entries()) {
        if (group % groupsPerWait === 0) {
          if (group > 0) {
            passes.end();
            await waitForGpu(device, DEADLINE_MS);
          }
          passes.begin();
          passes.set('rowCount', 'int', some.rows);
          passes.bind('facts', facts);
        }
        learnGroup(passes, layers, inputs, group, steps & 1, isStep);
        if (isStep) steps++;
      }
      passes.end();
      return steps;
    } finally {
      scratch.dispose(); // the GPU keeps what it still needs
    }
  };

  return {
    fits: (params, batch, rule) => fitsTextures(params.sizes, groupSizeOf(batch, rule), device.maxEdge),
    async step(params, batch, rule) {
      const scores = new Float32Array(batch.rows);
      const weights = params.weights.slice();
      const accumulators = params.accumulators.slice();
      if (batch.rows === 0) return { scores, weights, accumulators, steps: 0 };
      const passes = (compiled ??= createMlpPasses(device));
      const groupSize = groupSizeOf(batch, rule);
      const groupsAtOnce = Math.floor(Math.min(device.maxEdge, MOST_TEXELS / spanOf(Math.max(...params.sizes))) / groupSize);
      const rowsAtOnce = Math.min(batch.rows, groupSize * Math.max(1, groupsAtOnce));
      const groupsPerWait = Math.max(1, Math.min(GROUPS_PER_WAIT, Math.floor(PRODUCTS_PER_WAIT / (groupSize * weights.length))));
      probe = (probe % 65_535) + 1; // a result of an earlier call must not pass for this one's
      const scratch = createScratch(device);
      try {
        const layers = makeLayers(scratch, params, rowsAtOnce, probe + 0.5);
        setRule(passes, params, rule, groupSize, probe);
        let steps = 0;
        for (let first = 0; first < batch.rows; first += rowsAtOnce) {
          const rows = Math.min(rowsAtOnce, batch.rows - first);
          steps = await learnRows(passes, layers, packRows(batch, rule, first, rows, steps), steps, groupsPerWait);
          const isLast = first + rows === batch.rows;
          const toScores = { framebuffer: layers.at(-1)!.slopes.target, attachment: 0, width: 1, height: rows };
          const read = await readParts(device, isLast ? [toScores, ...numbersOf(layers, steps & 1)] : [toScores], DEADLINE_MS);
          takeScores(read[0]!, probe, scores.subarray(first));
          if (isLast) takeNumbers(layers, read.slice(1), steps > 0 ? probe : probe + 0.5, weights, accumulators);
        }
        return checkMlp(params, batch, rule, { scores, weights, accumulators, steps });
      } finally {
        scratch.dispose();
      }
    },
    dispose: () => compiled?.dispose(),
  };
}

const groupSizeOf = (batch: DenseBatch, rule: MlpRule): number => Math.min(rule.batch, Math.max(1, batch.rows));

/** Weights and accumulators of each layer, by turns. */
function numbersOf(layers: readonly LayerTextures[], current: number): readonly ReadPart[] {
  return layers.flatMap(({ layer, numbers }) => {
    const part = { framebuffer: numbers[current]!.target, width: spanOf(layer.inputs), height: layer.outputs };
    return [0, 1].map((attachment) => ({ ...part, attachment }));
  });
}

/** The inverse of `numbersOf`, into `weights` and `accumulators`. */
function takeNumbers(
  layers: readonly LayerTextures[],
  read: readonly Float32Array[],
  mark: number,
  weights: Float32Array,
  accumulators: Float32Array,
): void {
  for (const [at, { layer }] of layers.entries()) {
    const stray = unpackLayer(layer, read[2 * at]!, mark, weights);
    if (stray !== undefined) refuse(`layer ${at} carries probe ${stray}, expected ${mark}`);
    unpackLayer(layer, read[2 * at + 1]!, 0, accumulators);
  }
}

/** @param texels  [rows · 4]: (slope, score, 0, probe) */
function takeScores(texels: Float32Array, probe: number, scores: Float32Array): void {
  for (let row = 0; row < texels.length / 4; row++) {
    if (texels[4 * row + 3] !== probe) refuse(`score ${row} carries probe ${texels[4 * row + 3]}, expected ${probe}`);
    scores[row] = texels[4 * row + 1]!;
  }
}
