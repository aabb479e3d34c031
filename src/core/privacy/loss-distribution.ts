import { fourier } from './fourier.js';

/** A privacy loss distribution on a grid: what one observes under P, sorted by ln P/Q. Every rounding goes to the pessimistic side. */
export interface LossDistribution {
  /** Grid width, nats. */
  readonly interval: number;
  /** Entry i is the mass at loss (first + i)·interval. */
  readonly first: number;
  readonly masses: Float64Array;
  /** Mass of outcomes that Q never shows, or too rare to be told apart from them. */
  readonly infinite: number;
}

/** A pair of worlds on the real line whose loss is monotone in what is seen. */
export interface WorldPair {
  /** Density of P. */
  density(x: number): number;
  /** ln P/Q at x. */
  loss(x: number): number;
  /** The x of a loss; ±Infinity beyond what occurs. */
  seenAt(loss: number): number;
  /** Everything but a negligible mass lies between; that mass counts as infinite loss. */
  readonly range: readonly [number, number];
  readonly outside: number;
  /** Length over which the density changes. */
  readonly scale: number;
}

// Gauss–Legendre on [−1, 1], 6 nodes.
const NODES = [0.238_619_186_083_196_9, 0.661_209_386_466_264_5, 0.932_469_514_203_152_1] as const;
const WEIGHTS = [0.467_913_934_572_691, 0.360_761_573_048_138_6, 0.171_324_492_379_170_36] as const;

/**
 * Splits the mass of each cell between its two ends so that the mass under P and under Q both stay: the curve δ(ε) is then exact
 * at the grid points and a chord above the true one in between. Both parts are integrals of positive functions; nothing cancels.
 *
 * @see Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022, Connect the dots: tighter discrete approximations of privacy loss distributions
 */
export function discretise(pair: WorldPair, interval: number): LossDistribution {
  const [from, to] = pair.range;
  const ends = [pair.loss(from), pair.loss(to)].sort((a, b) => a - b) as [number, number];
  const first = Math.floor(ends[0] / interval);
  const last = Math.max(first + 1, Math.ceil(ends[1] / interval));
  const masses = new Float64Array(last - first + 1);
  const upperShare = -Math.expm1(-interval);
  const clip = (x: number): number => Math.min(to, Math.max(from, x));
  let edge = clip(pair.seenAt(first * interval));
  for (let cell = first; cell < last; cell++) {
    const lowest = cell * interval;
    const next = clip(pair.seenAt((cell + 1) * interval));
    const [start, end] = edge < next ? [edge, next] : [next, edge];
    edge = next;
    const panels = Math.ceil((end - start) / (pair.scale / 2));
    let mass = 0;
    let upper = 0;
    for (let panel = 0; panel < panels; panel++) {
      const half = (end - start) / panels / 2;
      const middle = start + (2 * panel + 1) * half;
      for (let node = 0; node < NODES.length; node++) {
        for (const x of [middle - NODES[node]! * half, middle + NODES[node]! * half]) {
          const weighted = WEIGHTS[node]! * half * pair.density(x);
          mass += weighted;
          upper += weighted * -Math.expm1(lowest - pair.loss(x));
        }
      }
    }
    upper = Math.min(mass, Math.max(0, upper / upperShare));
    masses[cell - first] = masses[cell - first]! + mass - upper;
    masses[cell + 1 - first] = masses[cell + 1 - first]! + upper;
  }
  return { interval, first, masses, infinite: pair.outside };
}

/**
 * The loss of `steps` independent observations: the T-fold convolution by Fourier transform, on a window outside of which at most
 * `tail` lies (Chernoff); that much counts as infinite loss.
 */
export function composed(one: LossDistribution, steps: number, tail: number): LossDistribution {
  if (steps === 1) return one;
  const [low, high] = window(one, steps, tail / 2);
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, high - low + 1)));
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  const wrap = (index: number): number => ((index % size) + size) % size;
  for (let at = 0; at < one.masses.length; at++) {
    const place = wrap(one.first + at);
    real[place] = real[place]! + one.masses[at]!;
  }
  fourier(real, imaginary);
  for (let at = 0; at < size; at++) {
    const length = Math.hypot(real[at]!, imaginary[at]!) ** steps;
    const angle = Math.atan2(imaginary[at]!, real[at]!) * steps;
    real[at] = length * Math.cos(angle);
    imaginary[at] = length * Math.sin(angle);
  }
  fourier(real, imaginary, true);
  const masses = Float64Array.from({ length: size }, (_, at) => Math.max(0, real[wrap(low + at)]!));
  return { interval: one.interval, first: low, masses, infinite: -Math.expm1(steps * Math.log1p(-one.infinite)) + tail };
}

/** Smallest whole window [low, high], in grid steps, with at most `tail` of the sum on either side. */
function window({ masses, first, interval }: LossDistribution, steps: number, tail: number): readonly [number, number] {
  const bound = (sign: 1 | -1): number => {
    let best = Infinity;
    for (let power = -4; power <= 10; power++) {
      const slope = 2 ** power * interval; // per grid step
      const peak = sign * slope * (first + (sign > 0 ? masses.length - 1 : 0));
      let moment = 0;
      for (let at = 0; at < masses.length; at++) if (masses[at]! > 0) moment += masses[at]! * Math.exp(sign * slope * (first + at) - peak);
      if (moment === 0) continue; // all of it lies too far below the peak for a double
      best = Math.min(best, (steps * (peak + Math.log(moment)) - Math.log(tail)) / slope);
    }
    return Math.ceil(best);
  };
  const largest = steps * (first + masses.length - 1);
  return [Math.max(-bound(-1), steps * first), Math.min(bound(1), largest)];
}

/** Smallest ε ≥ 0 with δ(ε) ≤ `dpDelta`; Infinity where the infinite mass alone exceeds it. δ(ε) = infinite + Σ_{l > ε} m(l)(1 − e^{ε − l}) */
export function lossEpsilon({ interval, first, masses, infinite }: LossDistribution, dpDelta: number): number {
  if (infinite > dpDelta) return Infinity;
  let mass = infinite;
  let discounted = 0; // Σ m·e^{−l}
  for (let at = masses.length - 1; at >= 0; at--) {
    const loss = (first + at) * interval;
    // With every larger loss counted: is δ at this loss above the wanted one?
    if (mass - Math.exp(loss) * discounted > dpDelta || loss < 0) return Math.max(0, solve(mass, discounted, dpDelta));
    mass += masses[at]!;
    discounted += masses[at]! * Math.exp(-loss);
  }
  return Math.max(0, solve(mass, discounted, dpDelta));
}

/** mass − e^ε · discounted = dpDelta */
function solve(mass: number, discounted: number, dpDelta: number): number {
  return mass <= dpDelta ? 0 : Math.log((mass - dpDelta) / discounted);
}
