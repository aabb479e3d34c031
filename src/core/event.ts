/** What a shop says happened, after an adapter has normalised it. Only these keys exist: personal data has no field. */

export const eventTypes = [
  'view',
  'impression',
  'click',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'remove_from_wishlist',
  'view_cart',
  'begin_checkout',
  'purchase',
  'refund',
  'search',
  'promo_view',
  'promo_click',
  'catalog',
  'consent',
  'dismiss',
] as const;

export type EventType = (typeof eventTypes)[number];

export const eventSources = ['ga4', 'segment', 'shopify', 'jsonld', 'opengraph', 'homebody'] as const;

export type EventSource = (typeof eventSources)[number];

export interface EventItem {
  readonly id: string;
  readonly variantId?: string;
  readonly sku?: string;
  readonly groupId?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly brand?: string;
  /** In order, general to special. */
  readonly categories?: readonly string[];
  readonly variant?: string;
  /** Unit price, major units. */
  readonly price?: number;
  /** Whole number, at least 1. */
  readonly quantity?: number;
  /** The author's number, 0-based where we counted it. */
  readonly position?: number;
  readonly available?: boolean;
  readonly rating?: number;
  /** Free facets, `key:value`, as on `Item`; from the shop's own `track` calls. */
  readonly tags?: readonly string[];
}

export interface NormalisedEvent {
  readonly type: EventType;
  readonly source: EventSource;
  readonly items?: readonly EventItem[];
  readonly list?: { readonly id?: string; readonly name?: string };
  readonly query?: string;
  readonly value?: number;
  readonly currency?: string;
  readonly orderId?: string;
  readonly promoId?: string;
  readonly eventId?: string;
  /** Epoch milliseconds of the event's own clock; absent where the source has none. */
  readonly ts?: number;
  readonly mode?: 'default' | 'update';
  readonly state?: Readonly<Record<string, 'granted' | 'denied'>>;
}

/** An event on its way to the profile: identified once on the page, so that a retry is never counted twice. */
export interface QueuedEvent<Event = NormalisedEvent> {
  /** 128 random bits in hex, made on the page; the idempotency key. */
  readonly id: string;
  /** Epoch milliseconds at which the page saw it. */
  readonly atMs: number;
  readonly event: Event;
}
