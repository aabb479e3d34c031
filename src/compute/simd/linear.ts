import type { LinearParams, LinearRule, SparseBatch } from '../../core/learners/kernel-types.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** Per row: offset, label, sample weight, margin and score, and what rounding up to 16 bytes costs. */
const ROW_BYTES = 20;
const SLICE_BYTES = 192;
/** Index and value; where the weights live elsewhere, at most one weight and one accumulator come along. */
const NON_ZERO_BYTES = 8;
const AWAY_NON_ZERO_BYTES = 16;

/**
 * AdaGrad and plain SGD on either loss. Other rules go to the pure kernel: FTRL, L1 and normalised steps branch on each weight,
 * which leaves nothing to do in pairs.
 */
export function createLinearKernel(homes: Homes): (params: LinearParams, batch: SparseBatch, rule: LinearRule) => Float32Array {
  /** Place of each weight in the scratch, plus one; 0 for none. All 0 between calls. */
  let places = new Uint32Array(0);
  let touched = new Uint32Array(0);

  const stepAtHome = (home: Home, params: LinearParams, batch: SparseBatch, rule: LinearRule, from: number, to: number): Float32Array => {
    const { offsets, indices, values } = batch;
    const { scratch } = home;
    scratch.reset();
    const indicesAt = scratch.place(indices, offsets[from], offsets[to]);
    const valuesAt = scratch.place(values, offsets[from], offsets[to]);
    return run(home, params.weights.byteOffset, params.accumulators.byteOffset, indicesAt, valuesAt, batch, rule, from, to);
  };

  /** Fetches the weights that the rows touch, and brings them back. */
  const stepAway = (home: Home, params: LinearParams, batch: SparseBatch, rule: LinearRule, from: number, to: number): Float32Array => {
    const { weights, accumulators } = params;
    const { offsets, indices, values } = batch;
    const { scratch } = home;
    const start = offsets[from]!;
    const nonZeros = offsets[to]! - start;
    scratch.reset();
    const indicesAt = scratch.take(nonZeros * 4);
    const valuesAt = scratch.place(values, start, offsets[to]);
    const weightsAt = scratch.take(nonZeros * 4);
    const accumulatorsAt = scratch.take(nonZeros * 4);
    const localIndices = new Uint32Array(home.buffer, indicesAt, nonZeros);
    const localWeights = new Float32Array(home.buffer, weightsAt, nonZeros);
    const localAccumulators = new Float32Array(home.buffer, accumulatorsAt, nonZeros);
    if (places.length < weights.length) places = new Uint32Array(weights.length);
    if (touched.length < nonZeros) touched = new Uint32Array(nonZeros);
    let count = 0;
    for (let at = 0; at < nonZeros; at++) {
      const index = indices[start + at]!;
      let place = places[index]!;
      if (place === 0) {
        localWeights[count] = weights[index]!;
        localAccumulators[count] = accumulators[index]!;
        touched[count] = index;
        place = ++count;
        places[index] = place;
      }
      localIndices[at] = place - 1;
    }
    const scores = run(home, weightsAt, accumulatorsAt, indicesAt, valuesAt, batch, rule, from, to);
    for (let place = 0; place < count; place++) {
      const index = touched[place]!;
      weights[index] = localWeights[place]!;
      accumulators[index] = localAccumulators[place]!;
      places[index] = 0;
    }
    return scores;
  };

  return (params, batch, rule) => {
    if (rule.kind === 'ftrl' || rule.l1 || rule.isNormalised) return stepAnyLinear(params, batch, rule);
    const { rows, offsets } = batch;
    const home = homes.homeOf(params.weights, params.accumulators);
    const { scratch } = home ?? homes.away;
    const perNonZero = home === undefined ? AWAY_NON_ZERO_BYTES : NON_ZERO_BYTES;
    const scores = new Float32Array(rows);
    eachSlice(
      rows,
      scratch.sizeBytes - SLICE_BYTES,
      (row) => row * ROW_BYTES + offsets[row]! * perNonZero,
      (from, to) => {
        const part =
          home === undefined ? stepAway(homes.away, params, batch, rule, from, to) : stepAtHome(home, params, batch, rule, from, to);
        scores.set(part, from);
      },
      (row) => scores.set(stepAnyLinear(params, rowOf(batch, row), rule), row),
    );
    return scores;
  };
}

/** @returns  a view of the scratch, good until its next use */
function run(
  home: Home,
  weightsAt: number,
  accumulatorsAt: number,
  indicesAt: number,
  valuesAt: number,
  batch: SparseBatch,
  rule: LinearRule,
  from: number,
  to: number,
): Float32Array {
  const { scratch, kernels, buffer } = home;
  const scoresAt = scratch.take((to - from) * 4);
  kernels.stepLinear(
    weightsAt,
    accumulatorsAt,
    to - from,
    scratch.place(batch.offsets, from, to + 1),
    indicesAt,
    valuesAt,
    scratch.place(batch.labels, from, to),
    scratch.place(batch.sampleWeights, from, to),
    scratch.place(batch.margins, from, to),
    scoresAt,
    rule.loss === 'squared' ? 1 : 0,
    rule.kind === 'sgd' ? 1 : 0,
    rule.learningRate,
    rule.l2,
    rule.epsilon,
  );
  return new Float32Array(buffer, scoresAt, to - from);
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
