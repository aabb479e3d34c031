/**
 * Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations, largest eigenvalue first.
 * @param matrix  [size · size], row-major, symmetric; overwritten
 * @returns       vectors[k] is the k-th eigenvector, [size]
 * @see Golub, Van Loan 2013, Matrix Computations, section 8.5
 */
export function symmetricEigen(matrix: Float64Array, size: number): { readonly values: number[]; readonly vectors: Float64Array[] } {
  const rotations = new Float64Array(size * size);
  for (let i = 0; i < size; i++) rotations[i * size + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let total = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const square = matrix[i * size + j]! ** 2;
        total += square;
        if (i !== j) off += square;
      }
    if (off <= 1e-28 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, rotations, size, p, q);
  }
  const order = Array.from({ length: size }, (_, k) => k).sort((a, b) => matrix[b * size + b]! - matrix[a * size + a]! || a - b);
  return {
    values: order.map((k) => matrix[k * size + k]!),
    vectors: order.map((k) => Float64Array.from({ length: size }, (_, i) => rotations[i * size + k]!)),
  };
}

/** Makes entry (p, q) zero. */
function rotate(matrix: Float64Array, rotations: Float64Array, size: number, p: number, q: number): void {
  const apq = matrix[p * size + q]!;
  if (apq === 0) return;
  const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (array: Float64Array, at: number, bt: number): void => {
    const [a, b] = [array[at]!, array[bt]!];
    array[at] = cosine * a - sine * b;
    array[bt] = sine * a + cosine * b;
  };
  for (let k = 0; k < size; k++) turn(matrix, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(matrix, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(rotations, k * size + p, k * size + q);
}
