import { paints, tagsOf, variantsOf } from './data/paints.js';

/** One product as a plain JSON feed has it: what `homebody catalogue build` reads. */
export interface FeedItem {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  /** One: the taste cell. Hue and depth are tags. */
  readonly categories: readonly string[];
  readonly price: number;
  readonly currency: 'GBP';
  readonly available: boolean;
  readonly tags: readonly string[];
  readonly variants: readonly { readonly id: string; readonly price: number }[];
}

export function demoFeed(): readonly FeedItem[] {
  return paints.map((paint) => ({
    id: paint.id,
    name: paint.name,
    brand: paint.maker,
    categories: [paint.group.name],
    price: paint.price,
    currency: 'GBP',
    available: true,
    tags: tagsOf(paint),
    variants: variantsOf(paint).map(({ sku, price }) => ({ id: sku, price })),
  }));
}
