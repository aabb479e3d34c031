import type { MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import { dropoutThreshold } from '../../core/learners/mlp-dropout.js';
import type { Device } from './device.js';
import { mlpShaders, mlpUnits } from './mlp-shaders.js';
import type { LayerTextures } from './mlp-textures.js';
import { createPasses, type Passes } from './passes.js';

export type MlpPasses = Passes<keyof typeof mlpShaders, (typeof mlpUnits)[number]>;

export const createMlpPasses = (device: Device): MlpPasses => createPasses(device, mlpUnits, mlpShaders);

/** What stays the same in a call. */
export function setRule(passes: MlpPasses, params: MlpParams, rule: MlpRule, groupSize: number, probe: number): void {
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

/**
 * Issues the passes of one group of rows; nothing is awaited.
 * @param current  which pair of numbers it starts from
 * @param isStep   false: scores alone
 */
export function learnGroup(
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
