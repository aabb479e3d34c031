import { itemOfEvent } from '../core/features/event-item.js';
import { isNeverLearned } from '../core/features/never-learn.js';
import type { RecordedQueuedEvent } from '../core/features/recorded-fields.js';
import { lessonOf, type LessonContext } from '../core/learners/lesson.js';
import type { StoredEvent } from '../core/profile/records.js';
import { MARKS } from '../core/profile/tally.js';
import type { ProfileState } from '../core/profile/state.js';
import { priorOf } from '../core/ranking/score.js';
import type { KnownItems } from './known-items.js';
import type { ListMemory } from './list-memory.js';

/** Turns cleaned events into lessons, one after the other, since an earlier one of a group tells what a later one passed over. */
export interface Lessons {
  /** Items under canonical ids, those of categories that are never learned left out; null where none is left. */
  canonical(queued: RecordedQueuedEvent): RecordedQueuedEvent | null;
  of(group: readonly RecordedQueuedEvent[], state: ProfileState): readonly StoredEvent[];
}

export function createLessons(known: KnownItems, lists: ListMemory): Lessons {
  const shown = createShown();

  function contextOf(queued: RecordedQueuedEvent, state: ProfileState, likedNow: ReadonlySet<string>): LessonContext {
    const places = placesIn(lists.get(listOf(queued)) ?? [], known);
    return {
      itemOf(id) {
        const item = known.get(id);
        if (item === null) return null;
        const place = places.get(id);
        const { encoded, vector, taste } = item;
        return { encoded, vector, taste, prior: place === undefined ? taste : priorOf(place, taste) };
      },
      shownIn: (list) => shown.in(list),
      pool: known.pool(listOf(queued), queued.event.items?.[0]?.id),
      isLiked: (id) => likedNow.has(id) || ((state.tally.marks.get(id) ?? 0) & MARKS.looked) !== 0,
    };
  }

  return {
    canonical(queued) {
      const { items } = queued.event;
      if (items === undefined || items.length === 0) return queued;
      const kept = items
        .map((item) => ({ ...item, id: known.canonicalId(item.id) }))
        .filter((item) => !isNeverLearned(known.get(item.id)?.item ?? item) && !isNeverLearned(item));
      return kept.length === 0 ? null : { ...queued, event: { ...queued.event, items: kept } };
    },
    of(group, state) {
      const likedNow = new Set<string>();
      return group.map((queued) => {
        const { type, items = [] } = queued.event;
        for (const item of items) if (known.get(item.id) === null) known.hear(itemOfEvent(item));
        const examples = lessonOf(queued, contextOf(queued, state, likedNow));
        if (type === 'impression') shown.add(listOf(queued), queued);
        for (const { label, facets, itemId } of examples) if (label === 1 && facets !== undefined) likedNow.add(itemId);
        return { queued, examples };
      });
    },
  };
}

/** One sight of a list: impressions further apart are another visit. Shops tell them per page or per card. */
const oneSightMs = 60_000;

/** What each list last showed, top to bottom. */
function createShown(): { in(list: string): readonly string[]; add(list: string, impression: RecordedQueuedEvent): void } {
  const sights = new Map<string, { atMs: number; readonly places: Map<string, number> }>();
  return {
    in: (list) => [...(sights.get(list)?.places ?? [])].sort(([, a], [, b]) => a - b).map(([id]) => id),
    add(list, { atMs, event }) {
      const before = sights.get(list);
      const sight =
        before !== undefined && Math.abs(atMs - before.atMs) <= oneSightMs ? before : { atMs, places: new Map<string, number>() };
      sight.atMs = atMs;
      for (const { id, position } of event.items ?? []) sight.places.set(id, position ?? sight.places.size);
      sights.set(list, sight);
    },
  };
}

function listOf({ event: { list } }: RecordedQueuedEvent): string {
  return list?.id ?? list?.name ?? '';
}

function placesIn(items: readonly { readonly id: string }[], known: KnownItems): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, { id }] of items.entries()) {
    const canonical = known.canonicalId(id);
    if (!places.has(canonical)) places.set(canonical, place);
  }
  return places;
}
