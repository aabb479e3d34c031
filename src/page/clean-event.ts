import type { EventItem, NormalisedEvent } from '../core/event.js';
import type { Item } from '../core/item.js';

/**
 * Leaves of a tracked event only what the types name: personal data has no field, and nothing that cannot be cloned may
 * reach `postMessage`, where it would take the whole batch with it.
 */

const eventKeys = ['type', 'source', 'list', 'query', 'value', 'currency', 'orderId', 'promoId', 'eventId', 'ts', 'mode', 'state'];
const itemKeys = ['id', 'variantId', 'sku', 'groupId', 'kind', 'name', 'brand', 'categories', 'variant', 'price', 'quantity', 'position', 'available', 'rating', 'tags'];

/** @returns null for what is no event: no type, or an item without an id */
export function cleanEvent(event: NormalisedEvent): NormalisedEvent | null {
  const clean = pick(event, eventKeys);
  if (typeof clean['type'] !== 'string') return null;
  if (Array.isArray(event.items)) {
    clean['items'] = event.items.map((item: EventItem) => pick(item, itemKeys));
    if ((clean['items'] as EventItem[]).some((item) => typeof item.id !== 'string' || item.id === '')) return null;
  }
  return clean as unknown as NormalisedEvent; // the worker checks the fields' types; here only names and cloneability matter
}

function pick(source: unknown, keys: readonly string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    const value = (source as Record<string, unknown> | null | undefined)?.[key];
    if (value === undefined || value === null) continue;
    // Arrays hold texts; the two objects (`list`, `state`) hold texts too.
    if (Array.isArray(value)) result[key] = value.map(String);
    else if (typeof value === 'object') result[key] = Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
    else if (typeof value !== 'function' && typeof value !== 'symbol') result[key] = value;
  }
  return result;
}

const rankingKeys = ['id', 'name', 'brand', 'categories', 'price', 'tags', 'available'];

/** What ranking may know of an item; a shop's product objects hold much more. */
export function cleanItem(item: Item): Item {
  return pick(item, rankingKeys) as unknown as Item; // checked by the worker, as above
}
