import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTypes, type NormalisedEvent } from '../../core/event.js';
import { fromGa4 } from './ga4.js';
import { fromJsonLd } from './jsonld.js';
import { fromOpenGraph } from './opengraph.js';
import { fromSegment } from './segment.js';
import { fromShopify } from './shopify.js';

/** The keys of the fixtures' schema. */
const eventKeys = 'type source items list query value currency orderId promoId eventId ts mode state'.split(' ');
const itemKeys = 'id variantId sku groupId kind name brand categories variant price quantity position available rating'.split(' ');

/** Objects that look like a payload: known keys, any values, nested. */
function payloads(keys: readonly string[], names: readonly string[]): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constantFrom<unknown>(...names, 'a', ' ', '', '39.50', '1e3', -1, 0, 2.5, NaN, null, undefined, true, 'gid://shopify/Product/1'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 8 }),
    ),
  })).value;
}

function expectSchema(events: readonly NormalisedEvent[], source: string): void {
  for (const event of events) {
    expect(Object.keys(event).filter((key) => !eventKeys.includes(key))).toEqual([]);
    expect(Object.values(event)).not.toContain(undefined);
    expect(eventTypes).toContain(event.type);
    expect(event.source).toBe(source);
    if (event.ts !== undefined) expect(Number.isInteger(event.ts)).toBe(true);
    for (const item of event.items ?? []) {
      expect(Object.keys(item).filter((key) => !itemKeys.includes(key))).toEqual([]);
      expect(Object.values(item)).not.toContain(undefined);
      expect(item.id).toMatch(/\S/);
      if (item.price !== undefined) expect(Number.isFinite(item.price)).toBe(true);
      if (item.quantity !== undefined) expect(item.quantity).toBeGreaterThanOrEqual(1);
    }
  }
}

const ga4Keys = 'event ecommerce items item_id item_name quantity index price currency value search_term transaction_id item_list_id'.split(
  ' ',
);
const segmentKeys =
  'type event properties products product_id sku name category quantity price position total query q messageId timestamp'.split(' ');
const shopifyKeys = [
  ...'id name timestamp data productVariant collection cart cartLine checkout lines lineItems merchandise variant product title price'.split(
    ' ',
  ),
  ...'amount currencyCode cost totalAmount totalPrice order token quantity searchResult productVariants customerPrivacy marketingAllowed'.split(
    ' ',
  ),
];
const jsonldKeys = [
  ...'@type @graph @id @value sku url name brand category offers price lowPrice priceSpecification availability hasVariant'.split(' '),
  ...'itemListElement item position aggregateRating ratingValue productGroupID color size priceCurrency'.split(' '),
];
const opengraphKeys = 'og:type og:url og:title product:retailer_item_id product:category product:price:amount product:availability'.split(
  ' ',
);

interface Adapter {
  readonly source: string;
  readonly adapt: (payload: unknown) => NormalisedEvent[];
  readonly keys: readonly string[];
  readonly names: readonly string[];
  /** Puts a name where the source has it. */
  readonly frame: (name: string, rest: object) => unknown;
}

const adapters: readonly Adapter[] = [
  {
    source: 'ga4',
    adapt: fromGa4,
    keys: ga4Keys,
    names: ['view_item', 'purchase', 'search', 'view_item_list', 'refund'],
    frame: (name, rest) => ['event', name, rest],
  },
  {
    source: 'segment',
    adapt: fromSegment,
    keys: segmentKeys,
    names: ['Product Viewed', 'Order Completed', 'Products Searched', 'Product List Viewed', 'Cart Viewed'],
    frame: (event, properties) => ({ type: 'track', event, properties, timestamp: event }),
  },
  {
    source: 'shopify',
    adapt: fromShopify,
    keys: shopifyKeys,
    names: ['product_viewed', 'collection_viewed', 'cart_viewed', 'checkout_completed', 'search_submitted'],
    frame: (name, rest) => ({ ...rest, name }),
  },
  {
    source: 'jsonld',
    adapt: fromJsonLd,
    keys: jsonldKeys,
    names: ['Product', 'ProductGroup', 'ItemList', 'ListItem', 'InStock'],
    frame: (name, rest) => ({ ...rest, '@type': name }),
  },
  {
    source: 'opengraph',
    adapt: fromOpenGraph,
    keys: opengraphKeys,
    names: ['product', 'in stock'],
    frame: (name, rest) => ({ ...rest, 'og:type': name }),
  },
];

describe.each(adapters)('the adapter of $source', ({ source, adapt, keys, names, frame }) => {
  test('throws at nothing, and nothing comes out that is not in the schema', () => {
    let told = 0;
    fc.assert(
      fc.property(fc.constantFrom(...names), payloads(keys, names), (name, payload) => {
        for (const each of [payload, frame(name, Object(payload) as object)]) {
          const events = adapt(each);
          told += events.length;
          expectSchema(events, source);
        }
      }),
      { seed: 3, numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.anything(), (payload) => expectSchema(adapt(payload), source)),
      { seed: 4, numRuns: 500 },
    );
    expect(told).toBeGreaterThan(20); // else the payloads are unlike any
  });
});
