import { blendWithPrior, emptyUser, foldIn, foldInBatch, type FoldInEvent, type FoldInRule } from '../../core/learners/fold-in.js';
import type { ItemMatrix } from '../../core/learners/kernel-types.js';
import { exactFoldIn } from './exact-fold-in.js';
import { placeAmong } from './place.js';

/** Someone the shared model has never seen: what they did, in order, and what is asked at the end. */
export interface Newcomer {
  /** At least as many as the curve is long. */
  readonly events: readonly FoldInEvent[];
  readonly item: number;
  readonly others: readonly number[];
}

export interface NewcomerRule {
  readonly foldIn: FoldInRule;
  /** Events at which the personal part counts half. */
  readonly k: number;
}

/** What a device gets: the item side of the model, and how popular items are. */
export interface SharedItems {
  readonly items: ItemMatrix;
  /** [items] log-popularity */
  readonly prior: Float64Array;
}

/** Mean NDCG@10 of the asked item after 0 … length events. */
export interface Curve {
  /** [length + 1] the events folded in online, one pass. */
  readonly online: Float64Array;
  /** [length + 1] the exact solution on the same examples and items, the same blend; empty where not asked for. */
  readonly exact: Float64Array;
  readonly popularity: number;
}

export function newcomerCurve(
  newcomers: readonly Newcomer[],
  shared: SharedItems,
  { foldIn: rule, k }: NewcomerRule,
  length: number,
  hasExact: boolean,
): Curve {
  const { dim } = shared.items;
  const online = new Float64Array(length + 1);
  const exact = new Float64Array(hasExact ? length + 1 : 0);
  let popularity = 0;
  const nobody = new Float64Array(dim);
  for (const newcomer of newcomers) {
    popularity += gainOf(newcomer, shared, nobody, 0, k) / newcomers.length;
    const params = emptyUser(dim, rule);
    let solution: Float64Array = nobody;
    for (let count = 0; count <= length; count++) {
      if (count > 0) {
        foldIn(params, shared.items, [newcomer.events[count - 1]!], rule);
        if (hasExact) solution = exactFoldIn(foldInBatch(shared.items, newcomer.events.slice(0, count), rule), rule.ridge, solution);
      }
      online[count]! += gainOf(newcomer, shared, params.user, count, k) / newcomers.length;
      if (hasExact) exact[count]! += gainOf(newcomer, shared, solution, count, k) / newcomers.length;
    }
  }
  return { online, exact, popularity };
}

/** NDCG@10 of one asked item: 1 / log2(place + 1), 0 below the tenth place; equal scores count half. */
function gainOf({ item, others }: Newcomer, { items, prior }: SharedItems, user: ArrayLike<number>, count: number, k: number): number {
  const { dim, vectors } = items;
  const score = (row: number): number => {
    let personal = 0;
    for (let at = 0; at < dim; at++) personal += user[at]! * vectors[row * dim + at]!;
    return blendWithPrior(prior[row]!, personal, count, k);
  };
  const place = placeAmong(score(item), others.map(score));
  return place <= 10 ? 1 / Math.log2(place + 1) : 0;
}

/** Of curves of one length, each counting alike. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const mean = (of: (curve: Curve) => Float64Array): Float64Array =>
    of(curves[0]!).map((_, at) => curves.reduce((sum, curve) => sum + of(curve)[at]!, 0) / curves.length);
  return {
    online: mean(({ online }) => online),
    exact: mean(({ exact }) => exact),
    popularity: curves.reduce((sum, { popularity }) => sum + popularity, 0) / curves.length,
  };
}
