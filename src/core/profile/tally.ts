import { POSITIVE_WEIGHTS } from '../learners/lesson-rules.js';
import type { StoredEvent, StoredTally } from './records.js';

/** Counts in the shopper's terms: for words (“3 blue ones”) and for how far the profile is to be trusted. */
export interface Tally {
  /** Events that taught something. */
  lessons: number;
  /** Item id → what was done with it, bits of `MARKS`. */
  readonly marks: Map<string, number>;
  /** Facet → distinct items. */
  readonly facets: Map<string, FacetTally>;
}

export interface FacetTally {
  /** Items the shopper said yes to in any way; never fewer than `carted` or `bought`. */
  looked: number;
  /** Put into a cart or on a wishlist. */
  carted: number;
  bought: number;
  dismissed: number;
}

export const MARKS = { looked: 1, carted: 2, bought: 4, dismissed: 8 } as const;

const kinds = ['looked', 'carted', 'bought', 'dismissed'] as const;

export function emptyTally(): Tally {
  return { lessons: 0, marks: new Map(), facets: new Map() };
}

/** Counts one event in. An item counts once per kind, however often it was looked at. */
export function countEvent(tally: Tally, { queued, examples }: StoredEvent): void {
  const own = examples.filter((example) => example.facets);
  if (own.length === 0) return;
  tally.lessons += 1;
  const { type } = queued.event;
  for (const { itemId, facets } of own) {
    const before = tally.marks.get(itemId) ?? 0;
    const after = before | marksOf(type);
    if (after === before) continue;
    tally.marks.set(itemId, after);
    for (const facet of facets!) {
      let counts = tally.facets.get(facet);
      if (!counts) tally.facets.set(facet, (counts = { looked: 0, carted: 0, bought: 0, dismissed: 0 }));
      for (const kind of kinds) if (after & ~before & MARKS[kind]) counts[kind] += 1;
      // An item looked at before its facets were known counts as looked at from the next yes on
      counts.looked = Math.max(counts.looked, counts.carted, counts.bought);
    }
  }
}

function marksOf(type: StoredEvent['queued']['event']['type']): number {
  if (type === 'dismiss') return MARKS.dismissed;
  if (type === 'purchase') return MARKS.looked | MARKS.bought;
  if (type === 'add_to_cart' || type === 'add_to_wishlist') return MARKS.looked | MARKS.carted;
  return POSITIVE_WEIGHTS[type] ? MARKS.looked : 0;
}

export function storedTallyOf(tally: Tally): StoredTally {
  return {
    lessons: tally.lessons,
    items: [...tally.marks.keys()],
    marks: Uint8Array.from(tally.marks.values()),
    facets: [...tally.facets.keys()],
    counts: Uint32Array.from([...tally.facets.values()].flatMap((counts) => kinds.map((kind) => counts[kind]))),
  };
}

export function tallyOf(stored: StoredTally): Tally {
  const { counts } = stored;
  return {
    lessons: stored.lessons,
    marks: new Map(stored.items.map((id, at) => [id, stored.marks[at]!])),
    facets: new Map(
      stored.facets.map((facet, at) => [
        facet,
        { looked: counts[4 * at]!, carted: counts[4 * at + 1]!, bought: counts[4 * at + 2]!, dismissed: counts[4 * at + 3]! },
      ]),
    ),
  };
}
