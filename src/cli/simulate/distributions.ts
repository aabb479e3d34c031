import type { SeededRandom } from '../../core/random.js';

/** Seeded draws for simulated people. Never noise. */

/** Standard normal, by the polar method (Marsaglia 1964). */
export function normal(random: SeededRandom): number {
  for (;;) {
    const x = 2 * random.nextUnit() - 1;
    const y = 2 * random.nextUnit() - 1;
    const radius = x * x + y * y;
    if (radius > 0 && radius < 1) return x * Math.sqrt((-2 * Math.log(radius)) / radius);
  }
}

/** Gamma of this shape and scale 1 (Marsaglia & Tsang 2000). */
function gamma(random: SeededRandom, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random.nextUnit() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.nextUnit()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Dirichlet(alpha · mean). @param mean [J], sums to 1; cells of mean 0 stay 0. @returns [J], new memory */
export function dirichlet(random: SeededRandom, alpha: number, mean: ArrayLike<number>): Float64Array {
  const draws = Float64Array.from(mean, (share) => (share > 0 ? gamma(random, alpha * share) : 0));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  if (!(total > 0)) return Float64Array.from(mean); // every draw fell below the smallest double
  return draws.map((draw) => draw / total);
}

/** Shuffles in place (Fisher & Yates). */
export function shuffle<T>(random: SeededRandom, list: T[]): T[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random.nextUnit() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}

/** Mean and 95 % interval of Student's t. One value has no interval: it is taken to be infinitely wide. */
export function interval(values: readonly number[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = n < 2 ? Infinity : studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}

/** 97.5 % quantile of Student's t; above 30 degrees the normal one with its first correction. */
function studentQuantile(degrees: number): number {
  const table = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093,
    2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
  ];
  return table[degrees - 1] ?? 1.96 + 2.372 / degrees;
}
