import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventItem, NormalisedEvent } from '../event.js';
import { contextNamespaces, encodeContext } from './context.js';
import { encodeItem } from './encode-item.js';
import { featureManifest, fieldsKeptBy, type FieldRule } from './feature-manifest.js';
import { recordable } from './recordable.js';
import { recordedFields, type RecordedEvent, type RecordedFields } from './recorded-fields.js';

/** Every key an event or an item can have, each with a value of its kind. */
const wholeItem: Required<EventItem> = {
  id: 'a',
  variantId: 'a-1',
  sku: 's',
  groupId: 'g',
  kind: 'k',
  name: 'Sea',
  brand: 'B',
  categories: ['Walls'],
  variant: 'matt',
  price: 3.5,
  quantity: 2,
  position: 0,
  available: true,
  rating: 4,
  tags: ['hue:blue'],
};
const wholeEvent: Required<NormalisedEvent> = {
  type: 'purchase',
  source: 'ga4',
  items: [wholeItem],
  list: { id: 'home', name: 'Home' },
  query: 'q',
  value: 7,
  currency: 'EUR',
  orderId: 'o',
  promoId: 'p',
  eventId: 'e',
  ts: 1,
  mode: 'update',
  state: { ad_storage: 'denied' },
};

describe('the feature manifest', () => {
  const rules: Readonly<Record<'event' | 'item', Readonly<Record<string, FieldRule>>>> = featureManifest;

  test('is plain JSON with a rule and a purpose for every field that there is', () => {
    expect(JSON.parse(JSON.stringify(featureManifest))).toEqual(featureManifest);
    expect(Object.keys(rules.event).sort()).toEqual(Object.keys(wholeEvent).sort());
    expect(Object.keys(rules.item).sort()).toEqual(Object.keys(wholeItem).sort());
    for (const rule of Object.values(featureManifest).flatMap((group): FieldRule[] => Object.values(group)))
      expect(rule.purpose).toMatch(/\w+ \w+/);
  });

  test('keeps exactly what the worker records', () => {
    expect(fieldsKeptBy(featureManifest)).toEqual(recordedFields);
  });

  test('names the namespaces in which an item is encoded', () => {
    const { facets } = encodeItem({ id: 'a', name: 'Sea', brand: 'B', categories: ['Walls'], price: 1, tags: ['hue:blue'] }, 0.5);
    const named = new Set(Object.values(rules.item).map(({ namespace }) => namespace));
    for (const facet of facets) {
      const [namespace] = facet.split(':');
      expect(named.has(namespace === 'hue' ? 'key of the tag' : namespace!), facet).toBe(true);
    }
  });
});

test('context namespaces are named under the names that their facets have', () => {
  const facets = encodeContext({ list: 'home', position: 3, atMs: 0, sinceLastMs: 0 }, contextNamespaces);
  expect([...facets.keys()].map((facet) => facet.split(':')[0])).toEqual([...contextNamespaces]);
  for (const name of contextNamespaces) expect(featureManifest.context[name].namespace).toBe(name);
});

describe('recordable', () => {
  test('keeps what the manifest names and nothing else, at any depth', () => {
    const extra = { email: 'a@b.example', userId: 'u', address: { city: 'x' } };
    const event = recordable({ ...wholeEvent, ...extra, list: { ...wholeEvent.list, ...extra }, items: [{ ...wholeItem, ...extra }] });
    expect(event).toEqual({
      type: 'purchase',
      source: 'ga4',
      items: [
        {
          id: 'a',
          variantId: 'a-1',
          name: 'Sea',
          brand: 'B',
          categories: ['Walls'],
          price: 3.5,
          quantity: 2,
          position: 0,
          available: true,
          tags: ['hue:blue'],
        },
      ],
      list: { id: 'home', name: 'Home' },
      value: 7,
      currency: 'EUR',
      orderId: 'o',
      promoId: 'p',
      eventId: 'e',
    });
  });

  test('obeys the manifest it is given', () => {
    const narrow: RecordedFields = { event: { type: 'event type', items: 'items' }, item: { id: 'id', rating: 'count' } };
    expect(recordable(wholeEvent, narrow)).toEqual({ type: 'purchase', items: [{ id: 'a', rating: 4 }] });
    expect(recordable(wholeEvent, { event: {}, item: {} })).toBeUndefined();
    const { name: _, ...withoutName } = featureManifest.item;
    expect(JSON.stringify(recordable(wholeEvent, fieldsKeptBy({ ...featureManifest, item: withoutName })))).not.toContain('Sea');
  });

  test('has a type that no other event has', () => {
    const record = (event: RecordedEvent): RecordedEvent => event;
    const searched: NormalisedEvent = { type: 'search', source: 'ga4', query: 'q' };
    // @ts-expect-error what somebody searched for has no place in the log
    record(searched);
    // @ts-expect-error neither has the rating of an item
    record({ type: 'view', source: 'ga4', items: [wholeItem] });
    // @ts-expect-error nor a field that nobody named
    record({ type: 'view', source: 'ga4', email: 'a@b.example' });
    expect(record({ type: 'view', source: 'ga4' })).toBeDefined();
  });

  test('answers for anything, and for its own answer the same', () => {
    const keys = [...Object.keys(wholeEvent), ...Object.keys(wholeItem), 'email'];
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.anything(),
        fc.constantFrom<unknown>('view', ' a ', '1.299,00 €', '', 7, -1),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 10 }),
      ),
    })).value;
    let known = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), anything), (rest) => {
        for (const value of [rest, { ...rest, type: 'view' }]) {
          const once = recordable(value);
          if (once === undefined) continue;
          known += 1;
          expect(recordable(once)).toEqual(once);
          expect(recordable(structuredClone(once))).toEqual(once);
          expect(Object.keys(once).filter((key) => !(key in recordedFields.event))).toEqual([]);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
    expect(known).toBeGreaterThan(300);
  });
});
