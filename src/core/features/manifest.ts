/**
 * What a feature is. Anything that changes which index or value an item gets must raise the version: item vectors and
 * shared models made under another manifest are then left out, never misread.
 */
export const FEATURE_MANIFEST_VERSION = 1;

/** Seed of the feature hash. */
export const HASH_SEED = 0x686f6d65; // "home"

/** Weights and features live in 2^HASH_BITS buckets. */
export const HASH_BITS = 16;

/** Loudness of each namespace before an item is brought to length 1: names and ids are many and say less than facets. */
export const NAMESPACE_WEIGHTS = { id: 0.3, category: 0.6, brand: 0.4, price: 0.3, text: 0.25, tag: 1 } as const;

/** So long an event is kept, unless the row cap comes first; the same as the store's `DEFAULT_RETENTION`. */
export const RETENTION_DAYS = 90;

/** Prices enter as fifths of their category, so one profile serves every currency. */
export const PRICE_BUCKETS = 5;

/** At most so many words of a name, and tags of an item: bounds the work that a hostile feed can ask for. */
export const MAX_WORDS = 12;
export const MAX_TAGS = 24;
export const MAX_CATEGORIES = 6;
