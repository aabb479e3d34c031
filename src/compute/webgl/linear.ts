import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { checkLinear, type LinearResult } from './linear-check.js';
import { createLinearChunks, type ParamTextures } from './linear-chunks.js';
import { findTouched } from './linear-pack.js';
import { isForWaves } from './linear-wave-pack.js';
import { createLinearWaves } from './linear-waves.js';
import { makeTensor, overwriteTensor, textureOf } from './tensor.js';

/** Sparse AdaGrad (or plain SGD) on the GPU: weights stay there from the first row to the last. */
export interface LinearKernel {
  /**
   * @returns  what the batch made of the parameters it touched, verified; the caller's arrays are not changed
   * @throws SdkError `engine-lost`, `engine-refused`
   */
  step(params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<LinearResult>;
  readonly tensors: readonly Tensor[];
  dispose(): void;
}

export function createLinearKernel(device: Device): LinearKernel {
  const chunks = createLinearChunks(device);
  const waves = createLinearWaves(device);
  let held: { readonly size: number; readonly weights: Tensor; readonly accumulators: Tensor } | null = null;
  let probe = 0;

  const release = (): void => {
    held?.weights.dispose();
    held?.accumulators.dispose();
    held = null;
  };
  const hold = (params: LinearParams): ParamTextures => {
    const size = params.weights.length;
    if (held?.size !== size) {
      release();
      const width = 2 ** Math.ceil(Math.log2(size) / 2);
      const shape = [Math.ceil(size / width), width];
      const [weights, accumulators] = tidy(() => [keep(makeTensor(device, shape)), keep(makeTensor(device, shape))]) as [Tensor, Tensor];
      held = { size, weights, accumulators };
    }
    overwriteTensor(device, held.weights, params.weights);
    overwriteTensor(device, held.accumulators, params.accumulators);
    return { weights: textureOf(device, held.weights), accumulators: textureOf(device, held.accumulators) };
  };

  return {
    get tensors() {
      return held === null ? [] : [held.weights, held.accumulators];
    },
    async step(params, batch, rule) {
      const touched = findTouched(params, batch);
      probe = (probe % 65_535) + 1; // a result of an earlier batch must not pass for this one's
      const path = isForWaves(batch) ? waves : chunks;
      const texels = await path.learn(hold(params), params, batch, rule, touched, probe);
      return checkLinear(params, batch, rule, touched, texels, probe);
    },
    dispose() {
      release();
      chunks.dispose();
      waves.dispose();
    },
  };
}
