/**
 * The catalogue on the wire: a manifest of at most 2 kB and content-hashed columnar chunks, built by
 * `homebody catalogue build`. Columns instead of rows because they compress; hashes because they never need purging.
 *
 * A build is a base (one chunk per kind of column) and at most seven deltas on top, each one file with the rows that a
 * day brought, the rows it took and the new prices. Row numbers are given once: a removed row stays, marked dead.
 */

export const CATALOGUE_FORMAT = 1;

/** After so many deltas a build starts a new base. */
export const MAX_DELTAS = 7;

/** Dimensions of the item vectors; the bundle's kernels are made for it. */
export const VECTOR_DIM = 16;

/** Price quantiles are stored in so many levels; a multiple of the price buckets of the features, so none is blurred. */
export const QUANTILE_LEVELS = 20;

/** Between the parts of a category path; `cleanText` keeps control characters out of feeds. */
export const PATH_SEPARATOR = '\u001f';

/** Stands for the item's id within the id of its variant (`sku-<id>-xl`): that repetition is most of the column. */
export const OWN_ID = '\u0001';

export interface CatalogueManifest {
  readonly format: typeof CATALOGUE_FORMAT;
  /** Grows with each build. */
  readonly version: number;
  /** Items that a shopper can meet: all rows less the removed ones. */
  readonly items: number;
  /** Columns needed for ranking: ids, categories, brands, tags, price quantiles. */
  readonly ranking: ChunkRef;
  /** Null in a large catalogue: the page brings the names of the items it shows. */
  readonly names: ChunkRef | null;
  /** Price in minor units and stock, in a small chunk of their own. */
  readonly offers: ChunkRef;
  /** Variant id → item row. */
  readonly variants: ChunkRef | null;
  readonly model: ModelManifest | null;
  readonly vectors: ChunkRef | null;
  /** To be applied on the base in this order. */
  readonly deltas: readonly ChunkRef[];
}

export interface ChunkRef {
  /** Relative to the manifest. */
  readonly url: string;
  /** SHA-256 of the decoded bytes, hex. */
  readonly hash: string;
  readonly sizeBytes: number;
}

/** What the vectors were made with; a mismatch with the bundle makes the factor term 0, never a guess. */
export interface ModelManifest {
  /** Version of the build that fitted the basis. A profile's user vector is good for this basis only. */
  readonly catalogueVersion: number;
  readonly hashSeed: number;
  readonly featureManifestVersion: number;
  readonly dim: number;
}

/** Strings of many rows in one, without an object per row. */
export interface TextColumn {
  readonly length: number;
  at(row: number): string;
}

/** Canonical id and every variant id → row; an id of a product wins over a variant of the same name. */
export interface IdIndex {
  /** A variant that is named as a product counts twice. */
  readonly size: number;
  get(id: string): number | undefined;
}

/** As they came; dead rows' included. */
export interface VariantColumns {
  readonly ids: TextColumn;
  /** Variant → row of its product. */
  readonly rows: Uint32Array;
}

/** Decoded catalogue, held by the worker: columns of `rows` rows, dead ones included. At most 40 MB at 100k items. */
export interface Catalogue {
  readonly manifest: CatalogueManifest;
  readonly rows: number;
  /** Row → 1 while the item is in the catalogue, 0 once removed. */
  readonly alive: Uint8Array;
  readonly ids: TextColumn;
  /** Null where the manifest has none. */
  readonly names: TextColumn | null;
  /** Row → index into `categoryPaths`. */
  readonly categories: Uint32Array;
  /** General to special; rows of one path share it. */
  readonly categoryPaths: readonly (readonly string[])[];
  /** Row → index into `brandNames`; '' for none. */
  readonly brands: Uint32Array;
  readonly brandNames: readonly string[];
  /** Row r has tags `tagNames[tags[i]]` for i in tagOffsets[r] … tagOffsets[r + 1]. */
  readonly tagOffsets: Uint32Array;
  readonly tags: Uint32Array;
  readonly tagNames: readonly string[];
  /** Row → share of its first category that costs less, in steps of 1 / QUANTILE_LEVELS; 255 for none. */
  readonly quantiles: Uint8Array;
  /** Row → price in major units, NaN for none. */
  readonly prices: Float64Array;
  /** Row → 0 or 1. */
  readonly available: Uint8Array;
  /** [rows · dim], int8 times `vectorScales[row]`; null without a matching model. */
  readonly vectors: Int8Array | null;
  readonly vectorScales: Float32Array | null;
  /** Looks among the products first, and only then reads the variants. */
  readonly rowOf: IdIndex;
  /** Read when first asked for. Errors: `catalogue-invalid`. */
  readonly variants: () => VariantColumns;
}
