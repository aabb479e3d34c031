import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { DenseBatch, FactorParams, FactorRule } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { checkFactors, type FactorResult } from './factors-check.js';
import { gainProgram, stateRows, updateProgram } from './factors-programs.js';
import { readTexture } from './readback.js';
import { adopt, makeTensorOf, textureOf } from './tensor.js';

/** The user vector's preconditioned step: two full-screen passes of tfjs per row, state in one tensor that is read once. */
export interface FactorKernel {
  /**
   * @returns  the parameters after the batch, verified, in new memory; the caller's arrays are not changed
   * @throws SdkError `engine-lost`, `engine-refused`
   */
  step(params: FactorParams, batch: DenseBatch, rule: FactorRule): Promise<FactorResult>;
  readonly tensors: readonly Tensor[];
  dispose(): void;
}

/** One state tensor holds the scores of so many rows; longer batches continue in the next. */
const ROWS_PER_STATE = 512;
const DEADLINE_MS = 15_000;

export function createFactorKernel(device: Device): FactorKernel {
  let held: Tensor | null = null;
  let probe = 0;

  /** Rows `first` to `first + count` on top of `params`. */
  const stepSome = async (
    params: FactorParams,
    batch: DenseBatch,
    rule: FactorRule,
    first: number,
    count: number,
  ): Promise<FactorResult> => {
    const { dim } = batch;
    probe = (probe % 65_535) + 1;
    const state = tidy(() => {
      const vectors = makeTensorOf(device, batch.vectors.slice(first * dim, (first + count) * dim), [count, dim]);
      const info = new Float32Array(count * 4);
      for (let row = 0; row < count; row++) {
        const from = first + row;
        info.set([batch.margins[from]!, batch.labels[from]!, batch.sampleWeights[from]!], row * 4);
      }
      const rows = makeTensorOf(device, info, [count, 4]);
      let current = makeTensorOf(device, stateOf(params, dim, count, probe), [stateRows(dim, count), dim]);
      const gain = gainProgram(dim);
      const update = updateProgram(dim, count);
      for (let row = 0; row < count; row++) {
        const gains = adopt(device, device.backend.runWebGLProgram(gain, [current, vectors, rows], 'float32', [[row]]));
        const next = adopt(
          device,
          device.backend.runWebGLProgram(update, [current, vectors, rows, gains], 'float32', [[row], [rule.minCurvature]]),
        );
        current.dispose();
        gains.dispose();
        current = next;
      }
      return keep(current);
    });
    held?.dispose();
    held = state;
    const { texture, width, height } = textureOf(device, state);
    const values = await readTexture(device, texture, width, height, DEADLINE_MS);
    return checkFactors(params, batch, first, count, values, probe);
  };

  return {
    get tensors() {
      return held === null ? [] : [held];
    },
    async step(params, batch, rule) {
      const scores = new Float32Array(batch.rows);
      let result: FactorResult = { scores, user: params.user.slice(), inverse: params.inverse.slice() };
      for (let first = 0; first < batch.rows; first += ROWS_PER_STATE) {
        const count = Math.min(ROWS_PER_STATE, batch.rows - first);
        const some = await stepSome(result, batch, rule, first, count);
        scores.set(some.scores, first);
        result = { scores, user: some.user, inverse: some.inverse };
      }
      return result;
    },
    dispose() {
      held?.dispose();
      held = null;
    },
  };
}

function stateOf(params: FactorParams, dim: number, rows: number, probe: number): Float32Array {
  const state = new Float32Array(stateRows(dim, rows) * dim);
  state.set(params.inverse);
  state.set(params.user, dim * dim);
  state.fill(probe, state.length - dim);
  return state;
}
