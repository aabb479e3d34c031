import type { Item } from '../item.js';
import { HASH_BITS, HASH_SEED, MAX_CATEGORIES, MAX_TAGS, NAMESPACE_WEIGHTS, PRICE_BUCKETS } from './manifest.js';
import { hashText } from './murmur-hash.js';
import { wordsOf } from './words.js';

/** An item as the learners see it. */
export interface EncodedItem {
  /** [nonZeros], distinct, ascending, below 2^HASH_BITS */
  readonly indices: Uint32Array;
  /** [nonZeros], L2 norm 1 (or no entry at all), so that no item is louder than another */
  readonly values: Float32Array;
  /** [nonZeros], a facet a person can read for each index: `hue:blue`, `category:Walls`, `brand:Northwind`, `price:4`, `text:sea`, `id:42` */
  readonly facets: readonly string[];
}

/** Where a facet lives: its bucket and the sign that keeps collisions from always adding up. */
export interface FacetSlot {
  readonly index: number;
  readonly sign: 1 | -1;
}

/** @see Weinberger et al. 2009, Feature hashing for large scale multitask learning */
export function slotOf(facet: string): FacetSlot {
  const hash = hashText(facet, HASH_SEED);
  return { index: hash & ((1 << HASH_BITS) - 1), sign: hash >>> 31 === 0 ? 1 : -1 };
}

/** The fifth of its category a price lies in, 1 (cheapest) to 5. */
export function priceBucket(quantile: number): number {
  return Math.min(PRICE_BUCKETS, 1 + Math.floor(Math.max(0, quantile) * PRICE_BUCKETS));
}

/** Facet → loudness, in order. */
export type Facets = ReadonlyMap<string, number>;

/**
 * @param quantile  share of the items of the same category that cost less, 0 to 1; absent where unknown
 */
export function encodeItem(item: Item, quantile?: number): EncodedItem {
  return toSparse(itemFacets(item, quantile));
}

/** What an item is, before it is hashed: each facet once, the first time it is named. */
export function itemFacets(item: Item, quantile?: number): Facets {
  const loudness = new Map<string, number>();
  const add = (facet: string, weight: number): void => {
    if (!loudness.has(facet)) loudness.set(facet, weight);
  };
  add(`id:${item.id}`, NAMESPACE_WEIGHTS.id);
  const path: string[] = [];
  for (const category of (item.categories ?? []).slice(0, MAX_CATEGORIES)) {
    path.push(category);
    add(`category:${path.join(' > ')}`, NAMESPACE_WEIGHTS.category);
  }
  if (item.brand) add(`brand:${item.brand}`, NAMESPACE_WEIGHTS.brand);
  if (quantile !== undefined && !Number.isNaN(quantile)) add(`price:${priceBucket(quantile)}`, NAMESPACE_WEIGHTS.price);
  for (const tag of (item.tags ?? []).slice(0, MAX_TAGS)) if (tag) add(tag, NAMESPACE_WEIGHTS.tag);
  for (const word of item.name ? wordsOf(item.name) : []) add(`text:${word}`, NAMESPACE_WEIGHTS.text);
  return loudness;
}

/**
 * Length 1 (or no entry). Facets that share a bucket add up there; the loudest gives it its name.
 * Plain loops: a worker that has just started ranks a whole shelf before the engine has compiled anything.
 */
export function toSparse(loudness: Facets): EncodedItem {
  const taken: number[] = [];
  const buckets: { readonly index: number; value: number; facet: string; weight: number }[] = [];
  for (const [facet, weight] of loudness) {
    const { index, sign } = slotOf(facet);
    const held = buckets[taken.indexOf(index)];
    if (held === undefined) {
      taken.push(index);
      buckets.push({ index, value: sign * weight, facet, weight });
      continue;
    }
    held.value += sign * weight;
    if (weight > held.weight) {
      held.facet = facet;
      held.weight = weight;
    }
  }
  const entries = buckets.filter(({ value }) => value !== 0).sort((a, b) => a.index - b.index);
  let squares = 0;
  for (const { value } of entries) squares += value * value;
  const norm = Math.sqrt(squares);
  const indices = new Uint32Array(entries.length);
  const values = new Float32Array(entries.length);
  for (let at = 0; at < entries.length; at++) {
    indices[at] = entries[at]!.index;
    values[at] = entries[at]!.value / norm;
  }
  return { indices, values, facets: entries.map(({ facet }) => facet) };
}
