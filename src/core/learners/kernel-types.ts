/** What crosses to an engine: indices, values and parameters in; parameters out. Flat arrays only. */

/** Examples in compressed rows: row r owns `indices[offsets[r] … offsets[r+1])`. Indices of one row are distinct. */
export interface SparseBatch {
  readonly rows: number;
  /** [rows + 1] */
  readonly offsets: Uint32Array;
  /** [nonZeros], below the number of weights */
  readonly indices: Uint32Array;
  /** [nonZeros] */
  readonly values: Float32Array;
  /** [rows], 0 or 1 */
  readonly labels: Float32Array;
  /** [rows], importance, at least 0; 0 leaves the parameters untouched */
  readonly sampleWeights: Float32Array;
  /** [rows], the part of the score that is not learned here (prior and what another learner says) */
  readonly margins: Float32Array;
}

/** Personal linear weights with their AdaGrad accumulators. */
export interface LinearParams {
  /** [2^hashBits] */
  readonly weights: Float32Array;
  /** [2^hashBits], sums of squared gradients, at least 0 */
  readonly accumulators: Float32Array;
}

/** AdaGrad (Duchi, Hazan, Singer 2011): step = learningRate · g / (√accumulator + epsilon), g includes l2 · weight. */
export interface LinearRule {
  /** `sgd`: step = learningRate · g, accumulators untouched. Default `adagrad`. */
  readonly kind?: 'adagrad' | 'sgd';
  readonly learningRate: number;
  readonly l2: number;
  readonly epsilon: number;
}

/** Dense examples for the user vector: row r is item vector `vectors[r·dim … (r+1)·dim)`. */
export interface DenseBatch {
  readonly rows: number;
  readonly dim: number;
  /** [rows · dim] */
  readonly vectors: Float32Array;
  /** [rows], 0 or 1 */
  readonly labels: Float32Array;
  /** [rows], importance, at least 0; 0 leaves the parameters untouched */
  readonly sampleWeights: Float32Array;
  /** [rows], the part of the score that is not learned here */
  readonly margins: Float32Array;
}

/** The user vector and the inverse of its accumulated curvature (a covariance; starts at I / ridge). */
export interface FactorParams {
  /** [dim] */
  readonly user: Float32Array;
  /** [dim · dim], symmetric positive definite */
  readonly inverse: Float32Array;
}

/**
 * One preconditioned step per row, in order: z = margin + p·e, q = σ(z), h = max(q(1−q), minCurvature), a = weight,
 * k = P e, s = max(e·k, 0), then P ← P − a·h/(1 + a·h·s)·k kᵀ and p ← p − a·(q − y)/(1 + a·h·s)·k.
 * @see Ollivier 2018, Online natural gradient as a Kalman filter, section 3 (logistic observation)
 */
export interface FactorRule {
  readonly minCurvature: number;
}

/** Item vectors, row-major. */
export interface ItemMatrix {
  readonly rows: number;
  readonly dim: number;
  /** [rows · dim] */
  readonly vectors: Float32Array;
  /** [rows], added to each product; absent means 0 */
  readonly bias?: Float32Array;
}

/** Best rows first; ties by the smaller row. Fewer than k where there are fewer rows. */
export interface TopK {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}
