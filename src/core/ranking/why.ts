import { SdkError } from '../errors.js';
import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { partLabelOf } from './facet-words.js';
import { scorePartsOf, totalOf } from './score.js';

export interface WhyPart {
  /** `prior:position`, `prior:taste`, `linear:hue:blue`, `factors` */
  readonly key: string;
  /** In the shopper's words. */
  readonly label: string;
  /** Signed; the parts add up to the score within 1e-6. Parts that are 0 are left out. */
  readonly value: number;
  /** 1-based place among the same candidates if this card did not have this part. */
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
 * Why an item stands where it stands. “Without” a part means: this one card without it, all others as they are, ranked
 * again. So the largest part is always the one that carries the card furthest. (Taking a belief from *every* card would say
 * less: all blue cards would fall together and keep their order.)
 * @throws SdkError `not-found` where no candidate has the id
 */
export function whyItem(state: ProfileState, candidates: readonly Candidate[], id: string): Why {
  const at = candidates.findIndex(({ item }) => item.id === id);
  if (at < 0)
    throw new SdkError('not-found', `no item “${id}” among the ${candidates.length} candidates of the list; ask for one that was ranked`);
  const scores = candidates.map((candidate) => totalOf(scorePartsOf(state, candidate)));
  const own = scorePartsOf(state, candidates[at]!);
  const { encoded, shopPosition } = candidates[at]!;
  const placeAt = (own: number): number =>
    1 +
    scores.filter((score, other) => other !== at && (score > own || (score === own && candidates[other]!.shopPosition < shopPosition)))
      .length;
  const answer: WhyPart[] = [];
  const add = (key: string, label: string, value: number): void => {
    if (value !== 0) answer.push({ key, label, value, placeWithout: placeAt(scores[at]! - value) });
  };
  for (const [entry, facet] of encoded.facets.entries()) {
    add(`linear:${facet}`, partLabelOf(facet, state.tally.facets.get(facet)), own.linear[entry]!);
  }
  add('factors', 'resembles what you liked', own.factors);
  add('prior:taste', 'what many shoppers like', own.taste);
  answer.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  add('prior:position', 'the shop’s own order', own.position);
  return { id, score: scores[at]!, place: placeAt(scores[at]!), parts: answer };
}
