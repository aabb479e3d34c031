import { eventSources, eventTypes } from '../event.js';
import { currencyOf, moneyOf } from './money.js';
import { recordedFields, type FieldKind, type Fields, type RecordedEvent, type RecordedFields } from './recorded-fields.js';

/**
 * The edge at which what a page says becomes what may be recorded. A field that the manifest does not name, or of the wrong kind, is
 * left out; texts are trimmed and cut, lists cut, so that a hostile data layer cannot fill the disk. Idempotent, never throws.
 */

const longestText = 300;
const mostTexts = 40;
const mostItems = 500;

/**
 * @param event     anything, trusted in nothing
 * @param manifest  what may be recorded of it
 * @returns         new objects with the manifest's fields and no other; undefined for what is no event: no known type
 */
export function recordable(event: unknown, manifest: RecordedFields = recordedFields): RecordedEvent | undefined {
  const checked = fieldsOf(event, manifest.event, manifest.item);
  return checked?.['type'] === undefined ? undefined : (checked as unknown as RecordedEvent); // every field was checked
}

/**
 * The fields named, each of its kind, and no other; undefined for what is no object.
 * @param items  the fields of what stands in a field of kind `items`
 */
export function fieldsOf(value: unknown, fields: Fields, items: Fields = {}): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const checked: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const field = checks[kind]((value as Record<string, unknown>)[name], items);
    if (field !== undefined) checked[name] = field;
  }
  return checked;
}

/** The objects with an id, each with the fields named and no other. */
export function itemsOf(values: unknown, fields: Fields): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(values)) return undefined;
  return values.map((each) => fieldsOf(each, fields)).filter((each) => each?.['id'] !== undefined) as Readonly<Record<string, unknown>>[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim().slice(0, longestText).trim()) || undefined;
/** Untrimmed: the page finds its cards by exactly what it said. `canonicalId` trims where ids are compared. */
const id = (value: unknown): string | undefined => text(value) && (value as string).slice(0, longestText);

const checks: Readonly<Record<FieldKind, (value: unknown, items: Fields) => unknown>> = {
  'event type': (value) => eventTypes.find((each) => each === value),
  source: (value) => eventSources.find((each) => each === value) ?? 'homebody',
  text,
  texts: (value) =>
    Array.isArray(value)
      ? value
          .map(text)
          .filter((each) => each !== undefined)
          .slice(0, mostTexts)
      : undefined,
  id: (value) => id(Number.isFinite(value) ? String(value) : value),
  money(value) {
    const amount = typeof value === 'string' ? moneyOf(value.slice(0, longestText))?.amount : value;
    return Number.isFinite(amount) && (amount as number) >= 0 ? amount : undefined; // isFinite is false for everything but numbers
  },
  currency: (value) => currencyOf(text(value) ?? ''),
  count: (value) => (Number.isInteger(value) && (value as number) >= 0 ? value : undefined), // as above
  time: (value) => (Number.isFinite(value) ? value : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  list: (value) => fieldsOf(value, { id: 'id', name: 'text' }),
  items: (value, fields) => itemsOf(Array.isArray(value) ? value.slice(0, mostItems) : value, fields),
};
