import type { EncodedItem } from '../features/encode-item.js';
import { HASH_BITS } from '../features/manifest.js';
import { VECTOR_DIM } from './format.js';
import { principalComponents } from './principal-components.js';
import { quantiseRow } from './quantise.js';

/** What turns an item into its vector. Kept by the shop beside the catalogue; devices never need it. */
export interface VectorBasis {
  /** Version of the build that fitted it. */
  readonly catalogueVersion: number;
  /** [features], hashed feature indices, ascending */
  readonly features: Uint32Array;
  /** [features], inverse document frequencies */
  readonly idf: Float32Array;
  /** [features] */
  readonly mean: Float32Array;
  /** [features · VECTOR_DIM] */
  readonly directions: Float32Array;
}

const seed = 0x766563; // "vec"

/**
 * Fits the basis: PCA of TF-IDF weighted item features. A feature that only one item has (its id) says nothing about
 * likeness and is left out.
 */
export function fitBasis(items: readonly EncodedItem[], catalogueVersion: number): VectorBasis {
  const itemsWith = new Uint32Array(2 ** HASH_BITS);
  for (const item of items) for (const index of item.indices) itemsWith[index]! += 1;
  const features: number[] = [];
  for (const [index, count] of itemsWith.entries()) if (count > 1 && count < items.length) features.push(index);
  const idf = Float32Array.from(features, (index) => Math.log(items.length / itemsWith[index]!));
  const basis = { catalogueVersion, features: Uint32Array.from(features), idf };
  const placeOf = placesOf(basis);
  const offsets = new Uint32Array(items.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (const [row, item] of items.entries()) {
    for (const [place, value] of weigh(item, placeOf, idf)) {
      indices.push(place);
      values.push(value);
    }
    offsets[row + 1] = indices.length;
  }
  const data = {
    rows: items.length,
    columns: features.length,
    offsets,
    indices: Uint32Array.from(indices),
    values: Float64Array.from(values),
  };
  const { mean, directions } = principalComponents(data, VECTOR_DIM, seed);
  return { ...basis, mean: Float32Array.from(mean), directions: Float32Array.from(directions) };
}

/**
 * Vectors of unit length (zero where an item has no feature that the basis knows), quantised.
 * @returns vectors [items · VECTOR_DIM], codes [items] for `scaleOf`
 */
export function projectItems(
  basis: VectorBasis,
  items: readonly EncodedItem[],
): { readonly vectors: Int8Array; readonly codes: Uint8Array } {
  const placeOf = placesOf(basis);
  const shift = new Float64Array(VECTOR_DIM);
  for (let place = 0; place < basis.features.length; place++)
    for (let k = 0; k < VECTOR_DIM; k++) shift[k]! += basis.mean[place]! * basis.directions[place * VECTOR_DIM + k]!;
  const vectors = new Int8Array(items.length * VECTOR_DIM);
  const codes = new Uint8Array(items.length);
  const row = new Float64Array(VECTOR_DIM);
  for (const [at, item] of items.entries()) {
    const weighted = weigh(item, placeOf, basis.idf);
    row.fill(0);
    if (weighted.length > 0) for (let k = 0; k < VECTOR_DIM; k++) row[k] = -shift[k]!;
    for (const [place, value] of weighted)
      for (let k = 0; k < VECTOR_DIM; k++) row[k]! += value * basis.directions[place * VECTOR_DIM + k]!;
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 1e-6) for (let k = 0; k < VECTOR_DIM; k++) row[k]! /= length;
    else row.fill(0);
    codes[at] = quantiseRow(row, vectors.subarray(at * VECTOR_DIM, (at + 1) * VECTOR_DIM));
  }
  return { vectors, codes };
}

function placesOf(basis: Pick<VectorBasis, 'features'>): ReadonlyMap<number, number> {
  return new Map(Array.from(basis.features, (index, place) => [index, place]));
}

/** The item's known features with TF-IDF weights, brought to length 1. */
function weigh(item: EncodedItem, placeOf: ReadonlyMap<number, number>, idf: Float32Array): [place: number, value: number][] {
  const weighted: [number, number][] = [];
  for (const [at, index] of item.indices.entries()) {
    const place = placeOf.get(index);
    if (place !== undefined) weighted.push([place, item.values[at]! * idf[place]!]);
  }
  const length = Math.sqrt(weighted.reduce((sum, [, value]) => sum + value * value, 0));
  return length === 0 ? [] : weighted.map(([place, value]) => [place, value / length]);
}
