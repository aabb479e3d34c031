/** Predictions of one bin of equal width. */
export interface CalibrationBin {
  readonly rows: number;
  /** Mean predicted probability and share of positives in it; NaN for an empty bin. */
  readonly predicted: number;
  readonly observed: number;
}

/** Bin b holds the predictions in [b/bins, (b+1)/bins); the last one holds 1 as well. */
export function calibrationBins(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins: number): readonly CalibrationBin[] {
  const rows = new Array<number>(bins).fill(0);
  const predicted = new Array<number>(bins).fill(0);
  const observed = new Array<number>(bins).fill(0);
  for (let row = 0; row < probabilities.length; row++) {
    const bin = Math.min(bins - 1, Math.floor(probabilities[row]! * bins));
    rows[bin]! += 1;
    predicted[bin]! += probabilities[row]!;
    observed[bin]! += labels[row]!;
  }
  return rows.map((count, bin) => ({ rows: count, predicted: predicted[bin]! / count, observed: observed[bin]! / count }));
}

/**
 * Expected calibration error: |predicted − observed| of each bin, averaged by rows. 0 to 1; NaN for no rows.
 * @param probabilities  0 to 1
 * @param labels         0 or 1, as long
 * @see Naeini, Cooper, Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning
 */
export function calibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): number {
  let sum = 0;
  for (const { rows, predicted, observed } of calibrationBins(probabilities, labels, bins))
    if (rows > 0) sum += rows * Math.abs(predicted - observed);
  return sum / probabilities.length;
}
