import type { Item } from '../item.js';
import { contextNamespaces, encodeContext, type Context } from './context.js';
import { itemFacets, toSparse, type EncodedItem, type Facets } from './encode-item.js';
import { CONTEXT_LOUDNESS, CROSS_LOUDNESS, LAST_ITEM_DECAY, MAX_CROSSED, type FeatureSet } from './feature-set.js';

/**
 * An item in its surroundings: the item's own block of length 1, as `encodeItem` has it, then the context's and the crosses' of
 * lengths of their own, so that turning one on does not make the item itself quieter. Facets that share a bucket add up there.
 */
export function encodeExample(item: Item, quantile: number | undefined, context: Context, set: FeatureSet): EncodedItem {
  const own = itemFacets(item, quantile);
  const around = encodeContext(context, set.context);
  return joined([
    [toSparse(own), 1],
    [toSparse(around), CONTEXT_LOUDNESS],
    [toSparse(crossed(own, context, set)), CROSS_LOUDNESS],
  ]);
}

/** `hour:37×category:Walls`, `last.hue:blue×hue:red`: as loud as the product of both. */
function crossed(own: Facets, context: Context, set: FeatureSet): Facets {
  const known = new Map([...encodeContext(context, contextNamespaces), ...own]);
  for (const [back, facets] of (context.lastItems ?? []).slice(0, set.lastItems).entries())
    for (const [facet, loudness] of facets) add(known, `last.${facet}`, loudness * LAST_ITEM_DECAY ** back);
  const result = new Map<string, number>();
  for (const [first, second] of set.crosses) {
    const isIn = (facet: string, namespace: string): boolean => facet.startsWith(`${namespace}:`);
    for (const [left, leftLoudness] of known)
      for (const [right, rightLoudness] of isIn(left, first) ? own : [])
        if (isIn(right, second) && left !== right && result.size < MAX_CROSSED)
          result.set(`${left}×${right}`, leftLoudness * rightLoudness);
  }
  return result;
}

function add(facets: Map<string, number>, facet: string, loudness: number): void {
  facets.set(facet, (facets.get(facet) ?? 0) + loudness);
}

function joined(blocks: readonly (readonly [EncodedItem, number])[]): EncodedItem {
  const buckets = new Map<number, { value: number; facet: string; loudness: number }>();
  for (const [{ indices, values, facets }, length] of blocks) {
    for (const [at, index] of indices.entries()) {
      const value = values[at]! * length;
      const held = buckets.get(index);
      if (held === undefined) buckets.set(index, { value, facet: facets[at]!, loudness: Math.abs(value) });
      else {
        held.value += value;
        if (Math.abs(value) > held.loudness) Object.assign(held, { facet: facets[at]!, loudness: Math.abs(value) });
      }
    }
  }
  const entries = [...buckets].filter(([, { value }]) => Math.fround(value) !== 0).sort(([a], [b]) => a - b);
  return {
    indices: Uint32Array.from(entries, ([index]) => index),
    values: Float32Array.from(entries, ([, { value }]) => value),
    facets: entries.map(([, { facet }]) => facet),
  };
}
