import type { EventItem, NormalisedEvent } from '../../core/event.js';
import { categoriesOf, countOf, idOf, isFields, numberOf, said, textOf, type Fields } from './fields.js';

/**
 * schema.org products in JSON-LD → `catalog` events: one a Product, one a ProductGroup with an item each variant, one an ItemList.
 * Pure; rules 1 to 8 and 14 of the event fixtures. Any property may be an array in JSON-LD: where one value is wanted the first counts.
 * @see https://schema.org/Product
 */

const idKeys = ['sku', 'productID', 'productGroupID', 'mpn', 'gtin13', 'gtin', '@id', 'url'] as const;

const availableIn: Readonly<Record<string, boolean>> = {
  InStock: true,
  LimitedAvailability: true,
  OnlineOnly: true,
  InStoreOnly: true,
  PreOrder: true,
  PreSale: true,
  BackOrder: true,
  MadeToOrder: true,
  OutOfStock: false,
  SoldOut: false,
  Discontinued: false,
};

/**
 * @param body  the parsed script: a node, an array of nodes, or `@graph`
 * @returns     one event each node that has an item
 */
export function fromJsonLd(body: unknown): NormalisedEvent[] {
  return nodesOf(body).flatMap((node) => {
    const types = typesOf(node);
    const goods = types.includes('ProductGroup')
      ? variantsOf(node)
      : types.includes('Product')
        ? [goodOf(node)]
        : types.includes('ItemList')
          ? listedIn(node)
          : [];
    const kept = goods.filter((good) => good !== undefined);
    const name = types.includes('ItemList') ? textOf(first(node['name'])) : undefined;
    return kept.length === 0
      ? []
      : [
          said<NormalisedEvent>({
            type: 'catalog',
            source: 'jsonld',
            items: kept.map(({ item }) => item),
            list: name === undefined ? undefined : { name },
            currency: kept.find(({ currency }) => currency !== undefined)?.currency,
          }),
        ];
  });
}

interface Good {
  readonly item: EventItem;
  readonly currency: string | undefined;
}

/** Graphs in arrays in graphs: deeper than anybody writes by hand is left unread. */
const deepest = 8;

function nodesOf(body: unknown, depth = 0): readonly Fields[] {
  if (!isFields(body) || depth > deepest) return [];
  if (Array.isArray(body)) return body.flatMap((each) => nodesOf(each, depth + 1));
  return body['@graph'] === undefined ? [body] : [body, ...nodesOf(body['@graph'], depth + 1)];
}

/** `https://schema.org/Product`, `schema:Product` and `Product` are one. */
function shortName(value: unknown): string {
  return (textOf(value) ?? '').replace(/^.*[/:#]/, '');
}

function typesOf(node: Fields): readonly string[] {
  return [node['@type']].flat().map(shortName);
}

/** @param parent  the group, of which a variant inherits what it does not say itself */
function goodOf(node: Fields, parent: Fields = {}, more: Partial<EventItem> = {}): Good | undefined {
  const own = (key: string): unknown => first(node[key]);
  const id = idKeys.map((key) => idOf(own(key))).find((each) => each !== undefined);
  if (id === undefined) return undefined;
  const inherited = <Value>(read: (from: Fields) => Value | undefined): Value | undefined => read(node) ?? read(parent);
  const offers = offersOf(node['offers']);
  const prices = offers.map(priceOf).filter((price) => price !== undefined);
  const stock = offers.map((offer) => availableIn[shortName(first(offer['availability']))]);
  return {
    item: said<EventItem>({
      id,
      sku: idOf(own('sku')),
      groupId: idOf(first(parent['productGroupID'])),
      name: inherited((from) => textOf(first(from['name']))),
      brand: inherited((from) => namedText(from['brand'])),
      categories: inherited((from) => categoriesOf([from['category']].flat().map(namedText))),
      variant: namedText(node['color']) ?? namedText(node['size']),
      price: prices.length === 0 ? undefined : Math.min(...prices),
      available: stock.includes(true) ? true : stock.includes(false) ? false : undefined,
      rating: inherited(ratingOf),
      ...more,
    }),
    currency: offers.map(currencyOf).find((each) => each !== undefined),
  };
}

function variantsOf(group: Fields): readonly (Good | undefined)[] {
  return [group['hasVariant']].flat().map((variant) => (isFields(variant) ? goodOf(variant, group) : undefined));
}

/** The goods of an ItemList: products as they are, in ListItems, or only named by their URL. */
function listedIn(list: Fields): readonly (Good | undefined)[] {
  return [list['itemListElement']].flat().map((entry, place) => {
    const isEntry = isFields(entry) && (typesOf(entry).includes('ListItem') || entry['item'] !== undefined);
    const element: Fields = isFields(entry) ? entry : { url: entry };
    const held = isEntry ? (first(entry['item']) ?? { url: entry['url'] }) : element;
    const node: Fields = isFields(held) ? held : { url: held };
    const types = typesOf(node);
    if (types.some((type) => type !== '' && type !== 'ListItem') && !types.some((type) => /^Product(Group)?$/.test(type))) return undefined;
    return goodOf(node, isEntry ? { name: entry['name'] } : {}, { position: countOf(first(element['position'])) ?? place });
  });
}

/** An aggregate that says no price of its own is as good as the offers in it. */
function offersOf(value: unknown): readonly Fields[] {
  return [value].flat().flatMap((offer) => {
    if (!isFields(offer)) return [];
    return priceOf(offer) === undefined ? [offer, ...[offer['offers']].flat().filter(isFields)] : [offer];
  });
}

function priceOf(offer: Fields): number | undefined {
  const specified = [offer['priceSpecification']].flat().map((each) => (isFields(each) ? numberOf(first(each['price'])) : undefined));
  return numberOf(first(offer['lowPrice'])) ?? numberOf(first(offer['price'])) ?? specified.find((price) => price !== undefined);
}

function currencyOf(offer: Fields): string | undefined {
  const specified = first(offer['priceSpecification']);
  const given = textOf(first(offer['priceCurrency'])) ?? (isFields(specified) ? textOf(first(specified['priceCurrency'])) : undefined);
  return given?.toUpperCase();
}

function ratingOf(from: Fields): number | undefined {
  const rating = first(from['aggregateRating']);
  return isFields(rating) ? numberOf(first(rating['ratingValue'])) : undefined;
}

/** A text, or what a Brand, CategoryCode or SizeSpecification is called. */
function namedText(value: unknown): string | undefined {
  const one = first(value);
  return isFields(one) ? textOf(first(one['name'])) : textOf(one);
}

/** Also unwraps `{"@value": …}`. */
function first(value: unknown): unknown {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return isFields(one) && '@value' in one ? one['@value'] : one;
}
