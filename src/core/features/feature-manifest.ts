import type { EventItem, NormalisedEvent } from '../event.js';
import type { ContextNamespace } from './context.js';
import { RETENTION_DAYS } from './manifest.js';
import { recordedFields, type FieldKind, type RecordedFields } from './recorded-fields.js';

/**
 * Every field that an event, an item or its surroundings may have: what it is, how long it is kept, under which namespace of the
 * feature hash it teaches, and what for. Plain JSON, so that a shop can publish it. A field that is not in it, or is never stored,
 * cannot be recorded: `recordable` leaves it out, and the type of the log has no place for it.
 */
export interface FieldRule {
  readonly kind: FieldKind | 'vector';
  /** Days after the event; then the record is pruned, and only the weights it moved remain. */
  readonly retentionDays: number | 'never stored';
  /** Prefix of its facets in the feature hash; null where it is no feature. */
  readonly namespace: string | null;
  /** In words, for the shopper. */
  readonly purpose: string;
}

/** Kept, with a purpose. */
const kept = <Kind extends FieldRule['kind']>(kind: Kind, namespace: string | null, purpose: string) =>
  ({ kind, retentionDays: RETENTION_DAYS, namespace, purpose }) as const;

/** Known, and not kept. */
const never = <Kind extends FieldRule['kind']>(kind: Kind, purpose: string, namespace: string | null = null) =>
  ({ kind, retentionDays: 'never stored', namespace, purpose }) as const;

/** A rule each field; the kind and the very keeping follow from `recordedFields`, or this does not compile. */
type Rules<Whole, Recorded> = {
  readonly [Field in keyof Whole]-?: Field extends keyof Recorded
    ? FieldRule & { readonly kind: Recorded[Field]; readonly retentionDays: number }
    : FieldRule & { readonly retentionDays: 'never stored' };
};

export const featureManifest = {
  event: {
    type: kept('event type', null, 'says whether the shopper looked, chose, bought or turned away, and how loudly that counts'),
    source: kept('source', null, 'tells the shopper who reported the event'),
    items: kept('items', null, 'what the event was about'),
    list: kept('list', 'list', 'which cards were passed over on the way to the chosen one'),
    value: kept('money', null, 'shown in the shopper’s own export; nothing is learned from it'),
    currency: kept('currency', null, 'says what the amounts in the shopper’s own export are'),
    orderId: kept('id', null, 'counts an order once when its thank-you page is loaded again'),
    promoId: kept('id', null, 'tells two promotions apart when one is reported twice'),
    eventId: kept('id', null, 'counts an event once when the shop reports it twice'),
    query: never('text', 'what somebody searches for is nobody’s to keep'),
    ts: never('time', 'the page’s own clock orders events'),
    mode: never('text', 'consent for other parties’ storage is theirs'),
    state: never('text', 'consent for other parties’ storage is theirs'),
  },
  item: {
    id: kept('id', 'id', 'recognises the product'),
    variantId: kept('id', null, 'tells two sizes of one product apart when one is reported twice'),
    name: kept('text', 'text', 'tells the shopper in words what was learned from; its words are features'),
    brand: kept('text', 'brand', 'learns which makers the shopper likes'),
    categories: kept('texts', 'category', 'learns which kinds the shopper likes; the first is the cell of the taste vote'),
    price: kept('money', 'price', 'learns which fifth of the prices of a kind the shopper chooses'),
    quantity: kept('count', null, 'tells one change of a cart from another when one is reported twice'),
    position: kept('count', 'position', 'which cards stood above the chosen one'),
    available: kept('flag', null, 'an item described by an event alone may be offered or not'),
    tags: kept('texts', 'key of the tag', 'learns which properties the shopper likes'),
    sku: never('id', 'the id is enough'),
    groupId: never('id', 'the catalogue knows which variants are one product'),
    kind: never('text', 'nothing is learned from it'),
    variant: never('text', 'sizes are about the body, not about taste'),
    rating: never('count', 'what others think of an item is the shop’s to know'),
  },
  /** Computed, where the feature set turns it on; then it is kept with the example it taught. */
  context: {
    list: kept('text', 'list', 'learns what the shopper looks for on which list'),
    position: kept('count', 'position', 'tells what was chosen from what merely stood on top'),
    hour: kept('count', 'hour', 'learns what the shopper looks for at which hour of the week'),
    recency: kept('text', 'recency', 'tells a visit that goes on from a return after a long time'),
    lastItems: kept('texts', 'last', 'learns what the shopper looks at after what'),
  },
  /** Embeddings that the shop gives with its items. */
  vectors: {
    image: never('vector', 'how an item looks; belongs to the catalogue', 'image'),
    text: never('vector', 'what an item’s words mean; belongs to the catalogue', 'text'),
  },
} as const satisfies {
  readonly event: Rules<NormalisedEvent, typeof recordedFields.event>;
  readonly item: Rules<EventItem, typeof recordedFields.item>;
  readonly context: Readonly<Record<ContextNamespace | 'lastItems', FieldRule>>;
  readonly vectors: Readonly<Record<string, FieldRule>>;
};

/** Any manifest as `recordable` takes it: the fields that it keeps, each with its kind. */
export function fieldsKeptBy(manifest: Readonly<Record<'event' | 'item', Readonly<Record<string, FieldRule>>>>): RecordedFields {
  const kept = (rules: Readonly<Record<string, FieldRule>>): Readonly<Record<string, FieldKind>> =>
    Object.fromEntries(
      Object.entries(rules).flatMap(([name, { kind, retentionDays }]) =>
        retentionDays === 'never stored' || kind === 'vector' ? [] : [[name, kind] as const],
      ),
    );
  return { event: kept(manifest.event), item: kept(manifest.item) };
}
