import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { deedOf } from './facet-words.js';
import type { ScoreParts } from './score.js';

/** The strongest positive part in the shopper's words, with counts of items from the profile; null where none is positive. */
export function reasonOf(state: ProfileState, { encoded }: Candidate, parts: ScoreParts): string | null {
  let strongest = 0;
  let facet: string | null = null;
  for (const [at, value] of parts.linear.entries()) {
    const name = encoded.facets[at]!;
    if (value <= strongest || !state.tally.facets.get(name)?.looked) continue;
    strongest = value;
    facet = name;
  }
  if (parts.taste > Math.max(strongest, parts.factors)) return 'because many shoppers like this kind';
  if (parts.factors > strongest) return 'because it resembles what you liked';
  return facet === null ? null : `because ${deedOf(facet, state.tally.facets.get(facet)!)}`;
}
