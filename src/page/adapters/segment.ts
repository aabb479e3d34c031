import type { EventItem, EventType, NormalisedEvent } from '../../core/event.js';
import { countsPieces, placesItems, saysSomething } from './event-rules.js';
import { categoriesOf, countOf, idOf, isFields, numberOf, said, textOf, timeOf, type Fields } from './fields.js';

/**
 * What a page tells Segment → normalised events: version 2 of the e-commerce spec and the names of version 1. Pure; rules 1 to 9
 * and 11 of the event fixtures. Only the keys named here are read, so traits and user ids have no way in.
 * @see https://segment.com/docs/connections/spec/ecommerce/v2/
 */

const typeOf: Readonly<Record<string, EventType>> = {
  'Product Viewed': 'view',
  'Product List Viewed': 'impression',
  'Product List Filtered': 'impression',
  'Product Clicked': 'click',
  'Product Added': 'add_to_cart',
  'Wishlist Product Added to Cart': 'add_to_cart',
  'Product Removed': 'remove_from_cart',
  'Cart Viewed': 'view_cart',
  'Checkout Started': 'begin_checkout',
  'Order Completed': 'purchase',
  'Order Refunded': 'refund',
  'Order Cancelled': 'refund',
  'Products Searched': 'search',
  'Product Added to Wishlist': 'add_to_wishlist',
  'Product Removed from Wishlist': 'remove_from_wishlist',
  'Promotion Viewed': 'promo_view',
  'Promotion Clicked': 'promo_click',
  // version 1
  'Viewed Product': 'view',
  'Viewed Product Category': 'impression',
  'Clicked Product': 'click',
  'Added Product': 'add_to_cart',
  'Removed Product': 'remove_from_cart',
  'Started Order': 'begin_checkout',
  'Completed Order': 'purchase',
  'Viewed Promotion': 'promo_view',
  'Clicked Promotion': 'promo_click',
};

/** Events about one product carry it on themselves; the others in `products`. */
const isAboutOne = /^(view|click|add_to_cart|remove_from_cart|add_to_wishlist|remove_from_wishlist)$/;

/**
 * @param call  the arguments of `analytics.track(name, properties)`, or a whole message
 * @returns     the events it means, [] for none
 */
export function fromSegment(call: unknown): NormalisedEvent[] {
  if (!isFields(call)) return [];
  const isMessage = !Array.isArray(call);
  if (isMessage && (call['type'] ?? 'track') !== 'track') return [];
  const [name, given]: readonly unknown[] = isMessage ? [call['event'], call['properties']] : call;
  const type = typeof name === 'string' && Object.hasOwn(typeOf, name) ? typeOf[name]! : undefined;
  if (type === undefined) return [];
  const properties = isFields(given) ? given : {};

  const { products } = properties;
  const lines: readonly unknown[] = Array.isArray(products) ? products : isAboutOne.test(type) ? [properties] : [];
  const first: Fields = isFields(lines[0]) ? lines[0] : {};
  const items = type.startsWith('promo') ? [] : lines.map((line, place) => itemOf(type, line, place)).filter((item) => item !== undefined);
  const query = type === 'search' ? queryOf(properties['query']) : undefined;
  if (!saysSomething(type, items, query)) return [];
  const isOrder = type === 'purchase' || type === 'refund';
  return [
    said<NormalisedEvent>({
      type,
      source: 'segment',
      items,
      list: type === 'impression' ? listOf(properties) : undefined,
      query,
      value: isOrder ? (numberOf(properties['total']) ?? numberOf(properties['revenue'])) : numberOf(properties['value']),
      currency: (textOf(properties['currency']) ?? textOf(first['currency']))?.toUpperCase(),
      orderId: isOrder ? idOf(properties['order_id']) : undefined,
      promoId: type.startsWith('promo') ? idOf(properties['promotion_id']) : undefined,
      eventId: isMessage ? idOf(call['messageId']) : undefined,
      ts: isMessage ? (timeOf(call['timestamp']) ?? timeOf(call['originalTimestamp'])) : undefined,
    }),
  ];
}

function itemOf(type: EventType, line: unknown, place: number): EventItem | undefined {
  if (!isFields(line)) return undefined;
  const sku = idOf(line['sku']);
  const id = idOf(line['product_id']) ?? sku;
  const quantity = countsPieces.test(type) ? (countOf(line['quantity']) ?? 1) : undefined;
  if (id === undefined || quantity === 0) return undefined;
  return said<EventItem>({
    id,
    sku,
    name: textOf(line['name']),
    brand: textOf(line['brand']),
    categories: categoriesOf([line['category']].flat()),
    variant: textOf(line['variant']),
    price: numberOf(line['price']),
    quantity,
    position: countOf(line['position']) ?? (placesItems.test(type) ? place : undefined),
  });
}

function queryOf(query: unknown): string | undefined {
  return isFields(query) ? (textOf(query['query']) ?? textOf(query['text']) ?? textOf(query['q'])) : textOf(query);
}

function listOf(properties: Fields): NormalisedEvent['list'] {
  const list = said<{ id?: string; name?: string }>({ id: idOf(properties['list_id']), name: textOf(properties['category']) });
  return list.id === undefined && list.name === undefined ? undefined : list;
}
