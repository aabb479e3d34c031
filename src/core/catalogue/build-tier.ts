import { encodeItem } from '../features/encode-item.js';
import { FEATURE_MANIFEST_VERSION, HASH_SEED } from '../features/manifest.js';
import { itemOfRow } from './catalogue-item.js';
import {
  encodeDelta,
  encodeNames,
  encodeOffers,
  encodeRanking,
  encodeVariants,
  encodeVectors,
  type CatalogueRow,
} from './encode-chunks.js';
import {
  CATALOGUE_FORMAT,
  MAX_DELTAS,
  QUANTILE_LEVELS,
  VECTOR_DIM,
  type Catalogue,
  type CatalogueManifest,
  type ChunkRef,
  type ModelManifest,
} from './format.js';
import { projectItems, type VectorBasis } from './item-vectors.js';
import { compareRows, type Difference } from './compare-rows.js';

export interface TierOptions {
  readonly version: number;
  /** SHA-256, hex. */
  readonly hash: (bytes: Uint8Array) => string;
  readonly hasNames: boolean;
  readonly basis: VectorBasis;
  /** The build before, decoded; null for none. */
  readonly previous: Catalogue | null;
}

export interface TierBuild {
  readonly manifest: CatalogueManifest;
  /** Relative URL → bytes, of the files that are new. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly kind: 'base' | 'delta' | 'unchanged';
  readonly removed: number;
  readonly added: number;
  readonly offers: number;
}

/** A delta above this share of its base is not worth it. */
const largestDelta = 0.3;

/** One catalogue (pool or whole): a delta on the build before where that is the smaller thing to fetch, else a new base. */
export function buildTier(rows: readonly CatalogueRow[], options: TierOptions): TierBuild {
  const { previous, basis } = options;
  if (previous !== null && continues(previous, options)) {
    const difference = compareRows(previous, rows);
    const counts = { removed: difference.removed.length, added: difference.added.length, offers: difference.offers.length };
    if (counts.removed + counts.added + counts.offers === 0)
      return { manifest: previous.manifest, files: new Map(), kind: 'unchanged', ...counts };
    const bytes = deltaChunk(previous, difference, basis);
    if (previous.manifest.deltas.length < MAX_DELTAS && bytes.length <= largestDelta * baseBytes(previous.manifest)) {
      const files = new Map<string, Uint8Array<ArrayBuffer>>();
      const delta = addFile(files, 'd', bytes, options.hash);
      const manifest = { ...previous.manifest, version: options.version, items: rows.length, deltas: [...previous.manifest.deltas, delta] };
      return { manifest, files, kind: 'delta', ...counts };
    }
  }
  return { ...buildBase(rows, options), kind: 'base', removed: previous?.manifest.items ?? 0, added: rows.length, offers: 0 };
}

function buildBase(rows: readonly CatalogueRow[], { version, hash, hasNames, basis }: TierOptions): Pick<TierBuild, 'manifest' | 'files'> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const manifest: CatalogueManifest = {
    format: CATALOGUE_FORMAT,
    version,
    items: rows.length,
    ranking: addFile(files, 'r', encodeRanking(rows), hash),
    names: hasNames ? addFile(files, 'n', encodeNames(rows), hash) : null,
    offers: addFile(files, 'o', encodeOffers(rows), hash),
    variants: rows.some((row) => row.variantIds.length > 0) ? addFile(files, 'v', encodeVariants(rows), hash) : null,
    model: modelOf(basis),
    vectors: addFile(files, 'e', vectorChunk(rows, basis), hash),
    deltas: [],
  };
  return { manifest, files };
}

function deltaChunk(previous: Catalogue, { removed, added, offers }: Difference, basis: VectorBasis): Uint8Array<ArrayBuffer> {
  return encodeDelta({
    baseRows: previous.rows,
    removed,
    offers,
    ranking: encodeRanking(added),
    names: previous.names === null ? new Uint8Array(0) : encodeNames(added),
    addedOffers: encodeOffers(added),
    variants: encodeVariants(added),
    vectors: vectorChunk(added, basis),
  });
}

function vectorChunk(rows: readonly CatalogueRow[], basis: VectorBasis): Uint8Array<ArrayBuffer> {
  const encoded = rows.map((row) => encodeItem(itemOfRow(row), row.quantile === 255 ? undefined : row.quantile / QUANTILE_LEVELS));
  const { vectors, codes } = projectItems(basis, encoded);
  return encodeVectors(vectors, codes, VECTOR_DIM, basis.catalogueVersion);
}

function modelOf(basis: VectorBasis): ModelManifest {
  return {
    catalogueVersion: basis.catalogueVersion,
    hashSeed: HASH_SEED,
    featureManifestVersion: FEATURE_MANIFEST_VERSION,
    dim: VECTOR_DIM,
  };
}

/** Can a delta stand on it? Only with the same columns and vectors of the same basis. */
function continues(previous: Catalogue, { hasNames, basis }: TierOptions): boolean {
  return (
    previous.vectors !== null &&
    (previous.names !== null) === hasNames &&
    previous.manifest.model?.catalogueVersion === basis.catalogueVersion
  );
}

function baseBytes({ ranking, names, offers, variants, vectors }: CatalogueManifest): number {
  return [ranking, names, offers, variants, vectors].reduce((sum, ref) => sum + (ref?.sizeBytes ?? 0), 0);
}

function addFile(
  files: Map<string, Uint8Array<ArrayBuffer>>,
  kind: string,
  bytes: Uint8Array<ArrayBuffer>,
  hashOf: TierOptions['hash'],
): ChunkRef {
  const hash = hashOf(bytes);
  const url = `${kind}-${hash.slice(0, 16)}.bin`;
  files.set(url, bytes);
  return { url, hash, sizeBytes: bytes.length };
}
