/**
 * Quantile of the standard normal distribution, Φ⁻¹(p); about seven digits.
 * @param p  in (0, 1); NaN outside, ∓∞ at the ends
 * @see Wichura 1988, Algorithm AS 241: The percentage points of the normal distribution, routine PPND7
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const fromMiddle = p - 0.5;
  if (Math.abs(fromMiddle) <= 0.425) {
    const r = 0.180625 - fromMiddle * fromMiddle;
    return (
      (fromMiddle * at(r, [3.3871327179, 50.434271938, 159.29113202, 59.10937472])) / at(r, [1, 17.895169469, 78.757757664, 67.1875636])
    );
  }
  const tail = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size =
    tail <= 5
      ? at(tail - 1.6, [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103]) / at(tail - 1.6, [1, 0.7370016425, 0.12021132975])
      : at(tail - 5, [6.657905115, 3.081226386, 0.42868294337, 0.017337203997]) / at(tail - 5, [1, 0.24197894225, 0.012258202635]);
  return fromMiddle < 0 ? -size : size;
}

/** The polynomial with these coefficients, the constant first. */
function at(x: number, coefficients: readonly number[]): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
