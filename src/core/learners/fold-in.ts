import { stepFactors } from './factors.js';
import type { DenseBatch, FactorParams, FactorRule, ItemMatrix } from './kernel-types.js';

/** What one event of a newcomer teaches: one item was chosen, others (seen and passed over, or sampled) were not. */
export interface FoldInEvent {
  /** Row of the shared item matrix. */
  readonly item: number;
  /** At least 0. */
  readonly sampleWeight: number;
  /** Rows of the items it is compared with; all of them together weigh `FoldInRule.othersWeight`. */
  readonly others: ArrayLike<number>;
}

export interface FoldInRule extends FactorRule {
  /** Prior precision of the user vector, above 0: 1 where the items are in `toFoldInBasis`. */
  readonly ridge: number;
  /** What the others of an event weigh together, at least 0: as many negatives a positive as the shared model was trained with. */
  readonly othersWeight: number;
}

/** A user of whom nothing is known. */
export function emptyUser(dim: number, { ridge }: FoldInRule): FactorParams {
  const inverse = new Float32Array(dim * dim);
  for (let at = 0; at < dim; at++) inverse[at * dim + at] = 1 / ridge;
  return { user: new Float32Array(dim), inverse };
}

/**
 * Finds a user's place in a shared model from the user's own events, online: one preconditioned step per example, once. The item
 * vectors stay as they are; their bias, what everybody thinks of the item, is the margin, so that only what is personal is learned.
 *
 * @param user  changed in place
 */
export function foldIn(user: FactorParams, items: ItemMatrix, events: readonly FoldInEvent[], rule: FoldInRule): void {
  stepFactors(user, foldInBatch(items, events, rule), rule);
}

/** The examples of `events` in order, each chosen item before its others; new memory. */
export function foldInBatch(items: ItemMatrix, events: readonly FoldInEvent[], { othersWeight }: FoldInRule): DenseBatch {
  const { dim } = items;
  const rows = events.reduce((sum, { others }) => sum + 1 + others.length, 0);
  const vectors = new Float32Array(rows * dim);
  const labels = new Float32Array(rows);
  const sampleWeights = new Float32Array(rows);
  const margins = new Float32Array(rows);
  let row = 0;
  const put = (item: number, label: 0 | 1, sampleWeight: number): void => {
    vectors.set(items.vectors.subarray(item * dim, (item + 1) * dim), row * dim);
    labels[row] = label;
    sampleWeights[row] = sampleWeight;
    margins[row] = items.bias === undefined ? 0 : items.bias[item]!;
    row += 1;
  };
  for (const { item, sampleWeight, others } of events) {
    put(item, 1, sampleWeight);
    for (let at = 0; at < others.length; at++) put(others[at]!, 0, othersWeight / others.length);
  }
  return { rows, dim, vectors, labels, sampleWeights, margins };
}

/**
 * prior + n/(n + k) · p·e: with no events the prior's order, and never far from it while there are few. Below about ten events
 * every purely collaborative score ranks worse than popularity.
 * @param events  n, at least 0
 * @param k       events at which the personal part counts half; above 0
 */
export function blendWithPrior(prior: number, personal: number, events: number, k: number): number {
  return prior + (events / (events + k)) * personal;
}
