import type { EventItem, EventType, NormalisedEvent } from '../../core/event.js';
import { countsPieces, placesItems, saysSomething } from './event-rules.js';
import { categoriesOf, countOf, idOf, isFields, numberOf, said, textOf, type Fields } from './fields.js';

/**
 * What a page tells Google Analytics 4 → normalised events. Pure; the listener on `dataLayer` is `data-layer.ts`.
 * Rules 1 to 10 and 13 of the event fixtures. Only the keys named here are read, so a customer's data has no way in.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/reference/events
 */

/** Every event of ours that GA4 has, under GA4's name. */
const typeOf: Readonly<Record<string, EventType>> = {
  view_item: 'view',
  view_item_list: 'impression',
  select_item: 'click',
  select_content: 'click',
  search: 'search',
  view_search_results: 'search',
  view_promotion: 'promo_view',
  select_promotion: 'promo_click',
  add_to_cart: 'add_to_cart',
  remove_from_cart: 'remove_from_cart',
  add_to_wishlist: 'add_to_wishlist',
  view_cart: 'view_cart',
  begin_checkout: 'begin_checkout',
  purchase: 'purchase',
  refund: 'refund',
};

const consentKey = /^(ad|analytics|functionality|personalization|security)_storage$|^ad_(user_data|personalization)$/;

/**
 * One `dataLayer` entry: the arguments of `gtag(…)` (an Arguments object or an array), or one pushed object.
 * @returns the events it means, [] for none (a reset, an unknown event, an item event without an item)
 */
export function fromGa4(entry: unknown): NormalisedEvent[] {
  if (!isFields(entry)) return [];
  const isCall = Array.isArray(entry) || Object.prototype.toString.call(entry) === '[object Arguments]';
  const [command, name, parameters] = isCall ? Array.from(entry as unknown as ArrayLike<unknown>) : ['event', entry['event'], entry];
  const fields = isFields(parameters) ? parameters : {};
  const event = command === 'event' ? ecommerceOf(name, fields) : command === 'consent' ? consentOf(name, fields) : undefined;
  return event ? [event] : [];
}

function ecommerceOf(name: unknown, fields: Fields): NormalisedEvent | undefined {
  const type = typeof name === 'string' && Object.hasOwn(typeOf, name) ? typeOf[name] : undefined;
  if (type === undefined) return undefined;
  const nested = isFields(fields['ecommerce']) ? fields['ecommerce'] : {};
  const field = (key: string): unknown => nested[key] ?? fields[key];

  const listed = field('items');
  const lines: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const first: Fields = isFields(lines[0]) ? lines[0] : {};
  const items = (name === 'select_content' ? [contentOf(field)] : lines.map((line, place) => itemOf(type, line, place))).filter(
    (item) => item !== undefined,
  );
  const query = type === 'search' ? textOf(field('search_term')) : undefined;
  if (!saysSomething(type, items, query)) return undefined;

  return said<NormalisedEvent>({
    type,
    source: 'ga4',
    items,
    list: listOf(field) ?? listOf((key) => first[key]),
    query,
    value: numberOf(field('value')),
    currency: (textOf(field('currency')) ?? textOf(first['currency']))?.toUpperCase(),
    orderId: type === 'purchase' || type === 'refund' ? idOf(field('transaction_id')) : undefined,
    promoId: type.startsWith('promo') ? (idOf(field('promotion_id')) ?? idOf(first['promotion_id'])) : undefined,
  });
}

function itemOf(type: EventType, line: unknown, place: number): EventItem | undefined {
  if (!isFields(line)) return undefined;
  const id = idOf(line['item_id']) ?? idOf(line['item_name']);
  const quantity = countsPieces.test(type) ? (countOf(line['quantity']) ?? 1) : undefined;
  if (id === undefined || quantity === 0) return undefined;
  return said<EventItem>({
    id,
    name: textOf(line['item_name']),
    brand: textOf(line['item_brand']),
    categories: categoriesOf(['', 2, 3, 4, 5].map((level) => line[`item_category${level}`])),
    variant: textOf(line['item_variant']),
    price: numberOf(line['price']),
    quantity,
    position: countOf(line['index']) ?? (placesItems.test(type) ? place : undefined),
  });
}

/** `select_content` names its item on the event; “product” says nothing that an item does not. */
function contentOf(field: (key: string) => unknown): EventItem | undefined {
  const id = idOf(field('content_id'));
  const kind = textOf(field('content_type'));
  return id === undefined ? undefined : said<EventItem>({ id, kind: kind === 'product' ? undefined : kind });
}

function listOf(field: (key: string) => unknown): NormalisedEvent['list'] {
  const list = said<{ id?: string; name?: string }>({ id: idOf(field('item_list_id')), name: textOf(field('item_list_name')) });
  return list.id === undefined && list.name === undefined ? undefined : list;
}

function consentOf(mode: unknown, fields: Fields): NormalisedEvent | undefined {
  if (mode !== 'default' && mode !== 'update') return undefined;
  const states = Object.entries(fields).filter(
    (entry): entry is [string, 'granted' | 'denied'] => consentKey.test(entry[0]) && (entry[1] === 'granted' || entry[1] === 'denied'),
  );
  return states.length > 0 ? { type: 'consent', source: 'ga4', mode, state: Object.fromEntries(states) } : undefined;
}
