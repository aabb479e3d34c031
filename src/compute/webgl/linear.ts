import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { compileDraw, type DrawProgram } from './draw.js';
import { checkLinear, type LinearResult } from './linear-check.js';
import { packBatch, type Chunk } from './linear-pack.js';
import { gatherShaders, scatterShaders, scoreShaders, updateShaders } from './linear-shaders.js';
import { readTexels, waitForGpu } from './readback.js';
import { createScratch } from './scratch.js';
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
/** A software renderer on a busy machine needs about 0.3 ms a row; this is 30 times that. */
const DEADLINE_MS = 10_000;

const units = ['weights', 'accumulators', 'members', 'entries', 'rows', 'grid', 'state', 'results'] as const;
type Unit = (typeof units)[number];

export function createLinearKernel(device: Device): LinearKernel {
  const { gl } = device;
  const gather = compileDraw(device, ...gatherShaders);
  const score = compileDraw(device, ...scoreShaders);
  const update = compileDraw(device, ...updateShaders);
  const scatter = compileDraw(device, ...scatterShaders);
  const draws = [gather, score, update, scatter];
  const vertexArray = gl.createVertexArray();
  const listShift = Math.log2(device.maxEdge);
  let held: { readonly size: number; readonly weights: Tensor; readonly accumulators: Tensor } | null = null;
  let probe = 0;

  const release = (): void => {
    held?.weights.dispose();
    held?.accumulators.dispose();
    held = null;
  };
  const hold = (params: LinearParams): NonNullable<typeof held> => {
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
    return held;
  };

  const bind = (unit: Unit, texture: WebGLTexture): void => {
    gl.activeTexture(gl.TEXTURE0 + units.indexOf(unit));
    gl.bindTexture(gl.TEXTURE_2D, texture);
  };
  const setInt = (name: string, value: number, which: readonly DrawProgram[] = draws): void => {
    for (const draw of which) {
      gl.useProgram(draw.program);
      gl.uniform1i(draw.uniform(name), value);
    }
  };
  const setFloat = (name: string, value: number): void => {
    for (const draw of draws) {
      gl.useProgram(draw.program);
      gl.uniform1f(draw.uniform(name), value);
    }
  };
  const draw = (target: WebGLFramebuffer, { program }: DrawProgram, mode: number, first: number, count: number): void => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.useProgram(program);
    gl.drawArrays(mode, first, count);
  };
  /** tfjs binds program, vertex array, framebuffer, viewport and textures before each draw of its own, but not these. */
  const begin = (): void => {
    gl.bindVertexArray(vertexArray);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.BLEND);
    gl.viewport(0, 0, device.maxEdge, device.maxEdge);
  };
  const end = (): void => {
    gl.bindVertexArray(null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    for (const unit of units.keys()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, null);
    }
    gl.activeTexture(gl.TEXTURE0);
  };

  /** Learns the chunk's rows on their working set; everything is issued, nothing awaited. */
  const learnChunk = (
    chunk: Chunk,
    batch: SparseBatch,
    toParams: WebGLFramebuffer,
    toResults: WebGLFramebuffer,
    bindBatch: () => void,
  ): void => {
    const scratch = createScratch(device);
    const count = chunk.members.length;
    try {
      // Made before they are bound: making one binds it to whatever unit is active.
      const lists = {
        members: scratch.list('R32F', count, Float32Array.from(chunk.members)),
        entries: scratch.list('RG32F', chunk.entries.length / 2, chunk.entries),
        rows: scratch.list('RGBA32F', chunk.rowTexels.length / 4, chunk.rowTexels),
        grid: scratch.list('RG32F', chunk.grid.length / 2, chunk.grid),
      };
      const states = [scratch.list('RGBA32F', count, null), scratch.list('RGBA32F', count, null)] as const;
      const toStates = [scratch.target([states[0].texture]), scratch.target([states[1].texture])] as const;
      bindBatch();
      for (const name of ['members', 'entries', 'rows', 'grid'] as const) bind(name, lists[name].texture);
      setInt('firstRow', chunk.firstRow);
      setInt('memberCount', count);
      setInt('offset', 0, [gather]);

      draw(toStates[0], gather, gl.POINTS, 0, count);
      let current = 0;
      gl.activeTexture(gl.TEXTURE0 + units.indexOf('state'));
      for (let row = 0; row < chunk.rows; row++) {
        const from = chunk.firstRow + row;
        gl.bindTexture(gl.TEXTURE_2D, states[current]!.texture);
        draw(toResults, score, gl.POINTS, row, 1);
        if (batch.sampleWeights[from] === 0 || batch.offsets[from] === batch.offsets[from + 1]) continue;
        current = 1 - current;
        draw(toStates[current]!, update, gl.TRIANGLE_STRIP, 4 * row, 4);
      }
      gl.bindTexture(gl.TEXTURE_2D, states[current]!.texture);
      draw(toParams, scatter, gl.POINTS, 0, count);
    } finally {
      scratch.dispose(); // the GPU keeps what it still needs
    }
  };

  return {
    get tensors() {
      return held === null ? [] : [held.weights, held.accumulators];
    },
    async step(params, batch, rule) {
      const packed = packBatch(params, batch);
      const { touched, chunks } = packed;
      const resultCount = batch.rows + touched.length;
      probe = (probe % 65_535) + 1; // a result of an earlier batch must not pass for this one's
      const scratch = createScratch(device);
      try {
        const { weights, accumulators } = hold(params);
        const results = scratch.list('RGBA32F', resultCount, null);
        const touchedList = scratch.list('R32F', touched.length, Float32Array.from(touched));
        const toResults = scratch.target([results.texture]);
        const toParams = scratch.target([textureOf(device, weights).texture, textureOf(device, accumulators).texture]);
        const bindBatch = (): void => {
          begin();
          bind('weights', textureOf(device, weights).texture);
          bind('accumulators', textureOf(device, accumulators).texture);
          bind('results', results.texture);
        };

        for (const [unit, name] of units.entries()) setInt(name, unit);
        setInt('viewportEdge', device.maxEdge);
        setInt('listShift', listShift);
        setInt('paramsShift', Math.log2(textureOf(device, weights).width));
        setInt('isPlain', rule.kind === 'sgd' ? 1 : 0);
        setFloat('probe', probe);
        setFloat('learningRate', rule.learningRate);
        setFloat('l2', rule.l2);
        setFloat('epsilon', rule.epsilon);

        let rowsAhead = 0;
        for (const chunk of chunks) {
          if (rowsAhead >= ROWS_PER_WAIT) {
            await waitForGpu(device, DEADLINE_MS);
            rowsAhead = 0;
          }
          learnChunk(chunk, batch, toParams, toResults, bindBatch);
          end();
          rowsAhead += chunk.rows;
        }
        bindBatch();
        bind('members', touchedList.texture);
        setInt('offset', batch.rows, [gather]);
        draw(toResults, gather, gl.POINTS, 0, touched.length);
        end();
        const width = results.height === 1 ? Math.max(1, resultCount) : results.width;
        return checkLinear(params, batch, rule, packed, await readTexels(device, toResults, width, results.height, DEADLINE_MS), probe);
      } finally {
        scratch.dispose();
      }
    },
    dispose() {
      release();
      for (const { program } of draws) gl.deleteProgram(program);
      gl.deleteVertexArray(vertexArray);
    },
  };
}
