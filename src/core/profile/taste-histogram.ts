import { exp } from '../learners/sigmoid.js';
import type { StoredEvent } from './records.js';

const LN2 = 0.6931471805599453;
const DAY_MS = 86_400_000;

/** A year-old click says 0.02 % of one today. */
export const TASTE_HALF_LIFE_DAYS = 30;

/**
 * How much the shopper's yeses lie in each first category: weights of the positive examples of the event's own items,
 * halved every `TASTE_HALF_LIFE_DAYS`. Not normalised; empty for a profile that says nothing. An item without a category
 * counts under ''. Matching to the cells of a policy is the participant's work.
 */
export function tasteHistogram(events: readonly StoredEvent[], nowMs: number): ReadonlyMap<string, number> {
  const masses = new Map<string, number>();
  for (const { queued, examples } of events) {
    const ageDays = Math.max(0, nowMs - queued.atMs) / DAY_MS;
    const decay = exp((-LN2 * ageDays) / TASTE_HALF_LIFE_DAYS);
    for (const { label, sampleWeight, facets } of examples) {
      if (label === 0 || !facets) continue;
      const category = firstCategory(facets);
      masses.set(category, (masses.get(category) ?? 0) + sampleWeight * decay);
    }
  }
  return masses;
}

/** Facets are in bucket order; the first category is the shortest path. */
function firstCategory(facets: readonly string[]): string {
  let first = '';
  for (const facet of facets) {
    if (!facet.startsWith('category:')) continue;
    const path = facet.slice('category:'.length);
    if (first === '' || path.length < first.length) first = path;
  }
  return first;
}
