/**
 * The catalogue on the wire: a manifest of at most 2 kB and content-hashed columnar chunks, built by
 * `homebody catalogue build`. Columns instead of rows because they compress; hashes because they never need purging.
 */

export const CATALOGUE_FORMAT = 1;

export interface CatalogueManifest {
  readonly format: typeof CATALOGUE_FORMAT;
  /** Grows with each build. */
  readonly version: number;
  readonly items: number;
  /** Columns needed for ranking: ids, categories, brands, tags, price quantiles. Relative URL of the chunk. */
  readonly ranking: ChunkRef;
  /** Price in minor units and stock, in a small chunk of their own. */
  readonly offers: ChunkRef;
  /** Variant id → item row. */
  readonly variants: ChunkRef | null;
  readonly model: ModelManifest | null;
  readonly vectors: ChunkRef | null;
}

export interface ChunkRef {
  readonly url: string;
  /** SHA-256 of the decoded bytes, hex. */
  readonly hash: string;
  readonly sizeBytes: number;
}

/** What the vectors were made with; a mismatch with the bundle makes the factor term 0, never a guess. */
export interface ModelManifest {
  readonly catalogueVersion: number;
  readonly hashSeed: number;
  readonly featureManifestVersion: number;
  readonly dim: number;
}

/** Decoded catalogue, held by the worker: columns of `items` rows. */
export interface Catalogue {
  readonly manifest: CatalogueManifest;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** Row → indices into `categoryNames`, general to special. */
  readonly categories: readonly (readonly number[])[];
  readonly categoryNames: readonly string[];
  /** Row → index into `brandNames`, −1 for none. */
  readonly brands: Int32Array;
  readonly brandNames: readonly string[];
  readonly tags: readonly (readonly number[])[];
  readonly tagNames: readonly string[];
  /** Row → price in major units, NaN for none. */
  readonly prices: Float64Array;
  /** Row → 0 or 1. */
  readonly available: Uint8Array;
  /** [items · dim], int8 times `vectorScales[row]`; null without a matching model. */
  readonly vectors: Int8Array | null;
  readonly vectorScales: Float32Array | null;
  /** Canonical id and every variant id → row. */
  readonly rowOf: ReadonlyMap<string, number>;
}
