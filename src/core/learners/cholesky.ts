/**
 * L of C + jitter·(mean diagonal)·I = L Lᵀ, row-major, lower triangle. Directions without any variance get a row of zeros.
 * @param matrix  [dim · dim] symmetric, at least positive semidefinite; only its lower triangle is read
 * @param jitter  share of the mean diagonal added to it, at least 0
 */
export function cholesky(matrix: Float64Array, dim: number, jitter = 0): Float64Array {
  let trace = 0;
  for (let at = 0; at < dim; at++) trace += matrix[at * dim + at]!;
  const lower = new Float64Array(dim * dim);
  for (let row = 0; row < dim; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * dim + column]! + (row === column ? (jitter * trace) / dim : 0);
      for (let at = 0; at < column; at++) sum -= lower[row * dim + at]! * lower[column * dim + at]!;
      const pivot = lower[column * dim + column]!;
      if (row === column) lower[row * dim + row] = Math.sqrt(Math.max(sum, 0));
      else lower[row * dim + column] = pivot === 0 ? 0 : sum / pivot;
    }
  return lower;
}

/** x with L Lᵀ x = b; new memory. `lower` has no zero on its diagonal. */
export function solveCholesky(lower: Float64Array, b: Float64Array): Float64Array {
  const dim = b.length;
  const x = b.slice();
  for (let row = 0; row < dim; row++) {
    for (let at = 0; at < row; at++) x[row]! -= lower[row * dim + at]! * x[at]!;
    x[row]! /= lower[row * dim + row]!;
  }
  for (let row = dim - 1; row >= 0; row--) {
    for (let at = row + 1; at < dim; at++) x[row]! -= lower[at * dim + row]! * x[at]!;
    x[row]! /= lower[row * dim + row]!;
  }
  return x;
}
