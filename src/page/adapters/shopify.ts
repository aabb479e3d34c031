import type { EventItem, EventType, NormalisedEvent } from '../../core/event.js';
import { countsPieces, placesItems, saysSomething } from './event-rules.js';
import { categoriesOf, countOf, idOf, isFields, numberOf, said, textOf, timeOf, type Fields } from './fields.js';

/**
 * What Shopify tells the subscriber of a pixel → normalised events, and what it says of customer privacy → consent. Pure; rules 1 to
 * 9, 12 and 13 of the event fixtures. Only the keys named here are read, so checkout contacts and customer ids have no way in.
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-events
 */

/** By event: its type, and where in `data` its subject stands. */
const subjects: Readonly<Record<string, readonly [EventType, string]>> = {
  product_viewed: ['view', 'productVariant'],
  collection_viewed: ['impression', 'collection'],
  search_submitted: ['search', 'searchResult'],
  product_added_to_cart: ['add_to_cart', 'cartLine'],
  product_removed_from_cart: ['remove_from_cart', 'cartLine'],
  cart_viewed: ['view_cart', 'cart'],
  checkout_started: ['begin_checkout', 'checkout'],
  checkout_completed: ['purchase', 'checkout'],
};

/** By subject: where its lines stand, and where in a line the variant; null for “it is one”. */
const lineKeys: Readonly<Record<string, readonly [list: string | null, variant: string | null]>> = {
  productVariant: [null, null],
  collection: ['productVariants', null],
  searchResult: ['productVariants', null],
  cartLine: [null, 'merchandise'],
  cart: ['lines', 'merchandise'],
  checkout: ['lineItems', 'variant'],
};

/** Which of Google's storage keys each permission of the visitor stands for. */
const permissions: Readonly<Record<string, readonly string[]>> = {
  marketingAllowed: ['ad_storage', 'ad_personalization'],
  saleOfDataAllowed: ['ad_user_data'],
  analyticsProcessingAllowed: ['analytics_storage'],
  preferencesProcessingAllowed: ['personalization_storage'],
};

/**
 * @param payload  the event that a pixel's subscriber gets, or a customer-privacy payload
 * @returns        the events it means, [] for none
 */
export function fromShopify(payload: unknown): NormalisedEvent[] {
  if (!isFields(payload)) return [];
  const name = payload['name'];
  const known = typeof name === 'string' && Object.hasOwn(subjects, name) ? subjects[name] : undefined;
  const event = known === undefined ? consentOf(payload) : storeEventOf(...known, payload);
  return event ? [event] : [];
}

function storeEventOf(type: EventType, key: string, payload: Fields): NormalisedEvent | undefined {
  const subject = part(part(payload, 'data'), key);
  const [listKey, variantKey] = lineKeys[key]!;
  const listed = listKey === null ? [subject] : subject[listKey];
  const lines: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const variants = lines.map((line) => variantOf(line, variantKey));
  const found = lines.map((line, place) => itemOf(type, line, variants[place], place));
  const items = found.filter((item) => item !== undefined);
  const first = variants[found.findIndex((item) => item !== undefined)] ?? {};
  const query = type === 'search' ? textOf(subject['query']) : undefined;
  if (!saysSomething(type, items, query)) return undefined;
  const isCheckout = key === 'checkout';
  const total = isCheckout ? part(subject, 'totalPrice') : part(part(subject, 'cost'), 'totalAmount');
  return said<NormalisedEvent>({
    type,
    source: 'shopify',
    items,
    list: type === 'impression' ? listOf(subject) : undefined,
    query,
    value: numberOf(total['amount']),
    currency: (
      (isCheckout ? textOf(subject['currencyCode']) : undefined) ??
      textOf(total['currencyCode']) ??
      textOf(part(first, 'price')['currencyCode'])
    )?.toUpperCase(),
    orderId: isCheckout ? (shortId(part(subject, 'order')['id']) ?? idOf(subject['token'])) : undefined,
    eventId: idOf(payload['id']),
    ts: timeOf(payload['timestamp']),
  });
}

function variantOf(line: unknown, key: string | null): Fields | undefined {
  const variant = key === null ? line : isFields(line) ? line[key] : undefined;
  return isFields(variant) ? variant : undefined;
}

/** @param line  has a variant, so it has fields */
function itemOf(type: EventType, line: unknown, variant: Fields | undefined, place: number): EventItem | undefined {
  if (variant === undefined) return undefined;
  const product = part(variant, 'product');
  const variantId = shortId(variant['id']);
  const id = shortId(product['id']) ?? variantId;
  const quantity = countsPieces.test(type) ? (countOf((line as Fields)['quantity']) ?? 1) : undefined;
  if (id === undefined || quantity === 0) return undefined;
  const title = textOf(variant['title']);
  return said<EventItem>({
    id,
    variantId,
    sku: idOf(variant['sku']),
    name: textOf(product['title']),
    brand: textOf(product['vendor']),
    categories: categoriesOf([product['type']]),
    variant: title === 'Default Title' ? undefined : title,
    price: numberOf(part(variant, 'price')['amount']),
    quantity,
    position: placesItems.test(type) ? place : undefined,
  });
}

function listOf(collection: Fields): NormalisedEvent['list'] {
  const list = said<{ id?: string; name?: string }>({ id: shortId(collection['id']), name: textOf(collection['title']) });
  return list.id === undefined && list.name === undefined ? undefined : list;
}

function consentOf(payload: Fields): NormalisedEvent | undefined {
  const privacy = isFields(payload['customerPrivacy']) ? payload['customerPrivacy'] : payload;
  const state: Record<string, 'granted' | 'denied'> = {};
  for (const [permission, keys] of Object.entries(permissions)) {
    const isAllowed = privacy[permission];
    if (typeof isAllowed === 'boolean') for (const key of keys) state[key] = isAllowed ? 'granted' : 'denied';
  }
  if (Object.keys(state).length === 0) return undefined;
  return said<NormalisedEvent>({
    type: 'consent',
    source: 'shopify',
    mode: 'update',
    state,
    eventId: idOf(payload['id']),
    ts: timeOf(payload['timestamp']),
  });
}

/** `gid://shopify/Product/9001` and `9001` are one id. */
function shortId(value: unknown): string | undefined {
  return idOf(value)?.replace(/^gid:\/\/.*\//, '') || undefined;
}

function part(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isFields(value) ? value : {};
}
