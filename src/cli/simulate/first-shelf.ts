import { ndcg } from '../../core/evaluation/ranking-metrics.js';
import { encodeItem } from '../../core/features/encode-item.js';
import { emptyState } from '../../core/profile/state.js';
import type { Candidate } from '../../core/ranking/candidate.js';
import { rankCandidates } from '../../core/ranking/rank.js';
import { attractionOf, type Shop } from './population.js';

/** The first shelf of a clean profile, ranked by the real scoring equation, and how good it is for people not seen before. */

export const SHELF_CANDIDATES = 120;
export const SHELF_PLACES = 24;

export interface ShelfJudge {
  /** Mean NDCG at 24 over the held-out shoppers of the order that this prior makes; null is the shop's own order. */
  (prior: ArrayLike<number> | null): number;
}

/**
 * Relevance of an item to a shopper is the probability that it is clicked when examined.
 * @param heldOut  tastes θ of shoppers who sent nothing
 */
export function judgeOf(shop: Shop, heldOut: readonly ArrayLike<number>[]): ShelfJudge {
  const shelf = shop.items.slice(0, SHELF_CANDIDATES);
  const encoded = shelf.map((item) => encodeItem(item));
  const rowOf = new Map(shelf.map(({ id }, row) => [id, row]));
  const attractions = heldOut.map((taste) => attractionOf(taste, shop.cells));
  const state = emptyState();
  return (prior) => {
    const candidates = shelf.map((item, row): Candidate => ({
      item,
      encoded: encoded[row]!,
      shopPosition: row,
      taste: prior === null ? 0 : prior[shop.cellOf[row]!]!,
      vector: null,
    }));
    const order = rankCandidates(state, candidates).map(({ id }) => shop.cellOf[rowOf.get(id)!]!);
    const sum = attractions.reduce(
      (total, attraction) =>
        total +
        ndcg(
          order.map((cell) => attraction[cell]!),
          SHELF_PLACES,
        ),
      0,
    );
    return sum / attractions.length;
  };
}
