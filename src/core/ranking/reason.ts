import type { ProfileState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { deedOf } from './facet-words.js';
import type { ScoreParts } from './score.js';

/**
 * What speaks most for the item, in the shopper's words, with counts of items from the profile; null where nothing does.
 * Crowd, likeness and the facets the shopper acted on are weighed against each other; of the facets the strongest is told.
 */
export function reasonOf(state: ProfileState, { encoded }: Candidate, parts: ScoreParts): string | null {
  let together = 0;
  let strongest = 0;
  let facet: string | null = null;
  for (const [at, value] of parts.linear.entries()) {
    const name = encoded.facets[at]!;
    if (value <= 0 || !state.tally.facets.get(name)?.looked) continue;
    together += value;
    if (value <= strongest) continue;
    strongest = value;
    facet = name;
  }
  if (parts.taste > Math.max(together, parts.factors)) return 'because many shoppers like this kind';
  if (parts.factors > together) return 'because it resembles what you liked';
  return facet === null ? null : `because ${deedOf(facet, state.tally.facets.get(facet)!)}`;
}
