/** Six bits of an int8: the error of a whole unit vector is about 2 %, and it costs a third less to fetch than seven. */
const LARGEST = 31;

/** Row scales in one byte: 2^(−code / 8), so that a step is 9 % and the whole range 2^−32 … 1. */
const eighthRoots = [
  1, 0.9170040432046712, 0.8408964152537145, 0.7711054127039704, 0.7071067811865476, 0.6484197773255048, 0.5946035575013605,
  0.5452538663326288,
] as const;

/** Exact powers of two times a table: the same float everywhere, which `2 ** x` does not promise. */
export function scaleOf(code: number): number {
  return Math.fround(eighthRoots[(code & 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7] / 2 ** (code >> 3));
}

/**
 * One row to int8 and a scale code: the smallest scale at which the largest entry still fits in ±31.
 * @param row   [dim], |entries| at most 31
 * @param out   [dim], overwritten
 * @returns     the code for `scaleOf`
 */
export function quantiseRow(row: Float64Array, out: Int8Array): number {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  let code = 0;
  while (code < 255 && LARGEST * scaleOf(code + 1) >= largest) code += 1;
  const scale = scaleOf(code);
  for (let at = 0; at < row.length; at++) out[at] = Math.max(-LARGEST, Math.min(LARGEST, Math.round(row[at]! / scale)));
  return code;
}
