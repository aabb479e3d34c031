import type { Catalogue } from '../core/catalogue/format.js';
import { matchIds } from '../core/catalogue/read-catalogue.js';
import type { ErrorCode } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { ProfileState } from '../core/profile/state.js';
import type { Candidate } from '../core/ranking/candidate.js';
import { rankCandidates, rungOf } from '../core/ranking/rank.js';
import type { RankResult } from './api/worker-api.js';
import type { KnownItems } from './known-items.js';

/** Over this share of ids that the catalogue does not know, something is wrong with the ids, and a guess would show. */
const mostUnmatched = 0.1;

/** Candidates of a list in the shop's order, under the page's own ids (the page knows no others). */
export function candidatesOf(items: readonly Item[], known: KnownItems): readonly Candidate[] {
  return items.map((item, shopPosition) => {
    const { item: full, encoded, vector, taste } = known.of(item);
    return { item: { ...full, id: item.id }, encoded, shopPosition, taste, vector };
  });
}

export function rankList(
  list: string,
  items: readonly Item[],
  state: ProfileState,
  known: KnownItems,
  catalogue: Catalogue | null,
  revision: number,
): RankResult {
  const { matched, unmatched } =
    catalogue === null
      ? { matched: items.length, unmatched: 0 }
      : matchIds(
          catalogue,
          items.map((item) => item.id),
        );
  if (unmatched > mostUnmatched * items.length) return shopOrder(list, items, revision, 'ids-unmatched', matched, unmatched);
  const candidates = candidatesOf(items, known);
  const rung = rungOf(state, candidates);
  // Nothing is known: the shop's order, untouched.
  if (rung === 'shop') return shopOrder(list, items, revision, undefined, matched, unmatched);
  return { list, items: rankCandidates(state, candidates), rung, revision, matched, unmatched };
}

/** The shop's own order, with the reason where there is one. */
export function shopOrder(
  list: string,
  items: readonly Item[],
  revision: number,
  code?: ErrorCode,
  matched = items.length,
  unmatched = 0,
): RankResult {
  return {
    list,
    items: items.map(({ id }, shopPosition) => ({ id, score: 0, shopPosition })),
    rung: 'shop',
    revision,
    matched,
    unmatched,
    ...(code !== undefined && { code }),
  };
}
