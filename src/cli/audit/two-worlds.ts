import type { SecureBits } from '../../core/random.js';
import type { Policy } from '../../wire/policy.js';
import { roughlyAtLeast, type Rates } from './bounded-rates.js';
import { reportsOfDevice, type OpenedReport, type Profile } from './devices.js';

/**
 * The two-world test: devices of two profiles that differ in everything, one number made of what each sent, and the event
 * “that number is at least (or at most) t” that tells the worlds apart best. The event is chosen on a pilot of its own, so
 * the bounds on what follows are those of one event fixed beforehand.
 */
export interface WorldPair {
  readonly name: string;
  /** A profile per release of a device. */
  readonly first: readonly Profile[];
  readonly second: readonly Profile[];
  readonly statistics: readonly Statistic[];
}

export type Statistic = (reports: readonly OpenedReport[]) => number;

export interface Event {
  readonly statistic: number;
  /** The world that the event speaks for. */
  readonly world: 0 | 1;
  readonly side: 'at least' | 'at most';
  readonly threshold: number;
}

/** [statistics][2], each [reports] and ascending. */
export type Sample = readonly (readonly [Float64Array, Float64Array])[];

const CANDIDATES = 48;

export function drawSample(policy: Policy, pair: WorldPair, reports: number, bits: SecureBits): Sample {
  const sample = pair.statistics.map((): [Float64Array, Float64Array] => [new Float64Array(reports), new Float64Array(reports)]);
  for (const [world, releases] of [pair.first, pair.second].entries()) {
    for (let at = 0; at < reports; at++) {
      const sent = reportsOfDevice(policy, releases, bits);
      for (const [row, statistic] of pair.statistics.entries()) sample[row]![world]![at] = statistic(sent);
    }
  }
  for (const worlds of sample) for (const values of worlds) values.sort();
  return sample;
}

export function ratesOf(sample: Sample, { statistic, world, side, threshold }: Event): Rates {
  const [first, second] = sample[statistic]!;
  const counts = [first, second].map((values) => {
    const below = countBelow(values, threshold);
    return side === 'at least' ? values.length - below : countBelow(values, nextAbove(threshold));
  });
  return { hits: counts[world]!, falseHits: counts[1 - world]!, reports: first.length };
}

/**
 * The event that shows most on the pilot, were its rates those of `reports` reports.
 * @param figure  rises with the hit rate, falls with the false-hit rate
 */
export function bestEvent(pilot: Sample, reports: number, alpha: number, figure: (hitRate: number, falseHitRate: number) => number): Event {
  let best: Event = { statistic: 0, world: 0, side: 'at least', threshold: 0 };
  let most = -Infinity;
  for (const [statistic, worlds] of pilot.entries()) {
    for (const threshold of candidatesOf(worlds)) {
      for (const world of [0, 1] as const) {
        for (const side of ['at least', 'at most'] as const) {
          const event: Event = { statistic, world, side, threshold };
          const { hits, falseHits, reports: piloted } = ratesOf(pilot, event);
          const scale = reports / piloted;
          const shown = roughlyAtLeast({ hits: hits * scale, falseHits: falseHits * scale, reports }, alpha, figure);
          if (shown > most) [best, most] = [event, shown];
        }
      }
    }
  }
  return best;
}

/** Quantiles of both worlds, close together at the ends, where ratios are largest. */
function candidatesOf(worlds: readonly [Float64Array, Float64Array]): readonly number[] {
  const thresholds = new Set<number>();
  for (const values of worlds) {
    for (let step = 0; step <= CANDIDATES; step++) {
      const u = step / CANDIDATES;
      thresholds.add(values[Math.min(values.length - 1, Math.floor(u * u * (3 - 2 * u) * values.length))]!);
    }
  }
  return [...thresholds];
}

function countBelow(ascending: Float64Array, threshold: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Statistics are sums of whole numbers times a weight: values this close are one value with two roundings. */
function nextAbove(threshold: number): number {
  return threshold + Math.max(1, Math.abs(threshold)) * 5e-12;
}
