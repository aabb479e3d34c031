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

/** Linear weights with what their optimiser remembers. */
export interface LinearParams {
  /** [2^hashBits] */
  readonly weights: Float32Array;
  /** [2^hashBits], sums of squared gradients, at least 0 */
  readonly accumulators: Float32Array;
  /** [2^hashBits], `ftrl` only: the dual z of each weight */
  readonly duals?: Float32Array;
  /** [2^hashBits], `isNormalised` only: the largest |value| seen of each feature, at least 0 */
  readonly scales?: Float32Array;
}

/**
 * `stepLinear`, and with it every engine of a page, takes the common rules: logistic loss, `adagrad` or `sgd`, no L1, not
 * normalised; it refuses any other (`invalid-options`), never ignores it. `stepAnyLinear` takes all of them.
 *
 * `adagrad` (Duchi, Hazan, Singer 2011): step = learningRate · g / (√accumulator + epsilon), g includes l2 · weight.
 * `sgd`: step = learningRate · g, accumulators untouched.
 * `ftrl` (McMahan et al. 2013, Ad click prediction, algorithm 1): α = learningRate, β = epsilon, l1 and l2 as there.
 */
export interface LinearRule {
  /** Default `adagrad`. */
  readonly kind?: 'adagrad' | 'sgd' | 'ftrl';
  /** `logistic`: q = σ(score), labels 0 or 1. `squared`: q = score, any finite label. Default `logistic`. */
  readonly loss?: 'logistic' | 'squared';
  readonly learningRate: number;
  /** Soft threshold; at least 0, default 0. */
  readonly l1?: number;
  readonly l2: number;
  readonly epsilon: number;
  /** Steps do not depend on the unit of a feature (Ross, Mineiro, Langford 2013, Normalized online learning). Default false. */
  readonly isNormalised?: boolean;
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

/** The same items in a quarter of the memory: row r is `scales[r] · codes[r·dim … (r+1)·dim)`. */
export interface QuantisedItems {
  readonly rows: number;
  readonly dim: number;
  /** [rows · dim], −127 … 127 */
  readonly codes: Int8Array;
  /** [rows], at least 0 */
  readonly scales: Float32Array;
  /** [rows], added to each product; absent means 0 */
  readonly bias?: Float32Array;
}

/** Vectors and biases of users and items, with their AdaGrad accumulators. On a device there is one user. */
export interface EmbeddingParams {
  readonly dim: number;
  /** [users · dim] */
  readonly users: Float32Array;
  /** [items · dim] */
  readonly items: Float32Array;
  /** [users], [items]; a loss that needs no user bias leaves it at 0 */
  readonly userBiases: Float32Array;
  readonly itemBiases: Float32Array;
  /** As long as what they belong to, at least 0. */
  readonly userAccumulators: Float32Array;
  readonly itemAccumulators: Float32Array;
  readonly userBiasAccumulators: Float32Array;
  readonly itemBiasAccumulators: Float32Array;
}

/** Row r: what user `users[r]` did with item `items[r]`, compared with item `rivals[r]` under the loss `bpr`. */
export interface EmbeddingBatch {
  readonly rows: number;
  /** [rows] */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** [rows], `bpr` only, never the row's own item */
  readonly rivals?: Uint32Array;
  /** [rows]: 0 or 1 under `logistic`, a rating under `squared`, not read under `bpr` */
  readonly labels: Float32Array;
  /** [rows], importance, at least 0; 0 leaves the parameters untouched */
  readonly sampleWeights: Float32Array;
  /** [rows], the part of the score that is not learned here */
  readonly margins: Float32Array;
}

/**
 * score = margin + bᵤ + bᵢ + p·e. One AdaGrad step per row, in order, on both vectors (each from the other as it was) and
 * biases; l2 pulls each touched number to 0.
 * `bpr` (Rendle et al. 2009, section 4): score = margin + (bᵢ + p·eᵢ) − (bⱼ + p·eⱼ), label 1; the user bias cancels out.
 */
export interface EmbeddingRule {
  readonly loss: 'logistic' | 'squared' | 'bpr';
  readonly learningRate: number;
  readonly l2: number;
  /** Biases often want less than vectors. */
  readonly biasL2: number;
  readonly epsilon: number;
}

/** A perceptron with hidden layers of ReLU and one linear output, the score. */
export interface MlpParams {
  /** [inputs, hidden …, 1] */
  readonly sizes: readonly number[];
  /** Layer after layer: weights [outputs · inputs] row-major, then biases [outputs]. */
  readonly weights: Float32Array;
  /** As long as `weights`, at least 0. */
  readonly accumulators: Float32Array;
  /** Gradient steps taken so far, in [0]: part of the seed of dropout. */
  readonly steps: Uint32Array;
}

/**
 * Rows of a `DenseBatch` in groups of `batch`: each group is one step of the mean, over its rows of weight above 0, of sample
 * weight · gradient (logistic loss). At `batch` 1 that is the step of the other learners.
 */
export interface MlpRule {
  /** Default `adagrad`. */
  readonly kind?: 'adagrad' | 'sgd';
  /** Rows per step, at least 1. */
  readonly batch: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly epsilon: number;
  /**
   * Share of hidden units left out of a step, 0 to below 1; the others are scaled by 1 / (1 − dropout) (Srivastava et al. 2014).
   * Which ones is an integer hash of (seed, step, row of the step, layer, unit): the same on every engine.
   */
  readonly dropout: number;
  readonly seed: number;
}
