import { seededRandom } from '../random.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Sparse rows: row r owns entries offsets[r] … offsets[r + 1]. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float64Array;
}

const oversampling = 8;
const iterations = 6;

/**
 * The first `dim` principal directions of sparse rows: randomised subspace iteration on the centred matrix, which is
 * never formed. Seeded and signed (the largest entry of each direction is positive), so a build repeats bit by bit.
 * O(iterations · non-zeros · dim).
 *
 * @returns mean [columns]; directions [columns · dim] row-major, orthonormal columns (all zero where the data has fewer)
 * @see Halko, Martinsson, Tropp 2011, Finding structure with randomness, algorithms 4.4 and 5.1
 */
export function principalComponents(
  data: SparseRows,
  dim: number,
  seed: number,
): { readonly mean: Float64Array; readonly directions: Float64Array } {
  const { rows, columns } = data;
  const width = Math.min(dim + oversampling, rows, columns);
  const mean = new Float64Array(columns);
  for (let at = 0; at < data.indices.length; at++) mean[data.indices[at]!]! += data.values[at]! / rows;

  const random = seededRandom(seed);
  let basis = new Float64Array(columns * width);
  for (let at = 0; at < basis.length; at++) basis[at] = random.nextUnit() - 0.5;
  for (let round = 0; round < iterations; round++) {
    orthonormalise(basis, columns, width);
    basis = timesTransposed(data, mean, times(data, mean, basis, width), width);
  }
  orthonormalise(basis, columns, width);

  // Within the found space, the small covariance says which directions come first.
  const scores = times(data, mean, basis, width);
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) covariance[i * width + j]! += scores[row * width + i]! * scores[row * width + j]!;
  const { values, vectors } = symmetricEigen(covariance, width);
  const directions = new Float64Array(columns * dim);
  for (let k = 0; k < Math.min(dim, width); k++) {
    if (values[k]! <= 1e-12 * values[0]!) break; // noise of rounding, not a direction
    let largest = 0;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += basis[column * width + i]! * vectors[k]![i]!;
      directions[column * dim + k] = sum;
      if (Math.abs(sum) > Math.abs(largest)) largest = sum;
    }
    if (largest < 0) for (let column = 0; column < columns; column++) directions[column * dim + k]! *= -1;
  }
  return { mean, directions };
}

/** (X − 1·meanᵀ) · basis: [rows · width] */
function times(data: SparseRows, mean: Float64Array, basis: Float64Array, width: number): Float64Array {
  const product = new Float64Array(data.rows * width);
  const shift = new Float64Array(width);
  for (let column = 0; column < data.columns; column++)
    for (let k = 0; k < width; k++) shift[k]! += mean[column]! * basis[column * width + k]!;
  for (let row = 0; row < data.rows; row++) {
    const out = row * width;
    for (let k = 0; k < width; k++) product[out + k] = -shift[k]!;
    for (let at = data.offsets[row]!; at < data.offsets[row + 1]!; at++) {
      const from = data.indices[at]! * width;
      const value = data.values[at]!;
      for (let k = 0; k < width; k++) product[out + k]! += value * basis[from + k]!;
    }
  }
  return product;
}

/** (X − 1·meanᵀ)ᵀ · scores: [columns · width] */
function timesTransposed(data: SparseRows, mean: Float64Array, scores: Float64Array, width: number): Float64Array<ArrayBuffer> {
  const product = new Float64Array(data.columns * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < data.rows; row++) {
    const from = row * width;
    for (let k = 0; k < width; k++) sums[k]! += scores[from + k]!;
    for (let at = data.offsets[row]!; at < data.offsets[row + 1]!; at++) {
      const out = data.indices[at]! * width;
      const value = data.values[at]!;
      for (let k = 0; k < width; k++) product[out + k]! += value * scores[from + k]!;
    }
  }
  for (let column = 0; column < data.columns; column++)
    for (let k = 0; k < width; k++) product[column * width + k]! -= mean[column]! * sums[k]!;
  return product;
}

/** Modified Gram–Schmidt, twice (once loses orthogonality); a column without anything of its own becomes zero. */
function orthonormalise(matrix: Float64Array, rows: number, width: number): void {
  for (let k = 0; k < width; k++) {
    const before = norm(matrix, rows, width, k);
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < k; j++) {
        let dot = 0;
        for (let row = 0; row < rows; row++) dot += matrix[row * width + j]! * matrix[row * width + k]!;
        for (let row = 0; row < rows; row++) matrix[row * width + k]! -= dot * matrix[row * width + j]!;
      }
    const length = norm(matrix, rows, width, k);
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let row = 0; row < rows; row++) matrix[row * width + k]! *= factor;
  }
}

function norm(matrix: Float64Array, rows: number, width: number, k: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += matrix[row * width + k]! ** 2;
  return Math.sqrt(sum);
}
