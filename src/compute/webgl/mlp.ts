import type { DenseBatch, MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import { dropoutThreshold } from '../../core/learners/mlp-dropout.js';
import type { Device } from './device.js';
import { checkMlp, type MlpResult } from './mlp-check.js';
import { packLines, packRows, planMlp, unpackLines, type MlpRows, type PackedMlp } from './mlp-pack.js';
import { mlpShaders, mlpUnits } from './mlp-shaders.js';
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

/** Rows that lie on the GPU together: a texture's edge, and no more than 16 MB of inputs. */
const MOST_TEXELS = 2 ** 20;
/** After so many products (rows · weights) the GPU is waited for: about 0.3 s of a software renderer on a busy machine. */
const PRODUCTS_PER_WAIT = 2 ** 24;
const GROUPS_PER_WAIT = 512;
const DEADLINE_MS = 20_000;

export function createMlpKernel(device: Device): MlpKernel {
  let compiled: MlpPasses | null = null;
  let probe = 0;
  const planOf = (params: MlpParams, batch: DenseBatch, rule: MlpRule): PackedMlp | null =>
    planMlp(params.sizes, Math.min(rule.batch, Math.max(1, batch.rows)), device.maxEdge);

  return {
    fits: (params, batch, rule) => planOf(params, batch, rule) !== null,
    async step(params, batch, rule) {
      const plan = planOf(params, batch, rule)!; // the caller has asked
      const passes = (compiled ??= createPasses(device, mlpUnits, mlpShaders));
      const { sizes } = params;
      const groupSize = Math.min(rule.batch, Math.max(1, batch.rows));
      const inputSpan = plan.table[2]!;
      const rowsAtOnce = groupSize * Math.max(1, Math.floor(Math.min(device.maxEdge, MOST_TEXELS / inputSpan) / groupSize));
      const scores = new Float32Array(batch.rows);
      probe = (probe % 65_535) + 1; // a result of an earlier call must not pass for this one's
      const scratch = createScratch(device);
      try {
        const grid = (width: number, height: number, texels: Float32Array | null = null): WebGLTexture =>
          scratch.grid('RGBA32F', width, height, texels).texture;
        const { span, lines, hiddenSpan, layerCount } = plan;
        const numbers = [0, 1].map((at) => ({
          weights: grid(span, lines, at === 0 ? packLines(plan, sizes, params.weights, probe + 0.5) : null),
          accumulators: grid(span, lines, at === 0 ? packLines(plan, sizes, params.accumulators, 0) : null),
        }));
        const toNumbers = numbers.map((pair) => scratch.target([pair.weights, pair.accumulators]));
        const hiddenHeight = Math.max(1, Math.ceil((layerCount - 1) / 2)) * groupSize;
        const [activations, slopes] = [0, 1].map(() => [grid(hiddenSpan, hiddenHeight), grid(hiddenSpan, hiddenHeight)]) as [
          WebGLTexture[],
          WebGLTexture[],
        ];
        const [toActivations, toSlopes] = [activations, slopes].map((pair) => pair.map((texture) => scratch.target([texture]))) as [
          WebGLFramebuffer[],
          WebGLFramebuffer[],
        ];
        const capacity = Math.min(rowsAtOnce, Math.max(1, batch.rows));
        const results = grid(1, capacity);
        const toResults = scratch.target([results]);

        let current = 0;
        let steps = 0;
        const bindAll = (inputs: WebGLTexture, facts: WebGLTexture): void => {
          passes.bind('inputs', inputs);
          passes.bind('facts', facts);
          passes.bind('results', results);
          for (const at of [0, 1] as const) {
            passes.bind(`activations${at}`, activations[at]!);
            passes.bind(`slopes${at}`, slopes[at]!);
          }
          bindNumbers();
        };
        const bindNumbers = (): void => {
          passes.bind('weights', numbers[current]!.weights);
          passes.bind('accumulators', numbers[current]!.accumulators);
        };
        const learnGroup = (group: number, isStep: boolean, inputs: WebGLTexture): void => {
          for (let layer = 0; layer < layerCount - 1; layer++) {
            passes.set('layer', 'int', layer, 'hidden');
            passes.bind('source', layer === 0 ? inputs : activations[(layer - 1) & 1]!);
            passes.draw('hidden', toActivations[layer & 1]!, 6 * group, 6);
          }
          passes.bind('own', layerCount === 1 ? inputs : activations[(layerCount - 2) & 1]!);
          passes.draw('output', toResults, 6 * group, 6);
          if (!isStep) return;
          for (let layer = layerCount - 2; layer >= 0; layer--) {
            passes.set('layer', 'int', layer, 'back');
            passes.bind('own', activations[layer & 1]!);
            passes.bind('above', layer === layerCount - 2 ? results : slopes[(layer + 1) & 1]!);
            passes.draw('back', toSlopes[layer & 1]!, 6 * group, 6);
          }
          passes.draw('update', toNumbers[1 - current]!, 6 * layerCount * group, 6 * layerCount);
          current = 1 - current;
          bindNumbers();
          steps++;
        };
        setRule(passes, plan, params, rule, groupSize);
        passes.set('probe', 'float', probe);

        for (let first = 0; first < batch.rows; first += rowsAtOnce) {
          const rows: MlpRows = packRows(batch, rule, first, Math.min(rowsAtOnce, batch.rows - first), steps);
          const own = createScratch(device);
          try {
            const inputs = own.grid('RGBA32F', inputSpan, rows.rows, rows.inputs).texture;
            const facts = own.grid('RGBA32F', 1, rows.rows, rows.facts).texture;
            const perWait = Math.max(1, Math.min(GROUPS_PER_WAIT, Math.floor(PRODUCTS_PER_WAIT / (groupSize * params.weights.length))));
            for (let group = 0; group < rows.steps.length; group++) {
              if (group % perWait === 0) {
                if (group > 0) {
                  passes.end();
                  await waitForGpu(device, DEADLINE_MS);
                }
                passes.begin();
                passes.set('rowCount', 'int', rows.rows);
                bindAll(inputs, facts);
              }
              learnGroup(group, rows.steps[group]!, inputs);
            }
            passes.end();
            const isLast = first + rowsAtOnce >= batch.rows;
            const parts = [
              { framebuffer: toResults, attachment: 0, width: 1, height: rows.rows },
              ...[0, 1].map((attachment) => ({ framebuffer: toNumbers[current]!, attachment, width: span, height: lines })),
            ];
            const [scored, weights, accumulators] = await readParts(device, isLast ? parts : parts.slice(0, 1), DEADLINE_MS);
            takeScores(scored!, rows.rows, probe, scores.subarray(first));
            if (!isLast) continue;
            const newWeights = unpackLines(plan, sizes, weights!);
            const newAccumulators = unpackLines(plan, sizes, accumulators!);
            const mark = steps > 0 ? probe : probe + 0.5;
            const stray = newWeights.marks.findIndex((found) => found !== mark);
            if (stray >= 0) refuse(`line ${stray} carries probe ${newWeights.marks[stray]}, expected ${mark}`);
            return checkMlp(params, batch, rule, { scores, weights: newWeights.numbers, accumulators: newAccumulators.numbers, steps });
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

function setRule(passes: MlpPasses, plan: PackedMlp, params: MlpParams, rule: MlpRule, groupSize: number): void {
  passes.set('layers', 'ivec4', plan.table);
  passes.set('layerCount', 'int', plan.layerCount);
  passes.set('groupSize', 'int', groupSize);
  passes.set('seed', 'uint', rule.seed >>> 0);
  passes.set('step', 'uint', params.steps[0]!);
  passes.set('threshold', 'uint', dropoutThreshold(rule));
  passes.set('keptScale', 'float', 1 / (1 - rule.dropout));
  passes.set('learningRate', 'float', rule.learningRate);
  passes.set('l2', 'float', rule.l2);
  passes.set('epsilon', 'float', rule.epsilon);
  passes.set('isPlain', 'int', rule.kind === 'sgd' ? 1 : 0);
}

/** @param texels  [rows · 4], see `mlp-shaders` */
function takeScores(texels: Float32Array, rows: number, probe: number, scores: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    if (texels[4 * row + 3] !== probe) refuse(`score ${row} carries probe ${texels[4 * row + 3]}, expected ${probe}`);
    scores[row] = texels[4 * row]!;
  }
}
