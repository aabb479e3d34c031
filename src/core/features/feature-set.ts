import { contextNamespaces, type ContextNamespace } from './context.js';

/**
 * Which features a shop has turned on beyond those of the item itself. Turning one on changes what an example encodes to and nothing
 * of what is stored before: a profile learned under another set goes on, its new buckets at 0.
 */
export interface FeatureSet {
  /** Namespaces of the surroundings that count alone. */
  readonly context: readonly ContextNamespace[];
  /**
   * Pairs of namespaces whose facets count together, the second of the item: `['hour', 'category']`, `['list', 'hue']`. The first
   * is one of the context, of the item, or `last.` and one of the item: `['last.hue', 'hue']` is last items × item.
   */
  readonly crosses: readonly (readonly [first: string, second: string])[];
  /** How many of the items chosen last take part in `last.` crosses. */
  readonly lastItems: number;
}

/**
 * Nothing beyond the item. What counts alone is the same for all cards of a shelf; crosses did not pay on simulated shoppers (60 of
 * `ranking/paint-shop.contract.ts`, 30 clicks, held-out NDCG@24, noise about 0.01): 0.732 without, 0.726 to 0.731 with those of the
 * last one to three items; 0.690 and 0.686 to 0.688 where each session of five clicks has a mood of its own; hue × lightness wins
 * 0.011 at 30 clicks and loses 0.006 at 60 with moods, because it makes hue louder, not because of the pair.
 */
export const FEATURE_SET: FeatureSet = { context: [], crosses: [], lastItems: 0 };

/** At most so many crossed facets an example: bounds the work that a hostile feed can ask for. */
export const MAX_CROSSED = 64;

/** Lengths of the two blocks that join the item's own of length 1. */
export const CONTEXT_LOUDNESS = 0.3;
export const CROSS_LOUDNESS = 0.5;

/** How much quieter each item before the last is. */
export const LAST_ITEM_DECAY = 0.5;

/** What of a set, given as JSON by a shop, can be used; anything else is left out. */
export function readFeatureSet(json: unknown): FeatureSet {
  const { context, crosses, lastItems } = (json ?? {}) as Partial<Record<keyof FeatureSet, unknown>>; // any value may be asked for a key
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return {
    context: Array.isArray(context) ? contextNamespaces.filter((name) => context.includes(name)) : [],
    crosses: Array.isArray(crosses)
      ? crosses.filter((cross): cross is [string, string] => Array.isArray(cross) && cross.length === 2 && cross.every(isText))
      : [],
    lastItems: Number.isInteger(lastItems) ? Math.min(10, Math.max(0, lastItems as number)) : 0, // isInteger is false for all but numbers
  };
}
