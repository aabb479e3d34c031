import type { EventItem, NormalisedEvent } from '../../core/event.js';
import { categoriesOf, idOf, isFields, numberOf, said, textOf } from './fields.js';

/**
 * Open Graph product tags of a page → one `catalog` event. Pure; rules 1 to 5 and 15 of the event fixtures.
 * @see https://developers.facebook.com/docs/marketing-api/catalog/guides/microdata-tags
 */

const availableIn: Readonly<Record<string, boolean>> = {
  'in stock': true,
  'available for order': true,
  preorder: true,
  pending: true,
  'out of stock': false,
  oos: false,
  discontinued: false,
};

/**
 * @param tags  property → content of the page's meta tags
 * @returns     [] where the page is no product's, or the product has no id
 */
export function fromOpenGraph(tags: unknown): NormalisedEvent[] {
  if (!isFields(tags) || textOf(tags['og:type'])?.toLowerCase() !== 'product') return [];
  const id = idOf(tags['product:retailer_item_id']) ?? textOf(tags['og:url']);
  if (id === undefined) return [];
  const item = said<EventItem>({
    id,
    groupId: idOf(tags['product:item_group_id']),
    name: textOf(tags['og:title']),
    brand: textOf(tags['product:brand']),
    categories: categoriesOf([tags['product:category']].flat()),
    price: numberOf(tags['product:price:amount']),
    available: availableIn[textOf(tags['product:availability'])?.toLowerCase() ?? ''],
  });
  return [
    said<NormalisedEvent>({
      type: 'catalog',
      source: 'opengraph',
      items: [item],
      currency: textOf(tags['product:price:currency'])?.toUpperCase(),
    }),
  ];
}
