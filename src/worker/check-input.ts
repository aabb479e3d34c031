import { eventSources, eventTypes, type EventItem, type NormalisedEvent, type QueuedEvent } from '../core/event.js';
import type { Item } from '../core/item.js';

/**
 * The edge at which messages of the page become trusted types. A field of the wrong type is left out, an event or item
 * that is none is answered as null; lengths are capped, so that a hostile data layer cannot fill the disk.
 */

const longestText = 300;
const mostTexts = 40;
const mostItems = 500;

type Check = (value: unknown) => unknown;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? value.slice(0, longestText) : undefined);
const number: Check = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const flag: Check = (value) => (typeof value === 'boolean' ? value : undefined);
const texts: Check = (value) =>
  Array.isArray(value)
    ? value
        .map(text)
        .filter((each) => each !== undefined)
        .slice(0, mostTexts)
    : undefined;

const itemFields: Readonly<Record<keyof EventItem | 'tags', Check>> = {
  id: text,
  variantId: text,
  sku: text,
  groupId: text,
  kind: text,
  name: text,
  brand: text,
  categories: texts,
  variant: text,
  price: number,
  quantity: number,
  position: number,
  available: flag,
  rating: number,
  tags: texts,
};

const itemOnly: Readonly<Record<keyof Item, Check>> = {
  id: text,
  name: text,
  brand: text,
  categories: texts,
  price: number,
  tags: texts,
  available: flag,
};

const eventFields: Readonly<Partial<Record<keyof NormalisedEvent, Check>>> = {
  type: (value) => eventTypes.find((each) => each === value),
  source: (value) => eventSources.find((each) => each === value) ?? 'homebody',
  items: (value) =>
    Array.isArray(value)
      ? value
          .slice(0, mostItems)
          .map((each) => checkFields(each, itemFields))
          .filter((each) => each?.['id'] !== undefined)
      : undefined,
  list: (value) => checkFields(value, { id: text, name: text }) ?? undefined,
  // No `query`: what somebody searched for is not stored unless a shop could ask for it, and no option does.
  value: number,
  currency: text,
  orderId: text,
  promoId: text,
  eventId: text,
  ts: number,
};

/** Null for what cannot be an event: no id, no time, an unknown type. */
export function checkQueuedEvent(value: unknown): QueuedEvent | null {
  const queued = checkFields(value, { id: text, atMs: number, event: (event) => checkFields(event, eventFields) ?? undefined });
  const event = queued?.['event'] as Partial<NormalisedEvent> | undefined;
  if (queued?.['id'] === undefined || queued['atMs'] === undefined || event?.type === undefined) return null;
  return queued as unknown as QueuedEvent; // every field was checked above
}

/** The candidates of a list in their order; what has no id has no card either and is left out. */
export function checkItems(value: unknown): readonly Item[] {
  if (!Array.isArray(value)) return [];
  return value.map((each) => checkFields(each, itemOnly)).filter((each) => each?.['id'] !== undefined) as unknown as Item[]; // as above
}

function checkFields(value: unknown, fields: Readonly<Record<string, Check>>): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  const checked: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(fields)) {
    const field = check((value as Record<string, unknown>)[name]);
    if (field !== undefined) checked[name] = field;
  }
  return checked;
}
