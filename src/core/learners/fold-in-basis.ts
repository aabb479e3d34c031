import { cholesky } from './cholesky.js';
import type { EmbeddingParams, ItemMatrix } from './kernel-types.js';

/** Added to the diagonal of the covariance, as a share of its mean: a direction in which no user differs stays invertible. */
const JITTER = 1e-6;

/**
 * The item side of a trained model, turned so that its users are spread like N(0, I): what is known of a newcomer before the first
 * event (the mean of all users and how they differ) then needs no numbers of its own. With mean μ and covariance C = L Lᵀ of
 * the user vectors, e′ = Lᵀ e and b′ = b + mean user bias + μ·e; a user p becomes L⁻¹(p − μ), every score stays what it was.
 *
 * @param params  at least 2 users, each with events of their own
 * @returns       new memory
 */
export function toFoldInBasis(params: EmbeddingParams): ItemMatrix & { readonly bias: Float32Array } {
  const { dim, users, items, userBiases, itemBiases } = params;
  const rows = itemBiases.length;
  const mean = meanOf(users, dim);
  const lower = cholesky(covarianceOf(users, dim, mean), dim, JITTER);
  const meanBias = userBiases.reduce((sum, bias) => sum + bias, 0) / userBiases.length;
  const vectors = new Float32Array(rows * dim);
  const bias = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const base = row * dim;
    let shared = itemBiases[row]! + meanBias;
    for (let column = 0; column < dim; column++) {
      let sum = 0;
      for (let at = column; at < dim; at++) sum += lower[at * dim + column]! * items[base + at]!;
      vectors[base + column] = sum;
      shared += mean[column]! * items[base + column]!;
    }
    bias[row] = shared;
  }
  return { rows, dim, vectors, bias };
}

function meanOf(users: Float32Array, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  const rows = users.length / dim;
  for (let at = 0; at < users.length; at++) mean[at % dim]! += users[at]! / rows;
  return mean;
}

/** [dim · dim], about the mean. */
function covarianceOf(users: Float32Array, dim: number, mean: Float64Array): Float64Array {
  const covariance = new Float64Array(dim * dim);
  const rows = users.length / dim;
  for (let base = 0; base < users.length; base += dim)
    for (let at = 0; at < dim; at++) {
      const difference = users[base + at]! - mean[at]!;
      for (let other = 0; other < dim; other++)
        covariance[at * dim + other]! += (difference * (users[base + other]! - mean[other]!)) / (rows - 1);
    }
  return covariance;
}
