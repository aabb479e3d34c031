import { OWN_ID, PATH_SEPARATOR, QUANTILE_LEVELS } from './format.js';
import { ByteWriter } from './bytes.js';

/** What a row says, before it becomes columns. */
export interface CatalogueRow {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  /** General to special. */
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly variantIds: readonly string[];
  /** 0 to QUANTILE_LEVELS − 1, 255 for none. */
  readonly quantile: number;
  /** Minor units (hundredths), null for none. */
  readonly priceMinor: number | null;
  readonly available: boolean;
}

/** Distinct values by falling frequency, so that most indices are small; ties by code units, so that builds repeat. */
function dictionaryOf(values: Iterable<string>): { readonly names: string[]; readonly indexOf: ReadonlyMap<string, number> } {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const names = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).map(([name]) => name);
  return { names, indexOf: new Map(names.map((name, index) => [name, index])) };
}

export function encodeRanking(rows: readonly CatalogueRow[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.count(rows.length);
  writer.texts(rows.map((row) => row.id));
  for (const pick of [(row: CatalogueRow) => row.categories.join(PATH_SEPARATOR), (row: CatalogueRow) => row.brand]) {
    const { names, indexOf } = dictionaryOf(rows.map(pick));
    writer.count(names.length);
    writer.texts(names);
    writer.column(rows.map((row) => indexOf.get(pick(row))!));
  }
  encodeTags(writer, rows);
  writer.raw(Uint8Array.from(rows, (row) => row.quantile));
  return writer.finish();
}

/** One column per tag key and repetition (`hue:…` in one, a second `mood:…` in another): 0 for none, else index + 1. */
function encodeTags(writer: ByteWriter, rows: readonly CatalogueRow[]): void {
  const columns = new Map<string, string[]>();
  for (const [row, { tags }] of rows.entries()) {
    const seen = new Map<string, number>();
    for (const tag of tags) {
      const key = tagKey(tag);
      const repetition = seen.get(key) ?? 0;
      seen.set(key, repetition + 1);
      const name = `${key}${String(repetition).padStart(4, '0')}`;
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = Array.from({ length: rows.length }, () => '')));
      column[row] = tag;
    }
  }
  writer.count(columns.size);
  for (const name of [...columns.keys()].sort()) {
    const column = columns.get(name)!;
    const { names, indexOf } = dictionaryOf(column.filter((tag) => tag !== ''));
    writer.count(names.length);
    writer.texts(names);
    writer.column(column.map((tag) => (tag === '' ? 0 : indexOf.get(tag)! + 1)));
  }
}

/** `hue:` of `hue:blue`, '' of a tag without a key. */
export function tagKey(tag: string): string {
  return tag.slice(0, tag.indexOf(':') + 1);
}

export function encodeNames(rows: readonly CatalogueRow[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.texts(rows.map((row) => row.name));
  return writer.finish();
}

export function encodeOffers(rows: readonly Pick<CatalogueRow, 'priceMinor' | 'available'>[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.column(rows.map((row) => (row.priceMinor === null ? 0 : row.priceMinor + 1)));
  writer.column(rows.map((row) => (row.available ? 1 : 0)));
  return writer.finish();
}

/** Counts per row, then all ids in row order. */
export function encodeVariants(rows: readonly CatalogueRow[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.column(rows.map((row) => row.variantIds.length));
  writer.texts(rows.flatMap(({ id, variantIds }) => variantIds.map((variantId) => variantId.replace(id, OWN_ID))));
  return writer.finish();
}

/** By coordinate rather than by row: the later ones vary less, which an entropy coder likes.
 * @param vectors [rows · dim]  @param codes [rows], for `scaleOf` */
export function encodeVectors(vectors: Int8Array, codes: Uint8Array, dim: number, modelVersion: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.count(dim);
  writer.count(modelVersion);
  writer.raw(codes);
  const rows = codes.length;
  for (let k = 0; k < dim; k++) writer.raw(Uint8Array.from({ length: rows }, (_, row) => vectors[row * dim + k]!));
  return writer.finish();
}

export interface DeltaParts {
  /** Rows before this delta. */
  readonly baseRows: number;
  /** Ascending row numbers that die. */
  readonly removed: readonly number[];
  /** Ascending row numbers whose price or stock is new. */
  readonly offers: readonly { readonly row: number; readonly priceMinor: number | null; readonly available: boolean }[];
  readonly ranking: Uint8Array;
  readonly names: Uint8Array;
  readonly addedOffers: Uint8Array;
  readonly variants: Uint8Array;
  /** Empty without vectors. */
  readonly vectors: Uint8Array;
}

export function encodeDelta(delta: DeltaParts): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.count(delta.baseRows);
  writeGaps(writer, delta.removed);
  writeGaps(
    writer,
    delta.offers.map((offer) => offer.row),
  );
  writer.block(encodeOffers(delta.offers));
  for (const part of [delta.ranking, delta.names, delta.addedOffers, delta.variants, delta.vectors]) writer.block(part);
  return writer.finish();
}

/** Ascending numbers as distances: small, so one byte each. */
function writeGaps(writer: ByteWriter, ascending: readonly number[]): void {
  writer.count(ascending.length);
  let before = -1;
  for (const row of ascending) {
    writer.count(row - before - 1);
    before = row;
  }
}

/** Level of a quantile as it is stored. */
export function quantileLevel(quantile: number | undefined): number {
  return quantile === undefined || Number.isNaN(quantile)
    ? 255
    : Math.min(QUANTILE_LEVELS - 1, Math.floor(quantile * QUANTILE_LEVELS + 1e-9));
}
