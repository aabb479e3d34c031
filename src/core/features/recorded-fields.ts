import type { EventItem, NormalisedEvent, QueuedEvent } from '../event.js';

/**
 * The fields that may be recorded, and as what: the part of the feature manifest that the worker needs at run time. Purpose and
 * retention of each, and of those that are never stored, stand in `feature-manifest.ts`, whose type and test keep the two in step.
 */
export type FieldKind =
  | 'event type'
  | 'source'
  | 'text'
  | 'texts'
  /** An id: a number is written in decimal. */
  | 'id'
  /** An amount from 0, in major units; a text is read as shops write prices. */
  | 'money'
  | 'currency'
  /** A whole number from 0. */
  | 'count'
  | 'time'
  | 'flag'
  /** `{ id, name }` */
  | 'list'
  /** Items, those without an id left out. */
  | 'items';

export type Fields = Readonly<Record<string, FieldKind>>;
export type RecordedFields = Readonly<Record<'event' | 'item', Fields>>;

export const recordedFields = {
  event: {
    type: 'event type',
    source: 'source',
    items: 'items',
    list: 'list',
    value: 'money',
    currency: 'currency',
    orderId: 'id',
    promoId: 'id',
    eventId: 'id',
  },
  item: {
    id: 'id',
    variantId: 'id',
    name: 'text',
    brand: 'text',
    categories: 'texts',
    price: 'money',
    quantity: 'count',
    position: 'count',
    available: 'flag',
    tags: 'texts',
  },
} as const satisfies {
  readonly event: Partial<Record<keyof NormalisedEvent, FieldKind>>;
  readonly item: Partial<Record<keyof EventItem, FieldKind>>;
};

type Only<Whole, Kept extends keyof Whole> = Pick<Whole, Kept> & { readonly [Never in Exclude<keyof Whole, Kept>]?: never };

/** An item of an event with no more than may be recorded: what is never stored has the type `never`. */
export type RecordedItem = Only<EventItem, keyof typeof recordedFields.item>;

/** An event with no more than may be recorded. A `NormalisedEvent` is none until `recordable` has made it one. */
export type RecordedEvent = Omit<Only<NormalisedEvent, keyof typeof recordedFields.event>, 'items'> & {
  readonly items?: readonly RecordedItem[];
};

/** What the log holds of an event. */
export type RecordedQueuedEvent = QueuedEvent<RecordedEvent>;
