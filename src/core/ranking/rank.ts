import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { MODEL_LESSONS } from './constants.js';
import { reasonOf } from './reason.js';
import { orderOf, scorePartsOf, totalOf } from './score.js';

/** Where an order came from, the day-0 ladder. */
export type Rung = 'shop' | 'session' | 'taste' | 'model';

export interface Ranked {
  readonly id: string;
  readonly score: number;
  /** 0-based place in the shop's order. */
  readonly shopPosition: number;
  /** In the shopper's words; absent where the item did not move up, or only because others moved down. */
  readonly reason?: string;
}

/**
 * Ranks a list by the scoring equation. Without a lesson and without a taste prior the order is the shop's, exactly.
 * Ties stand as in the shop's order.
 * @returns  new memory, best first
 */
export function rankCandidates(state: ProfileState, candidates: readonly Candidate[]): readonly Ranked[] {
  const parts = candidates.map((candidate) => scorePartsOf(state, candidate));
  const scores = parts.map(totalOf);
  const shopPlaces = new Map(
    orderOf(
      candidates.map(() => 0),
      candidates,
    ).map((at, place) => [at, place]),
  );
  return orderOf(scores, candidates).map((at, place) => {
    const { item, shopPosition } = candidates[at]!;
    const reason = place < shopPlaces.get(at)! ? reasonOf(state, candidates[at]!, parts[at]!) : null;
    return { id: item.id, score: scores[at]!, shopPosition, ...(reason !== null && { reason }) };
  });
}

/**
 * 'shop': nothing is known. 'taste': no lesson yet, but a taste prior from rounds. 'session': a few lessons, mostly
 * content similarity. 'model': enough lessons for the personal terms to lead.
 */
export function rungOf(state: ProfileState, candidates: readonly Candidate[]): Rung {
  const { lessons } = state.tally;
  if (lessons >= MODEL_LESSONS) return 'model';
  if (lessons > 0) return 'session';
  return candidates.some(({ taste }) => taste !== 0) ? 'taste' : 'shop';
}
