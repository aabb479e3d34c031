import type { Item } from '../item.js';
import { QUANTILE_LEVELS, type Catalogue } from './format.js';

/** Row of a canonical or variant id; undefined for an id that the catalogue does not know (any more). */
export function canonicalRow(catalogue: Catalogue, id: string): number | undefined {
  return catalogue.rowOf.get(id);
}

/** The item of a row as the learners take it. */
export function itemAt(catalogue: Catalogue, row: number): Item {
  const name = catalogue.names?.at(row) ?? '';
  const brand = catalogue.brandNames[catalogue.brands[row]!] ?? '';
  const price = catalogue.prices[row]!;
  const categories = catalogue.categoryPaths[catalogue.categories[row]!]!;
  const tags = Array.from(
    catalogue.tags.subarray(catalogue.tagOffsets[row], catalogue.tagOffsets[row + 1]),
    (tag) => catalogue.tagNames[tag]!,
  );
  return {
    id: catalogue.ids.at(row),
    ...(name === '' ? {} : { name }),
    ...(brand === '' ? {} : { brand }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(Number.isNaN(price) ? {} : { price }),
    ...(tags.length === 0 ? {} : { tags }),
    available: catalogue.available[row] === 1,
  };
}

/** Share of the items of the same category that cost less, as `encodeItem` takes it; undefined where unknown. */
export function quantileAt(catalogue: Catalogue, row: number): number | undefined {
  const level = catalogue.quantiles[row]!;
  return level === 255 ? undefined : level / QUANTILE_LEVELS;
}

/** The item's vector in new memory, [dim] of length about 1 (0 for an item without known features), or null without a model. */
export function vectorAt(catalogue: Catalogue, row: number): Float32Array | null {
  const { vectors, vectorScales, manifest } = catalogue;
  if (vectors === null || vectorScales === null) return null;
  const dim = manifest.model!.dim; // decodeCatalogue keeps vectors only under a model
  const scale = vectorScales[row]!;
  return Float32Array.from(vectors.subarray(row * dim, (row + 1) * dim), (value) => value * scale);
}

export interface IdMatch {
  readonly matched: number;
  readonly unmatched: number;
  /** A few of the unmatched ones, for a message. */
  readonly examples: readonly string[];
}

/** How many of the page's ids the catalogue knows. Over 10 % unmatched, ranking is off with `ids-unmatched`. */
export function matchIds(catalogue: Catalogue, ids: readonly string[]): IdMatch {
  const unknown = ids.filter((id) => canonicalRow(catalogue, id) === undefined);
  return { matched: ids.length - unknown.length, unmatched: unknown.length, examples: unknown.slice(0, 5) };
}
