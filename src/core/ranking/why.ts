import { SdkError } from '../errors.js';
import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { deedOf, labelOf } from './facet-words.js';
import { orderOf, scorePartsOf, totalOf, type ScoreParts } from './score.js';

export interface WhyPart {
  /** `prior:position`, `prior:taste`, `linear:hue:blue`, `factors` */
  readonly key: string;
  /** In the shopper's words. */
  readonly label: string;
  /** Signed; the parts add up to the score within 1e-6. Parts that are 0 are left out. */
  readonly value: number;
  /** 1-based place among the same candidates if no candidate had this part. */
  readonly placeWithout: number;
}

export interface Why {
  readonly id: string;
  readonly score: number;
  /** 1-based. */
  readonly place: number;
  readonly parts: readonly WhyPart[];
}

/**
 * Why an item stands where it stands. “Without” a part means a profile without that belief: `linear:hue:blue` is taken
 * from every candidate that is blue, not from this one alone, and `prior:position` from all; then all are ranked again.
 * @throws SdkError `not-found` where no candidate has the id
 */
export function whyItem(state: ProfileState, candidates: readonly Candidate[], id: string): Why {
  const at = candidates.findIndex(({ item }) => item.id === id);
  if (at < 0)
    throw new SdkError('not-found', `no item “${id}” among the ${candidates.length} candidates of the list; ask for one that was ranked`);
  const parts = candidates.map((candidate) => scorePartsOf(state, candidate));
  const scores = parts.map(totalOf);
  const placeOf = (all: readonly number[]): number => 1 + orderOf(all, candidates).indexOf(at);
  const without = (share: (parts: ScoreParts, candidate: Candidate) => number): number =>
    placeOf(scores.map((score, other) => score - share(parts[other]!, candidates[other]!)));
  const own = parts[at]!;
  const answer: WhyPart[] = [];
  const add = (key: string, label: string, share: (parts: ScoreParts, candidate: Candidate) => number): void => {
    const value = share(own, candidates[at]!);
    if (value !== 0) answer.push({ key, label, value, placeWithout: without(share) });
  };
  for (const facet of candidates[at]!.encoded.facets) {
    const deed = state.tally.facets.get(facet);
    add(
      `linear:${facet}`,
      deed?.looked ? `${labelOf(facet)} (${deedOf(facet, deed)})` : labelOf(facet),
      ({ linear }, { encoded }) => linear[encoded.facets.indexOf(facet)] ?? 0,
    );
  }
  add('factors', 'resembles what you liked', ({ factors }) => factors);
  add('prior:taste', 'what many shoppers like', ({ taste }) => taste);
  answer.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  add('prior:position', 'the shop’s own order', ({ position }) => position);
  return { id, score: scores[at]!, place: placeOf(scores), parts: answer };
}
