/** What ranking knows of an item. Comes from the page (tier 0) or from the shop's catalogue (tier 1). */
export interface Item {
  /** Canonical: the product, not the variant. */
  readonly id: string;
  readonly name?: string;
  readonly brand?: string;
  /** In order, general to special; the first one's group is the item's taste cell. */
  readonly categories?: readonly string[];
  /** Unit price, major units. */
  readonly price?: number;
  /** Free facets, `key:value` (for a paint: `hue:blue`, `mood:calm`). */
  readonly tags?: readonly string[];
  readonly available?: boolean;
}
