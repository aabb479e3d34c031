import { FEATURE_MANIFEST_VERSION, HASH_SEED } from '../features/manifest.js';
import { broken, ByteReader } from './bytes.js';
import {
  OWN_ID,
  PATH_SEPARATOR,
  VECTOR_DIM,
  type Catalogue,
  type CatalogueManifest,
  type ChunkRef,
  type IdIndex,
  type ModelManifest,
  type TextColumn,
  type VariantColumns,
} from './format.js';
import { idIndex } from './id-index.js';
import { scaleOf } from './quantise.js';
import { textColumn } from './text-column.js';

/** The files of one base or of the rows that a delta added. */
interface Segment {
  readonly ranking: Uint8Array;
  readonly names: Uint8Array | null;
  readonly offers: Uint8Array;
  readonly variants: Uint8Array | null;
  readonly vectors: Uint8Array | null;
}

/**
 * Columns of the whole catalogue from its chunks.
 * Vectors are left out (null) where the model is not the bundle's: that term is 0 then, never a guess.
 *
 * @param chunks  content hash → bytes, already checked against the hash; one for every reference of the manifest
 * Errors: `catalogue-invalid`.
 */
export function decodeCatalogue(manifest: CatalogueManifest, chunks: ReadonlyMap<string, Uint8Array>): Catalogue {
  const chunkOf = (ref: ChunkRef): Uint8Array => {
    const bytes = chunks.get(ref.hash);
    if (bytes === undefined) throw broken(`${ref.url} is missing`);
    return bytes;
  };
  const optional = (ref: ChunkRef | null): Uint8Array | null => (ref === null ? null : chunkOf(ref));
  const base: Segment = {
    ranking: chunkOf(manifest.ranking),
    names: optional(manifest.names),
    offers: chunkOf(manifest.offers),
    variants: optional(manifest.variants),
    vectors: optional(manifest.vectors),
  };
  const deltas = manifest.deltas.map((ref) => readDelta(new ByteReader(chunkOf(ref))));
  const segments = [base, ...deltas.map((delta) => delta.segment)].map(readRanking);
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const model = manifest.vectors !== null && isOurModel(manifest.model) ? manifest.model : null;

  const alive = new Uint8Array(rows).fill(1);
  const categories = new Uint32Array(rows);
  const brands = new Uint32Array(rows);
  const quantiles = new Uint8Array(rows);
  const tagOffsets = new Uint32Array(rows + 1);
  const prices = new Float64Array(rows);
  const available = new Uint8Array(rows);
  const vectors = model === null ? null : new Int8Array(rows * model.dim);
  const vectorScales = model === null ? null : new Float32Array(rows);
  const paths: string[] = [];
  const brandNames: string[] = [];
  const tagNames: string[] = [];
  const tags = new Uint32Array(
    segments.reduce((sum, { tagColumns }) => sum + tagColumns.reduce((count, column) => count + column.used, 0), 0),
  );

  let first = 0;
  let nextTag = 0;
  for (const [index, segment] of segments.entries()) {
    if (index > 0) {
      const delta = deltas[index - 1]!;
      if (delta.baseRows !== first) throw broken(`delta ${index} stands on ${delta.baseRows} rows, there are ${first}`);
      for (const row of delta.removed) alive[row] = 0;
      const offers = readOffers(delta.offers, delta.offerRows.length);
      for (const [at, row] of delta.offerRows.entries()) {
        prices[row] = offers.prices[at]!;
        available[row] = offers.available[at]!;
      }
    }
    for (let row = 0; row < segment.rows; row++) {
      categories[first + row] = segment.paths[row]! + paths.length;
      brands[first + row] = segment.brands[row]! + brandNames.length;
      for (const column of segment.tagColumns) {
        const value = column.values[row]!;
        if (value > 0) tags[nextTag++] = tagNames.length + column.firstName + value - 1;
      }
      tagOffsets[first + row + 1] = nextTag;
    }
    paths.push(...segment.pathNames);
    brandNames.push(...segment.brandNames);
    for (const column of segment.tagColumns) tagNames.push(...column.names);
    quantiles.set(segment.quantiles, first);
    const offers = readOffers(segment.offers, segment.rows);
    prices.set(offers.prices, first);
    available.set(offers.available, first);
    if (vectors !== null && vectorScales !== null && model !== null)
      readVectors(segment.vectors, segment.rows, model, first, vectors, vectorScales);
    first += segment.rows;
  }

  const ids = textColumn(segments.map((segment) => ({ text: segment.ids, rows: segment.rows })));
  const rowOfId = idIndex(ids, (row) => row, alive);
  // Four in five ids are those of variants; they are read when a page first names something that is no product.
  let variantColumns: VariantColumns | null = null;
  let rowOfVariant: IdIndex | null = null;
  const variants = (): VariantColumns => (variantColumns ??= readVariants(segments, ids));
  const variantIndex = (): IdIndex => (rowOfVariant ??= idIndex(variants().ids, (entry) => variants().rows[entry]!, alive));
  return {
    manifest,
    rows,
    alive,
    ids,
    names:
      base.names === null
        ? null
        : textColumn(
            segments.map((segment) => ({ text: segment.names === null ? '' : new ByteReader(segment.names).text(), rows: segment.rows })),
          ),
    categories,
    categoryPaths: paths.map((path) => (path === '' ? [] : path.split(PATH_SEPARATOR))),
    brands,
    brandNames,
    tagOffsets,
    tags,
    tagNames,
    quantiles,
    prices,
    available,
    vectors,
    vectorScales,
    rowOf: {
      get size() {
        return rowOfId.size + variantIndex().size;
      },
      get: (id) => rowOfId.get(id) ?? variantIndex().get(id),
    },
    variants,
  };
}

/** Same hash, same features, same dimension, or nothing. */
export function isOurModel(model: ModelManifest | null): model is ModelManifest {
  return (
    model !== null && model.hashSeed === HASH_SEED && model.featureManifestVersion === FEATURE_MANIFEST_VERSION && model.dim === VECTOR_DIM
  );
}

function readRanking(segment: Segment) {
  const reader = new ByteReader(segment.ranking);
  const rows = reader.count();
  const ids = reader.text();
  const pathCount = reader.count();
  const pathNames = reader.texts();
  const paths = reader.column(rows, pathCount);
  const brandCount = reader.count();
  const brandNames = reader.texts();
  const brands = reader.column(rows, brandCount);
  let firstName = 0;
  const tagColumns = Array.from({ length: reader.count() }, () => {
    const count = reader.count();
    const names = reader.texts().slice(0, count);
    const values = reader.column(rows, count + 1);
    let used = 0;
    for (let row = 0; row < rows; row++) if (values[row]! > 0) used += 1;
    const column = { names, values, used, firstName };
    firstName += names.length;
    return column;
  });
  const quantiles = reader.raw(rows);
  reader.end();
  return { ...segment, rows, ids, pathNames, paths, brandNames, brands, tagColumns, quantiles };
}

function readOffers(bytes: Uint8Array, rows: number): { readonly prices: Float64Array; readonly available: Uint8Array } {
  const reader = new ByteReader(bytes);
  const prices = Float64Array.from(reader.column(rows), (stored) => (stored === 0 ? NaN : (stored - 1) / 100));
  const available = Uint8Array.from(reader.column(rows, 2));
  reader.end();
  return { prices, available };
}

/** Of a base and its deltas in turn, as rows are counted. */
function readVariants(
  segments: readonly Pick<Segment & { readonly rows: number }, 'variants' | 'rows'>[],
  ids: TextColumn,
): VariantColumns {
  const rows: number[] = [];
  const parts = segments.map(({ variants, rows: count }, at) => {
    if (variants === null) return { text: '', rows: 0 };
    const first = segments.slice(0, at).reduce((sum, segment) => sum + segment.rows, 0);
    const reader = new ByteReader(variants);
    const before = rows.length;
    for (const [row, many] of reader.column(count).entries()) for (let n = 0; n < many; n++) rows.push(first + row);
    const texts = reader.texts().map((id, n) => id.replace(OWN_ID, () => ids.at(rows[before + n]!)));
    return { text: texts.join('\n'), rows: rows.length - before };
  });
  return { ids: textColumn(parts), rows: Uint32Array.from(rows) };
}

function readVectors(
  bytes: Uint8Array | null,
  rows: number,
  model: ModelManifest,
  first: number,
  vectors: Int8Array,
  scales: Float32Array,
): void {
  if (bytes === null || bytes.length === 0) return; // rows without vectors: all zeros
  const reader = new ByteReader(bytes);
  const dim = reader.count();
  const version = reader.count();
  if (dim !== model.dim || version !== model.catalogueVersion)
    throw broken(`vectors of model ${version} with ${dim} dimensions, the manifest says ${model.catalogueVersion} with ${model.dim}`);
  const codes = reader.raw(rows);
  for (let row = 0; row < rows; row++) scales[first + row] = scaleOf(codes[row]!);
  for (let k = 0; k < dim; k++) {
    const coordinates = reader.raw(rows);
    for (let row = 0; row < rows; row++) vectors[(first + row) * dim + k] = coordinates[row]!; // wraps to signed
  }
  reader.end();
}

function readDelta(reader: ByteReader) {
  const baseRows = reader.count();
  const gaps = (): number[] => {
    let row = -1;
    return Array.from({ length: reader.count() }, () => {
      row += reader.count() + 1;
      if (row >= baseRows) throw broken(`a delta names row ${row} of ${baseRows}`);
      return row;
    });
  };
  const removed = gaps();
  const offerRows = gaps();
  const offers = reader.block();
  const segment: Segment = {
    ranking: reader.block(),
    names: reader.block(),
    offers: reader.block(),
    variants: reader.block(),
    vectors: reader.block(),
  };
  reader.end();
  return { baseRows, removed, offerRows, offers, segment };
}
