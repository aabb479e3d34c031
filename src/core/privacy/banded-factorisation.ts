import { SdkError } from '../errors.js';

/**
 * Prefix sums A x released as A x + A C⁻¹ z with correlated noise: C is the lower triangular Toeplitz matrix of the first
 * `bands` coefficients of (1 − x)^−½, z independent Gaussian noise of the std that C's sensitivity asks for.
 *
 * @see Choquette-Choo et al. 2023, (Amplified) banded matrix factorization, sections 3 and 4; Fichtenberger, Henzinger, Upadhyay 2023
 */
export interface BandedFactorisation {
  /** [bands], c₀ = 1, c_k = c_{k−1}·(2k − 1)/2k */
  readonly coefficients: Float64Array;
  /** ‖c‖², the squared sensitivity of one participation. */
  readonly columnNormSquared: number;
  /** Participations · ‖c‖²: exact, because columns `bands` apart do not overlap. */
  readonly sensitivitySquared: number;
  /** Root mean square error over the prefix sums, where ρ = ½ (noise std = sensitivity). */
  readonly rmse: number;
  /** Of the last prefix sum, the worst. */
  readonly maxRmse: number;
  /** The same with independent noise on every step. */
  readonly independentRmse: number;
}

/** @throws SdkError `invalid-options`; also where bands exceed the separation, since the sensitivity is then no longer this sum */
export function bandedFactorisation(steps: number, bands: number, maxParticipations: number, minSeparation: number): BandedFactorisation {
  for (const [name, value] of Object.entries({ steps, bands, maxParticipations, minSeparation })) {
    if (!Number.isInteger(value) || value < 1) throw new SdkError('invalid-options', `${name} must be a whole number from 1, got ${value}`);
  }
  if (bands > steps) throw new SdkError('invalid-options', `at most as many bands as steps: got ${bands} bands, ${steps} steps`);
  if (bands > minSeparation && maxParticipations > 1)
    throw new SdkError('invalid-options', `bands must not exceed the separation: got ${bands} bands, separation ${minSeparation}`);
  const participations = Math.min(maxParticipations, Math.ceil(steps / minSeparation));
  const coefficients = new Float64Array(bands);
  coefficients[0] = 1;
  for (let k = 1; k < bands; k++) coefficients[k] = (coefficients[k - 1]! * (2 * k - 1)) / (2 * k);
  const columnNormSquared = coefficients.reduce((sum, value) => sum + value * value, 0);
  const sensitivitySquared = participations * columnNormSquared;
  // A C⁻¹ is lower triangular Toeplitz too: its first column is the prefix sum of that of C⁻¹, and row i holds its first i + 1 entries.
  const inverse = new Float64Array(steps);
  let prefix = 0;
  let rowNormSquared = 0;
  let total = 0;
  for (let step = 0; step < steps; step++) {
    let value = step === 0 ? 1 : 0;
    for (let band = 1; band < Math.min(bands, step + 1); band++) value -= coefficients[band]! * inverse[step - band]!;
    inverse[step] = value;
    prefix += value;
    rowNormSquared += prefix * prefix;
    total += rowNormSquared;
  }
  return {
    coefficients,
    columnNormSquared,
    sensitivitySquared,
    rmse: Math.sqrt((sensitivitySquared * total) / steps),
    maxRmse: Math.sqrt(sensitivitySquared * rowNormSquared),
    independentRmse: Math.sqrt((participations * (steps + 1)) / 2),
  };
}
