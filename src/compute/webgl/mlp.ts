import type { DenseBatch, MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import { dropoutThreshold } from '../../core/learners/mlp-dropout.js';
import type { Device } from './device.js';
import { checkMlp, type MlpResult } from './mlp-check.js';
import { fitsTextures, packRows, spanOf, unpackLayer } from './mlp-pack.js';
import { mlpShaders, mlpUnits } from './mlp-shaders.js';
import { makeLayers, type LayerTextures } from './mlp-textures.js';
import { createPasses, type Passes } from './passes.js';
import { readParts, waitForGpu } from './readback.js';
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

type MlpPasses = Passes<keyof typeof mlpShaders, (typeof mlpUnits)[number]>;

/** Rows that lie on the GPU together: a texture's edge, and no more than 16 MB in any texture. */
const MOST_TEXELS = 2 ** 20;
/** After so many products (rows · weights) the GPU is waited for: about 0.3 s of a software renderer on a busy machine. */
const PRODUCTS_PER_WAIT = 2 ** 24;
const GROUPS_PER_WAIT = 512;
const DEADLINE_MS = 20_000;

export function createMlpKernel(device: Device): MlpKernel {
  let compiled: MlpPasses | null = null;
  let probe = 0;
  const groupSizeOf = (batch: DenseBatch, rule: MlpRule): number => Math.min(rule.batch, Math.max(1, batch.rows));

  return {
    fits: (params, batch, rule) => fitsTextures(params.sizes, groupSizeOf(batch, rule), device.maxEdge),
    async step(params, batch, rule) {
      const passes = (compiled ??= createPasses(device, mlpUnits, mlpShaders));
      const groupSize = groupSizeOf(batch, rule);
      const widest = spanOf(Math.max(...params.sizes));
      const groupsAtOnce = Math.max(1, Math.floor(Math.min(device.maxEdge, MOST_TEXELS / widest) / groupSize));
      const rowsAtOnce = Math.min(groupsAtOnce * groupSize, Math.max(1, batch.rows));
      const groupsPerWait = Math.max(1, Math.min(GROUPS_PER_WAIT, Math.floor(PRODUCTS_PER_WAIT / (groupSize * params.weights.length))));
      probe = (probe % 65_535) + 1; // a result of an earlier call must not pass for this one's
      const scratch = createScratch(device);
      try {
        const layers = makeLayers(scratch, params, rowsAtOnce, probe + 0.5);
        setRule(passes, params, rule, groupSize, probe);
        const scores = new Float32Array(batch.rows);
        let steps = 0;
        for (let first = 0; first < batch.rows; first += rowsAtOnce) {
          const some = packRows(batch, rule, first, Math.min(rowsAtOnce, batch.rows - first), steps);
          const own = createScratch(device);
          try {
            const inputs = own.grid('RGBA32F', spanOf(batch.dim), some.rows, some.inputs).texture;
            const facts = own.grid('RGBA32F', 1, some.rows, some.facts).texture;
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
            const toScores = { framebuffer: layers.at(-1)!.slopes.target, attachment: 0, width: 1, height: some.rows };
            if (first + rowsAtOnce < batch.rows) {
              const [texels] = await readParts(device, [toScores], DEADLINE_MS);
              takeScores(texels!, probe, scores.subarray(first));
              continue;
            }
            const toNumbers = layers.flatMap(({ layer, numbers }) =>
              [0, 1].map((attachment) => ({
                framebuffer: numbers[steps & 1]!.target,
                attachment,
                width: spanOf(layer.inputs),
                height: layer.outputs,
              })),
            );
            const [texels, ...read] = await readParts(device, [toScores, ...toNumbers], DEADLINE_MS);
            takeScores(texels!, probe, scores.subarray(first));
            const weights = new Float32Array(params.weights.length);
            const accumulators = new Float32Array(weights.length);
            const mark = steps > 0 ? probe : probe + 0.5;
            for (const [at, { layer }] of layers.entries()) {
              const stray = unpackLayer(layer, read[2 * at]!, mark, weights);
              if (stray !== undefined) refuse(`layer ${at} carries probe ${stray}, expected ${mark}`);
              unpackLayer(layer, read[2 * at + 1]!, 0, accumulators);
            }
            return checkMlp(params, batch, rule, { scores, weights, accumulators, steps });
          } finally {
            own.dispose();
          }
        }
        return { scores, weights: params.weights.slice(), accumulators: params.accumulators.slice(), steps: 0 }; // no rows
      } finally {
        scratch.dispose();
      }
    },
    dispose: () => compiled?.dispose(),
  };
}

/** Issues one step; nothing is awaited. @param current  which pair of numbers it starts from */
function learnGroup(
  passes: MlpPasses,
  layers: readonly LayerTextures[],
  inputs: WebGLTexture,
  group: number,
  current: number,
  isStep: boolean,
): void {
  const sourceOf = (at: number): WebGLTexture => (at === 0 ? inputs : layers[at - 1]!.activations!.texture);
  const draw = (pass: keyof typeof mlpShaders, target: WebGLFramebuffer): void => passes.draw(pass, target, 6 * group, 6);
  for (const [at, { numbers, activations, slopes }] of layers.entries()) {
    passes.bind('weights', numbers[current]!.weights);
    passes.bind('source', sourceOf(at));
    if (activations === null) {
      draw('output', slopes.target);
    } else {
      passes.set('layer', 'int', at, 'hidden');
      draw('hidden', activations.target);
    }
  }
  if (!isStep) return;
  for (let at = layers.length - 1; at >= 0; at--) {
    const { numbers, slopes } = layers[at]!;
    passes.bind('weights', numbers[current]!.weights);
    passes.bind('source', sourceOf(at));
    if (at > 0) {
      passes.bind('above', slopes.texture);
      draw('back', layers[at - 1]!.slopes.target);
    }
    passes.bind('accumulators', numbers[current]!.accumulators);
    passes.bind('slopes', slopes.texture);
    draw('update', numbers[1 - current]!.target);
  }
}

function setRule(passes: MlpPasses, params: MlpParams, rule: MlpRule, groupSize: number, probe: number): void {
  passes.set('groupSize', 'int', groupSize);
  passes.set('seed', 'uint', rule.seed >>> 0);
  passes.set('stepsBefore', 'uint', params.steps[0]!);
  passes.set('threshold', 'uint', dropoutThreshold(rule));
  passes.set('keptScale', 'float', 1 / (1 - rule.dropout));
  passes.set('learningRate', 'float', rule.learningRate);
  passes.set('l2', 'float', rule.l2);
  passes.set('epsilon', 'float', rule.epsilon);
  passes.set('isPlain', 'int', rule.kind === 'sgd' ? 1 : 0);
  passes.set('probe', 'float', probe);
}

/** @param texels  [rows · 4]: (slope, score, 0, probe) */
function takeScores(texels: Float32Array, probe: number, scores: Float32Array): void {
  for (let row = 0; row < texels.length / 4; row++) {
    if (texels[4 * row + 3] !== probe) refuse(`score ${row} carries probe ${texels[4 * row + 3]}, expected ${probe}`);
    scores[row] = texels[4 * row + 1]!;
  }
}
