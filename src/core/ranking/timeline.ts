import type { EventType, NormalisedEvent } from '../event.js';
import type { StoredEvent } from '../profile/records.js';

export interface TimelineEntry {
  readonly eventId: string;
  readonly atMs: number;
  readonly type: string;
  readonly itemIds: readonly string[];
  readonly label: string;
}

/** Every stored event, newest first, in the shopper's words. */
export function timelineOf(events: readonly StoredEvent[]): readonly TimelineEntry[] {
  return events
    .map(({ queued }) => ({
      eventId: queued.id,
      atMs: queued.atMs,
      type: queued.event.type,
      itemIds: (queued.event.items ?? []).map(({ id }) => id),
      label: sentenceOf(queued.event),
    }))
    .reverse()
    .sort((a, b) => b.atMs - a.atMs);
}

const verbs: Readonly<Record<EventType, string>> = {
  view: 'Looked at',
  impression: 'Was shown',
  click: 'Opened',
  add_to_cart: 'Put in the cart:',
  remove_from_cart: 'Took out of the cart:',
  add_to_wishlist: 'Saved',
  remove_from_wishlist: 'Unsaved',
  view_cart: 'Looked at the cart',
  begin_checkout: 'Began to check out',
  purchase: 'Bought',
  refund: 'Sent back',
  search: 'Searched',
  promo_view: 'Was shown an offer',
  promo_click: 'Opened an offer',
  catalog: 'Page described',
  consent: 'Changed consent',
  dismiss: 'Hid',
};

function sentenceOf({ type, items = [] }: NormalisedEvent): string {
  const first = items[0];
  if (!first) return verbs[type].replace(/:$/, '');
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  return `${verbs[type]} ${first.name ?? first.id}${more}`;
}
