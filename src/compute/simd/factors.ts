import { stepFactors } from '../../core/learners/factors.js';
import type { DenseBatch, FactorParams, FactorRule } from '../../core/learners/kernel-types.js';
import { createHome, type Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** Label, sample weight, margin and score. */
const ROW_BYTES = 16;
const SLICE_BYTES = 128;
const LARGEST_DIM = 1024;

/** A user vector that lives elsewhere is copied in and out: dim², against rows · dim² of work. */
export function createFactorsKernel(homes: Homes): (params: FactorParams, batch: DenseBatch, rule: FactorRule) => Float32Array {
  /** For parameters that live elsewhere, by their dimension. */
  let guestHome: { readonly dim: number; readonly home: Home } | undefined;

  return (params, batch, rule) => {
    const { rows, dim } = batch;
    if (rows === 0 || dim === 0 || dim > LARGEST_DIM) return stepFactors(params, batch, rule);
    const own = homes.homeOf(params.user, params.inverse);
    if (own === undefined && guestHome?.dim !== dim) guestHome = { dim, home: createHome([dim * 4, dim * dim * 4]) };
    const home = own ?? guestHome!.home;
    const { buffer, scratch, kernels } = home;
    const [userAt, inverseAt] = own === undefined ? home.pointers : [params.user.byteOffset, params.inverse.byteOffset];
    const user = new Float32Array(buffer, userAt, dim);
    const inverse = new Float32Array(buffer, inverseAt, dim * dim);
    if (own === undefined) {
      user.set(params.user);
      inverse.set(params.inverse);
    }
    const scores = new Float32Array(rows);
    eachSlice(
      rows,
      scratch.sizeBytes - SLICE_BYTES - 16 * (dim + 1),
      (row) => row * (ROW_BYTES + dim * 4),
      (from, to) => {
        scratch.reset();
        const scoresAt = scratch.take((to - from) * 4);
        kernels.stepFactors(
          userAt!,
          inverseAt!,
          to - from,
          dim,
          scratch.place(batch.vectors, from * dim, to * dim),
          scratch.place(batch.labels, from, to),
          scratch.place(batch.sampleWeights, from, to),
          scratch.place(batch.margins, from, to),
          scoresAt,
          scratch.take(16 * (dim + 1)),
          rule.minCurvature,
        );
        scores.set(new Float32Array(buffer, scoresAt, to - from), from);
      },
      (row) => {
        throw new RangeError(`row ${row} of ${dim} numbers does not fit`); // LARGEST_DIM forbids it
      },
    );
    if (own === undefined) {
      params.user.set(user);
      params.inverse.set(inverse);
    }
    return scores;
  };
}
