import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import type { Device } from './device.js';
import { packChunks, type Chunk, type Touched } from './linear-pack.js';
import { chunkShaders, chunkUnits } from './linear-shaders.js';
import { createPasses } from './passes.js';
import { partOfList, readParts, waitForGpu } from './readback.js';
import { createScratch } from './scratch.js';
import type { TensorTexture } from './tensor.js';

/** Parameters on the GPU, one value per texel. */
export interface ParamTextures {
  readonly weights: TensorTexture;
  readonly accumulators: TensorTexture;
}

/** One way to learn a batch on the GPU. */
export interface LinearPath {
  /**
   * @param probe  is in every texel that is answered, if all went well
   * @returns      [rows + touched, 4]: (score, −, −, probe), (weight, accumulator, −, probe)
   * @throws SdkError `engine-lost`
   */
  learn(
    textures: ParamTextures,
    params: LinearParams,
    batch: SparseBatch,
    rule: LinearRule,
    touched: Touched,
    probe: number,
  ): Promise<Float32Array>;
  dispose(): void;
}

/** After so many rows the GPU is waited for, so that a lost context is noticed and the deadline stays near. */
const ROWS_PER_WAIT = 512;
/** A software renderer on a busy machine needs about 0.3 ms a row; this is 30 times that. */
const DEADLINE_MS = 10_000;

/** Rows of any length: two passes per row over the weights of a chunk of rows. */
export function createLinearChunks(device: Device): LinearPath {
  const passes = createPasses(device, chunkUnits, chunkShaders);

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
      for (const name of ['members', 'entries', 'rows', 'grid'] as const) passes.bind(name, lists[name].texture);
      passes.set('firstRow', 'int', chunk.firstRow);
      passes.set('memberCount', 'int', count);
      passes.set('offset', 'int', 0);

      passes.draw('gather', toStates[0], 0, count);
      let current = 0;
      for (let row = 0; row < chunk.rows; row++) {
        const from = chunk.firstRow + row;
        passes.bind('state', states[current]!.texture);
        passes.draw('score', toResults, row, 1);
        if (batch.sampleWeights[from] === 0 || batch.offsets[from] === batch.offsets[from + 1]) continue;
        current = 1 - current;
        passes.draw('update', toStates[current]!, 6 * row, 6);
      }
      passes.bind('state', states[current]!.texture);
      passes.draw('scatter', toParams, 0, count);
    } finally {
      scratch.dispose(); // the GPU keeps what it still needs
    }
  };

  return {
    async learn({ weights, accumulators }, params, batch, rule, { touched }, probe) {
      const resultCount = batch.rows + touched.length;
      const scratch = createScratch(device);
      try {
        const results = scratch.list('RGBA32F', resultCount, null);
        const touchedList = scratch.list('R32F', touched.length, Float32Array.from(touched));
        const toResults = scratch.target([results.texture]);
        const toParams = scratch.target([weights.texture, accumulators.texture]);
        const bindBatch = (): void => {
          passes.begin();
          passes.bind('weights', weights.texture);
          passes.bind('accumulators', accumulators.texture);
          passes.bind('results', results.texture);
        };
        passes.set('listShift', 'int', Math.log2(device.maxEdge));
        passes.set('paramsShift', 'int', Math.log2(weights.width));
        passes.set('isPlain', 'int', rule.kind === 'sgd' ? 1 : 0);
        passes.set('probe', 'float', probe);
        for (const name of ['learningRate', 'l2', 'epsilon'] as const) passes.set(name, 'float', rule[name]);

        let rowsAhead = 0;
        for (const chunk of packChunks(params, batch)) {
          if (rowsAhead >= ROWS_PER_WAIT) {
            await waitForGpu(device, DEADLINE_MS);
            rowsAhead = 0;
          }
          learnChunk(chunk, batch, toParams, toResults, bindBatch);
          passes.end();
          rowsAhead += chunk.rows;
        }
        bindBatch();
        passes.bind('members', touchedList.texture);
        passes.set('offset', 'int', batch.rows);
        passes.draw('gather', toResults, 0, touched.length);
        passes.end();
        const [texels] = await readParts(device, [partOfList(toResults, results, resultCount)], DEADLINE_MS);
        return texels!;
      } finally {
        scratch.dispose();
      }
    },
    dispose: () => passes.dispose(),
  };
}
