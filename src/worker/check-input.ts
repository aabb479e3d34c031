import { fieldsOf, itemsOf, recordable } from '../core/features/recordable.js';
import type { FieldKind, RecordedQueuedEvent } from '../core/features/recorded-fields.js';
import type { Item } from '../core/item.js';

/** The edge at which messages of the page become trusted types. */

const queuedFields = { id: 'text', atMs: 'time' } as const;

const itemFields: Readonly<Record<keyof Item, FieldKind>> = {
  id: 'id',
  name: 'text',
  brand: 'text',
  categories: 'texts',
  price: 'money',
  tags: 'texts',
  available: 'flag',
};

/** Null for what cannot be an event: no id, no time, an unknown type. */
export function checkQueuedEvent(value: unknown): RecordedQueuedEvent | null {
  const { id, atMs } = fieldsOf(value, queuedFields) ?? {};
  const event = recordable((value as { readonly event?: unknown } | null | undefined)?.event);
  return id === undefined || atMs === undefined || event === undefined ? null : ({ id, atMs, event } as RecordedQueuedEvent); // just checked
}

/** The candidates of a list in their order; what has no id has no card either and is left out. */
export function checkItems(value: unknown): readonly Item[] {
  return (itemsOf(value, itemFields) ?? []) as unknown as Item[]; // every field was checked
}
