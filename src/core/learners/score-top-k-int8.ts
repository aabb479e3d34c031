import type { ItemMatrix, QuantisedItems, TopK } from './kernel-types.js';
import { saturate } from './saturate.js';
import { scoreTopK } from './score-top-k.js';

/**
 * The same catalogue in a quarter of the memory: each row's own largest number becomes ±127, the others whole parts of it, so a
 * coordinate is off by at most scale / 2.
 *
 * @returns  new memory, but for `bias`
 */
export function quantiseItems(items: ItemMatrix): QuantisedItems {
  const { rows, dim, vectors, bias } = items;
  const codes = new Int8Array(rows * dim);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let at = row * dim; at < (row + 1) * dim; at++) largest = Math.max(largest, Math.abs(vectors[at]!));
    const scale = Math.fround(largest / 127);
    scales[row] = scale;
    if (scale === 0) continue; // zeros, or so small that their unit rounds to 0
    for (let at = row * dim; at < (row + 1) * dim; at++) codes[at] = Math.max(-127, Math.min(127, Math.round(vectors[at]! / scale)));
  }
  return bias === undefined ? { rows, dim, codes, scales } : { rows, dim, codes, scales, bias };
}

/** A query in whole numbers: coordinate n is `scale · codes[n]`. */
export interface QuantisedQuery {
  readonly codes: Int16Array;
  /** float64 */
  readonly scale: number;
}

/** Sixteen bits cost an engine no more than eight, as it multiplies in sixteen; but all `dim` products must add up in 32 bits. */
export function quantiseQuery(query: Float32Array, dim: number): QuantisedQuery {
  const codes = new Int16Array(dim);
  let largest = 0;
  for (let at = 0; at < dim; at++) largest = Math.max(largest, Math.abs(query[at]!));
  if (largest === 0) return { codes, scale: 0 };
  const scale = largest / Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * dim)));
  for (let at = 0; at < dim; at++) codes[at] = Math.round(query[at]! / scale);
  return { codes, scale };
}

/**
 * `scoreTopK` on quantised items. Sums are whole numbers and exact, then float64 until the one rounding to Float32, so every engine
 * gives the same bits: score = codes · query codes · item scale · query scale + bias.
 *
 * @param query  [dim], dim up to 16,909,320 / 127
 * @returns      new memory
 */
export function scoreTopKInt8(query: Float32Array, items: QuantisedItems, k: number): TopK {
  const { rows, dim, codes, scales, bias } = items;
  const { codes: queryCodes, scale: queryScale } = quantiseQuery(query, dim);
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    const base = row * dim;
    for (let at = 0; at < dim; at++) sum += queryCodes[at]! * codes[base + at]!;
    scores[row] = saturate(sum * scales[row]! * queryScale + (bias?.[row] ?? 0));
  }
  return scoreTopK(new Float32Array(0), { rows, dim: 0, vectors: new Float32Array(0), bias: scores }, k);
}
