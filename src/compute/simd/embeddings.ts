import { stepEmbeddings } from '../../core/learners/embeddings.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../core/learners/kernel-types.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** User, item, rival, label, sample weight, margin and score. */
const ROW_BYTES = 28;
const SLICE_BYTES = 256;

/**
 * For tables that live in the engine's memory. Others go to the pure kernel: a row touches a few vectors of large tables, and to
 * fetch and return them costs as much as the step.
 */
export function createEmbeddingsKernel(
  homes: Homes,
): (params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule) => Float32Array {
  return (params, batch, rule) => {
    const { users, items, userBiases, itemBiases, userAccumulators, itemAccumulators, userBiasAccumulators, itemBiasAccumulators } = params;
    const tables = [users, items, userBiases, itemBiases, userAccumulators, itemAccumulators, userBiasAccumulators, itemBiasAccumulators];
    const home = homes.homeOf(...tables);
    const { rivals } = batch;
    const isPairs = rule.loss === 'bpr';
    if (home === undefined || (isPairs && rivals === undefined)) return stepEmbeddings(params, batch, rule);
    const { scratch, kernels, buffer } = home;
    const { learningRate, l2, biasL2, epsilon } = rule;
    const scores = new Float32Array(batch.rows);
    eachSlice(
      batch.rows,
      scratch.sizeBytes - SLICE_BYTES,
      (row) => row * ROW_BYTES,
      (from, to) => {
        scratch.reset();
        const rows = to - from;
        const scoresAt = scratch.take(rows * 4);
        const usersAt = scratch.place(batch.users, from, to);
        const itemsAt = scratch.place(batch.items, from, to);
        const weightsAt = scratch.place(batch.sampleWeights, from, to);
        const marginsAt = scratch.place(batch.margins, from, to);
        if (isPairs) {
          kernels.stepPairs(
            users.byteOffset,
            items.byteOffset,
            itemBiases.byteOffset,
            userAccumulators.byteOffset,
            itemAccumulators.byteOffset,
            itemBiasAccumulators.byteOffset,
            params.dim,
            rows,
            usersAt,
            itemsAt,
            scratch.place(rivals!, from, to),
            weightsAt,
            marginsAt,
            scoresAt,
            learningRate,
            l2,
            biasL2,
            epsilon,
          );
        } else {
          kernels.stepSingles(
            ...tables.map(({ byteOffset }) => byteOffset),
            params.dim,
            rows,
            usersAt,
            itemsAt,
            scratch.place(batch.labels, from, to),
            weightsAt,
            marginsAt,
            scoresAt,
            rule.loss === 'squared' ? 1 : 0,
            learningRate,
            l2,
            biasL2,
            epsilon,
          );
        }
        scores.set(new Float32Array(buffer, scoresAt, rows), from);
      },
      (row) => {
        throw new RangeError(`simd: row ${row} does not fit a scratch of ${scratch.sizeBytes} B`); // 28 bytes always do
      },
    );
    return scores;
  };
}
