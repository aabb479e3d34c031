/** The gamma function and its incomplete relative, to about 14 digits. */

const HALF_LOG_TWO_PI = 0.918_938_533_204_672_8;

/** ln Γ(x), x > 0, by Stirling's series above 15 and the recurrence below. @see Abramowitz & Stegun 6.1.41 */
export function logGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < 15; at++) product *= at;
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / at;
  return (at - 0.5) * Math.log(at) - at + HALF_LOG_TWO_PI + series - Math.log(product);
}

/** Q(a, x) = Γ(a, x)/Γ(a), the upper regularised incomplete gamma function; a > 0, x ≥ 0. @see Abramowitz & Stegun 6.5.29, 6.5.31 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-17; n++) sum += term *= x / (a + n);
    return 1 - scale * sum;
  }
  // Lentz's continued fraction.
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return scale * value;
}

/** 1 − Φ(x) of the standard normal distribution, x ≥ 0, with all digits however small: ½ Q(½, x²/2). */
export function normalTail(x: number): number {
  return upperGamma(0.5, (x * x) / 2) / 2;
}
