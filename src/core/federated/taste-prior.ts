/** From a published, noisy estimate to the prior of an item: shrink · log(p̂ / catalogue share) of its cell. */

/**
 * How much of the estimate is signal, 0 … 1: max(0, 1 − noise² / ‖p̂ − share‖²). The estimate is unclamped and unbiased, so
 * the expected squared distance is signal² + noise² (James & Stein 1961).
 *
 * @param estimate  [J], unbiased share of taste per cell, may be below 0
 * @param shares    [J], share of the catalogue per cell
 * @param noiseL2   expected L2 norm of the noise in `estimate`
 */
export function tasteShrinkage(estimate: ArrayLike<number>, shares: ArrayLike<number>, noiseL2: number): number {
  let squaredDistance = 0;
  for (let cell = 0; cell < estimate.length; cell++) squaredDistance += (estimate[cell]! - shares[cell]!) ** 2;
  const shrinkage = 1 - (noiseL2 * noiseL2) / squaredDistance;
  return shrinkage > 0 ? shrinkage : 0; // NaN (no distance, no noise) is 0 too
}

/**
 * p̂ is floored at 1/(4J), so that one unlucky cell is never buried; a cell without items has prior 0.
 * @returns [J], new memory
 */
export function tastePrior(estimate: ArrayLike<number>, shares: ArrayLike<number>, noiseL2: number): Float64Array<ArrayBuffer> {
  const shrinkage = tasteShrinkage(estimate, shares, noiseL2);
  const floor = 1 / (4 * estimate.length);
  return Float64Array.from({ length: estimate.length }, (_, cell) => {
    const share = shares[cell]!;
    return share > 0 && shrinkage > 0 ? shrinkage * (Math.log(Math.max(estimate[cell]!, floor)) - Math.log(share)) : 0;
  });
}
