import { stepFactors } from '../../core/learners/factors.js';
import type { DenseBatch, FactorParams, FactorRule } from '../../core/learners/kernel-types.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** Label, sample weight, margin and score. */
const ROW_BYTES = 16;
const SLICE_BYTES = 128;
const LARGEST_DIM = 1024;

/** A user vector that lives elsewhere is copied in and out: dim², against rows · dim² of work. */
export function createFactorsKernel(homes: Homes): (params: FactorParams, batch: DenseBatch, rule: FactorRule) => Float32Array {
  return (params, batch, rule) => {
    const { rows, dim } = batch;
    if (rows === 0 || dim === 0 || dim > LARGEST_DIM) return stepFactors(params, batch, rule);
    const own = homes.homeOf(params.user, params.inverse);
    if (own !== undefined) return step(own, params.user.byteOffset, params.inverse.byteOffset, batch, rule);
    return homes.host([params.user, params.inverse], (home, [userAt, inverseAt]) => step(home, userAt!, inverseAt!, batch, rule));
  };
}

function step({ scratch, kernels }: Home, userAt: number, inverseAt: number, batch: DenseBatch, rule: FactorRule): Float32Array {
  const { rows, dim } = batch;
  const workBytes = 16 * (dim + 1);
  const scores = new Float32Array(rows);
  eachSlice(
    rows,
    scratch.sizeBytes - SLICE_BYTES - workBytes,
    (row) => row * (ROW_BYTES + dim * 4),
    (from, to) => {
      scratch.reset();
      const scoresAt = scratch.take((to - from) * 4);
      kernels.stepFactors(
        userAt,
        inverseAt,
        to - from,
        dim,
        scratch.place(batch.vectors, from * dim, to * dim),
        scratch.place(batch.labels, from, to),
        scratch.place(batch.sampleWeights, from, to),
        scratch.place(batch.margins, from, to),
        scoresAt,
        scratch.take(workBytes),
        rule.minCurvature,
      );
      scratch.fetch(scoresAt, scores, from, to);
    },
    (row) => {
      throw new RangeError(`simd: row ${row} of ${dim} numbers does not fit`); // LARGEST_DIM forbids it
    },
  );
  return scores;
}
