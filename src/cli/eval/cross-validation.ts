import type { LinearRule } from '../../core/learners/kernel-types.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import { batchOfRows, type SparseRow } from '../../core/learners/linear-batch.js';
import { newLinearParams } from './progressive.js';
import { shuffled } from './shuffled.js';

/** [count], the fold of each thing, 0 to folds − 1, drawn by `seed`; folds differ by at most one in size. */
export function foldsOf(count: number, folds: number, seed: number): Uint32Array {
  const fold = new Uint32Array(count);
  const order = shuffled([...fold.keys()], seed);
  for (const [place, thing] of order.entries()) fold[thing] = place % folds;
  return fold;
}

/** How a learner that may see its examples again is trained. */
export interface PassesConfig {
  readonly passes: number;
  readonly rule: LinearRule;
}

/**
 * Each example is scored by a learner that was trained on the other folds alone.
 * @param encode  rows of all examples, with whatever is measured of them (means, spreads) measured where `isTraining` is true
 * @returns       [count], scores
 */
export function crossValidate(
  encode: (isTraining: (at: number) => boolean) => readonly SparseRow[],
  fold: Uint32Array,
  hashBits: number,
  { passes, rule }: PassesConfig,
): Float32Array {
  const scores = new Float32Array(fold.length);
  for (const held of new Set(fold)) {
    const rows = encode((at) => fold[at] !== held);
    const training = batchOfRows(rows.filter((_, at) => fold[at] !== held));
    const params = newLinearParams(2 ** hashBits, rule);
    for (let pass = 0; pass < passes; pass++) stepAnyLinear(params, training, rule);
    const asked = [...rows.keys()].filter((at) => fold[at] === held);
    const answers = stepAnyLinear(params, batchOfRows(asked.map((at) => ({ ...rows[at]!, sampleWeight: 0 }))), rule);
    for (const [place, at] of asked.entries()) scores[at] = answers[place]!;
  }
  return scores;
}
