import type { EventItem, NormalisedEvent } from '../core/event.js';

/** What GA4 events said of items, for cards that say little themselves. */
export interface Facts {
  readonly learn: (event: NormalisedEvent) => void;
  get(id: string): EventItem | undefined;
  /** Called with the list of each impression. */
  onImpression?(list: string | undefined): void;
}

const mostFacts = 2000;

export function createFacts(): Facts {
  const items = new Map<string, EventItem>();
  const facts: Facts = {
    get: (id) => items.get(id),
    learn({ type, items: told, list }) {
      for (const item of told ?? []) if (items.size < mostFacts) items.set(item.id, item);
      if (type === 'impression') facts.onImpression?.(list?.id ?? list?.name);
    },
  };
  return facts;
}
