import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** Offset, label, sample weight, margin and score of a row; index and value of a non-zero. */
const ROW_BYTES = 20;
const NON_ZERO_BYTES = 8;
/** What rounding up costs the pieces of a slice. */
const SLICE_BYTES = 256;
/** Weights that live elsewhere are copied where there are no more of them to a non-zero: a step saves six times what a copy costs. */
const GUESTS_PER_NON_ZERO = 2;

/**
 * AdaGrad and plain SGD on either loss. Other rules go to the pure kernel: FTRL, L1 and normalised steps branch on each weight,
 * which leaves nothing to do in pairs.
 */
export function createLinearKernel(homes: Homes): (params: LinearParams, batch: SparseBatch, rule: LinearRule) => Float32Array {
  return (params, batch, rule) => {
    if (rule.kind === 'ftrl' || rule.l1 || rule.isNormalised) return stepAnyLinear(params, batch, rule);
    const { weights, accumulators } = params;
    const own = homes.homeOf(weights, accumulators);
    if (own !== undefined) return step(own, weights.byteOffset, accumulators.byteOffset, weights.length, batch, rule);
    if (weights.length > GUESTS_PER_NON_ZERO * batch.offsets[batch.rows]!) return stepAnyLinear(params, batch, rule);
    return homes.host([weights, accumulators], (home, [weightsAt, accumulatorsAt]) =>
      step(home, weightsAt!, accumulatorsAt!, weights.length, batch, rule),
    );
  };
}

function step(home: Home, weightsAt: number, accumulatorsAt: number, size: number, batch: SparseBatch, rule: LinearRule): Float32Array {
  const { scratch, kernels, buffer } = home;
  const { rows, offsets, indices, values, labels, sampleWeights, margins } = batch;
  const scores = new Float32Array(rows);
  eachSlice(
    rows,
    scratch.sizeBytes - SLICE_BYTES,
    (row) => row * ROW_BYTES + offsets[row]! * NON_ZERO_BYTES,
    (from, to) => {
      scratch.reset();
      const scoresAt = scratch.take((to - from) * 4);
      kernels.stepLinear(
        weightsAt,
        accumulatorsAt,
        to - from,
        scratch.place(offsets, from, to + 1),
        scratch.place(indices, offsets[from], offsets[to]),
        scratch.place(values, offsets[from], offsets[to]),
        scratch.place(labels, from, to),
        scratch.place(sampleWeights, from, to),
        scratch.place(margins, from, to),
        scoresAt,
        rule.loss === 'squared' ? 1 : 0,
        rule.kind === 'sgd' ? 1 : 0,
        rule.learningRate,
        rule.l2,
        rule.epsilon,
      );
      scratch.fetch(scoresAt, scores, from, to);
    },
    (row) => {
      const weights = new Float32Array(buffer, weightsAt, size);
      const accumulators = new Float32Array(buffer, accumulatorsAt, size);
      scores.set(stepAnyLinear({ weights, accumulators }, rowOf(batch, row), rule), row);
    },
  );
  return scores;
}

function rowOf(batch: SparseBatch, row: number): SparseBatch {
  const [start, end] = [batch.offsets[row]!, batch.offsets[row + 1]!];
  return {
    rows: 1,
    offsets: Uint32Array.of(0, end - start),
    indices: batch.indices.subarray(start, end),
    values: batch.values.subarray(start, end),
    labels: batch.labels.subarray(row, row + 1),
    sampleWeights: batch.sampleWeights.subarray(row, row + 1),
    margins: batch.margins.subarray(row, row + 1),
  };
}
