/** P(X > x) for chi-square with `degrees` degrees of freedom: the regularised upper incomplete gamma Q(k/2, x/2). */
export function chiSquareTail(x: number, degrees: number): number {
  const a = degrees / 2;
  const z = x / 2;
  if (z <= 0) return 1;
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; term > sum * 1e-17; k++) sum += term *= z / (a + k);
    return 1 - scale * sum;
  }
  // Lentz's continued fraction
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let product = d;
  for (let k = 1; k < 10_000; k++) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    product *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return scale * product;
}

/** ln Γ(x) for x > 0: Stirling's series after lifting x above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let lifted = x;
  for (; lifted < 10; lifted++) shift += Math.log(lifted);
  const inverse = 1 / (lifted * lifted);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / lifted;
  return (lifted - 0.5) * Math.log(lifted) - lifted + 0.918_938_533_204_672_8 + series - shift;
}
