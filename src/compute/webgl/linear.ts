import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { compileDraw, makeTarget, makeTexels, type DrawProgram, type TexelList } from './draw.js';
import { gatherShaders, scoreShaders, stepShaders, storeShaders } from './linear-shaders.js';
import { checkLinear, type LinearResult } from './linear-check.js';
import { packBatch } from './linear-pack.js';
import { readTexels, waitForGpu } from './readback.js';
import { makeTensor, overwriteTensor, textureOf } from './tensor.js';

/** Sparse AdaGrad (or plain SGD) on the GPU: weights stay in two textures from the first row to the last. */
export interface LinearKernel {
  /**
   * @returns  what the batch made of the parameters it touched, verified; the caller's arrays are not changed
   * @throws SdkError `engine-lost`, `engine-refused`
   */
  step(params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<LinearResult>;
  readonly tensors: readonly Tensor[];
  dispose(): void;
}

/** After so many rows the GPU is waited for, so that a lost context is noticed and the deadline stays near. */
const ROWS_PER_WAIT = 512;
const BASE_DEADLINE_MS = 5000;
/** A software renderer on a busy machine needs about 0.2 ms a row. */
const DEADLINE_PER_ROW_MS = 10;

export function createLinearKernel(device: Device): LinearKernel {
  const { gl } = device;
  const draws = [scoreShaders, stepShaders, storeShaders, gatherShaders].map(([vertex, fragment]) => compileDraw(device, vertex, fragment));
  const vertexArray = gl.createVertexArray();
  let held: { readonly size: number; readonly weights: Tensor; readonly accumulators: Tensor } | null = null;
  let probe = 0;

  const release = (): void => {
    held?.weights.dispose();
    held?.accumulators.dispose();
    held = null;
  };
  const hold = (params: LinearParams): { readonly weights: Tensor; readonly accumulators: Tensor } => {
    const size = params.weights.length;
    if (held?.size !== size) {
      release();
      const width = 2 ** Math.ceil(Math.log2(size) / 2);
      const shape = [Math.ceil(size / width), width];
      tidy(() => {
        held = { size, weights: keep(makeTensor(device, shape)), accumulators: keep(makeTensor(device, shape)) };
      });
    }
    overwriteTensor(device, held!.weights, params.weights);
    overwriteTensor(device, held!.accumulators, params.accumulators);
    return held!;
  };

  return {
    get tensors() {
      return held === null ? [] : [held.weights, held.accumulators];
    },
    async step(params, batch, rule) {
      const packed = packBatch(params, batch);
      probe = (probe % 65_535) + 1; // a result of an earlier batch must not pass for this one's
      const lists: TexelList[] = [];
      const targets: WebGLFramebuffer[] = [];
      try {
        const { weights, accumulators } = hold(params);
        const entries = listOf(packed.entries.length / 4, packed.entries);
        const rows = listOf(packed.rows.length / 4, packed.rows);
        const results = listOf(batch.rows + packed.touched.length, null);
        const scratch = listOf(packed.longestRow, null);
        const into = (...textures: WebGLTexture[]): WebGLFramebuffer => {
          const target = makeTarget(device, textures);
          targets.push(target);
          return target;
        };
        const intoResults = into(results.texture);
        const intoScratch = into(scratch.texture);
        const intoParams = into(textureOf(device, weights).texture, textureOf(device, accumulators).texture);

        const [score, step, store, gather] = draws as [DrawProgram, DrawProgram, DrawProgram, DrawProgram];
        const begin = (): void => {
          begun();
          const textures = [textureOf(device, weights), textureOf(device, accumulators), entries, rows, results, scratch];
          for (const [unit, { texture }] of textures.entries()) {
            gl.activeTexture(gl.TEXTURE0 + unit);
            gl.bindTexture(gl.TEXTURE_2D, texture);
          }
          for (const draw of draws) {
            gl.useProgram(draw.program);
            for (const [unit, name] of ['weights', 'accumulators', 'entries', 'rows', 'results', 'scratch'].entries()) {
              gl.uniform1i(draw.uniform(name), unit);
            }
            gl.uniform1i(draw.uniform('viewportEdge'), device.maxEdge);
            gl.uniform1i(draw.uniform('listShift'), Math.log2(results.width));
            gl.uniform1i(draw.uniform('paramsShift'), Math.log2(textureOf(device, weights).width));
            gl.uniform1i(draw.uniform('rowCount'), batch.rows);
            gl.uniform1i(draw.uniform('entryCount'), packed.entryCount);
            gl.uniform1f(draw.uniform('probe'), probe);
            gl.uniform1f(draw.uniform('learningRate'), rule.learningRate);
            gl.uniform1f(draw.uniform('l2'), rule.l2);
            gl.uniform1f(draw.uniform('epsilon'), rule.epsilon);
            gl.uniform1i(draw.uniform('isPlain'), rule.kind === 'sgd' ? 1 : 0);
          }
        };
        const points = (target: WebGLFramebuffer, draw: DrawProgram, first: number, count: number): void => {
          gl.bindFramebuffer(gl.FRAMEBUFFER, target);
          gl.useProgram(draw.program);
          gl.drawArrays(gl.POINTS, first, count);
        };

        begin();
        for (let row = 0; row < batch.rows; row++) {
          if (row > 0 && row % ROWS_PER_WAIT === 0) {
            ended();
            await waitForGpu(device, deadlineMs(ROWS_PER_WAIT));
            begin();
          }
          points(intoResults, score, row, 1);
          const first = batch.offsets[row]!;
          const count = batch.offsets[row + 1]! - first;
          if (count === 0 || batch.sampleWeights[row] === 0) continue;
          points(intoScratch, step, first, count);
          points(intoParams, store, first, count);
        }
        if (packed.touched.length > 0) points(intoResults, gather, packed.entryCount, packed.touched.length);
        ended();
        const resultCount = batch.rows + packed.touched.length;
        const usedWidth = results.height === 1 ? Math.max(1, resultCount) : results.width;
        const texels = await readTexels(device, intoResults, usedWidth, results.height, deadlineMs(ROWS_PER_WAIT));
        return checkLinear(params, batch, rule, packed, texels, probe);
      } finally {
        for (const target of targets) gl.deleteFramebuffer(target);
        for (const list of lists) gl.deleteTexture(list.texture);
      }

      function listOf(count: number, texels: Float32Array | null): TexelList {
        const list = makeTexels(device, 'RGBA32F', count, texels);
        lists.push(list);
        return list;
      }
    },
    dispose() {
      release();
      for (const draw of draws) gl.deleteProgram(draw.program);
      gl.deleteVertexArray(vertexArray);
    },
  };

  /** tfjs binds program, vertex array, framebuffer, viewport and textures before each draw of its own, but not these. */
  function begun(): void {
    gl.bindVertexArray(vertexArray);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.BLEND);
    gl.viewport(0, 0, device.maxEdge, device.maxEdge);
  }

  function ended(): void {
    gl.bindVertexArray(null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.activeTexture(gl.TEXTURE0);
  }
}

function deadlineMs(rows: number): number {
  return BASE_DEADLINE_MS + DEADLINE_PER_ROW_MS * rows;
}
