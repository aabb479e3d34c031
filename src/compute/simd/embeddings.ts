import { stepEmbeddings } from '../../core/learners/embeddings.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../core/learners/kernel-types.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** User, item, rival, label, sample weight, margin and score. */
const ROW_BYTES = 28;
const SLICE_BYTES = 256;
/** Tables that live elsewhere are copied where there are no more vectors than so many to a row: a step saves what five copies cost. */
const GUESTS_PER_NUMBER = 1;

/** Few rows of large tables that live elsewhere go to the pure kernel: to copy the tables would cost more than the step. */
export function createEmbeddingsKernel(
  homes: Homes,
): (params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule) => Float32Array {
  return (params, batch, rule) => {
    const { dim, users, items } = params;
    if (rule.loss === 'bpr' && batch.rivals === undefined) return stepEmbeddings(params, batch, rule); // which throws
    const own = homeOf(homes, params);
    if (own !== undefined) {
      return step(
        own,
        users.byteOffset,
        items.byteOffset,
        params.userBiases.byteOffset,
        params.itemBiases.byteOffset,
        params.userAccumulators.byteOffset,
        params.itemAccumulators.byteOffset,
        params.userBiasAccumulators.byteOffset,
        params.itemBiasAccumulators.byteOffset,
        dim,
        batch,
        rule,
      );
    }
    if (users.length + items.length > GUESTS_PER_NUMBER * batch.rows * dim) return stepEmbeddings(params, batch, rule);
    const { userBiases, itemBiases, userAccumulators, itemAccumulators, userBiasAccumulators, itemBiasAccumulators } = params;
    return homes.host(
      [users, items, userBiases, itemBiases, userAccumulators, itemAccumulators, userBiasAccumulators, itemBiasAccumulators],
      (home, pointers) => step(home, ...(pointers as Tables), dim, batch, rule),
    );
  };
}

/** Pointers in the order of `host`. */
type Tables = [number, number, number, number, number, number, number, number];

/** All tables in one home. */
function homeOf(homes: Homes, params: EmbeddingParams): Home | undefined {
  const { buffer } = params.users;
  const isTogether =
    params.userBiases.buffer === buffer &&
    params.itemBiases.buffer === buffer &&
    params.userAccumulators.buffer === buffer &&
    params.itemAccumulators.buffer === buffer &&
    params.userBiasAccumulators.buffer === buffer &&
    params.itemBiasAccumulators.buffer === buffer;
  return isTogether ? homes.homeOf(params.users, params.items) : undefined;
}

function step(
  { scratch, kernels }: Home,
  users: number,
  items: number,
  userBiases: number,
  itemBiases: number,
  userAccumulators: number,
  itemAccumulators: number,
  userBiasAccumulators: number,
  itemBiasAccumulators: number,
  dim: number,
  batch: EmbeddingBatch,
  rule: EmbeddingRule,
): Float32Array {
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
      if (rule.loss === 'bpr') {
        kernels.stepPairs(
          users,
          items,
          itemBiases,
          userAccumulators,
          itemAccumulators,
          itemBiasAccumulators,
          dim,
          rows,
          usersAt,
          itemsAt,
          scratch.place(batch.rivals!, from, to),
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
          users,
          items,
          userBiases,
          itemBiases,
          userAccumulators,
          itemAccumulators,
          userBiasAccumulators,
          itemBiasAccumulators,
          dim,
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
      scratch.fetch(scoresAt, scores, from, to);
    },
    (row) => {
      throw new RangeError(`simd: row ${row} does not fit a scratch of ${scratch.sizeBytes} B`); // 28 bytes always do
    },
  );
  return scores;
}
