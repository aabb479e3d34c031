import { tastePrior } from '../../core/federated/taste-prior.js';
import { ownHistogram } from '../../core/federated/own-histogram.js';
import { tasteHistogram } from '../../core/profile/taste-histogram.js';
import { seededRandom } from '../../core/random.js';
import { addendOf, estimateOf } from '../../server/estimate.js';
import type { Policy } from '../../wire/policy.js';
import { payloadOf } from '../../worker/report.js';
import { streamBits } from '../conformance/stream-bits.js';
import { judgeOf } from './first-shelf.js';
import { browse, populationShare, shopOf, tasteOf, type PopulationOptions } from './population.js';

/** One round of many devices in this process: the real block, vote, fold and estimate; only sealing is left out. */

const NOW_MS = 1_750_000_000_000;
const CATALOGUE_ITEMS = 1_200;
export const HELD_OUT = 500;

export interface SeedResult {
  readonly devices: number;
  /** Mean NDCG at 24 of held-out shoppers' first shelf. */
  readonly catalogueOrder: number;
  readonly withNoise: number;
  readonly withoutNoise: number;
  /** L2 norm of the mean histogram: what the policy's `expectedSignal` may claim (bound 1). */
  readonly meanNorm: number;
  /** L2 norm of (mean histogram − catalogue share): what a first round can teach. */
  readonly meanDeltaNorm: number;
  /** Mean over devices of ‖own histogram − catalogue share‖. */
  readonly deltaNorm: number;
}

/**
 * @param policy  of a taste block; its cells are the shop's
 * @param counts  devices, rising; the first n of the largest crowd answer for n
 * @param onDevices  called now and then with devices done since the last call
 */
export async function simulateSeed(
  policy: Policy,
  counts: readonly number[],
  options: PopulationOptions,
  seed: number,
  onDevices: (done: number) => void | Promise<void>,
): Promise<readonly SeedResult[]> {
  if (policy.block.kind !== 'taste') throw new Error('the simulator knows taste rounds');
  const { cells } = policy.block;
  const shares = cells.map(({ share }) => share);
  const world = seededRandom(seed * 2 + 1);
  const shop = shopOf(cells, CATALOGUE_ITEMS, world);
  const population = populationShare(cells, options.strength, world);
  const heldOut = Array.from({ length: HELD_OUT }, () => tasteOf(population, options.alpha, world));
  const judge = judgeOf(shop, heldOut);
  const catalogueOrder = judge(null);

  const people = seededRandom(seed * 2 + 2);
  const bits = streamBits(seed);
  const sums = cells.map(() => 0);
  const histogramSums = new Float64Array(cells.length);
  let deltaNorms = 0;
  const results: SeedResult[] = [];
  let done = 0;
  for (const devices of counts) {
    for (; done < devices; done++) {
      const events = browse(shop, tasteOf(population, options.alpha, people), people, NOW_MS);
      addendOf(payloadOf(policy, events, NOW_MS, bits), policy).forEach((vote, cell) => (sums[cell] = sums[cell]! + vote));
      deltaNorms += addHistogram(histogramSums, ownHistogram(tasteHistogram(events, NOW_MS), cells), shares);
      if ((done + 1) % 500 === 0) await onDevices(500);
    }
    const { values, noiseL2 } = estimateOf({ reports: devices, sums }, policy);
    const exact = histogramSums.map((sum) => sum / devices);
    results.push({
      devices,
      catalogueOrder,
      withNoise: judge(tastePrior(values, shares, noiseL2)),
      withoutNoise: judge(tastePrior(exact, shares, 0)),
      meanNorm: Math.hypot(...exact),
      meanDeltaNorm: Math.hypot(...exact.map((share, cell) => share - shares[cell]!)),
      deltaNorm: deltaNorms / devices,
    });
  }
  return results;
}

/** Adds one device's histogram to the sums; a device with nothing to say counts as uniform, as its vote does. @returns ‖h − share‖ */
function addHistogram(sums: Float64Array, histogram: Float64Array, shares: readonly number[]): number {
  const isEmpty = histogram.every((share) => share === 0);
  let squared = 0;
  histogram.forEach((own, cell) => {
    const said = isEmpty ? 1 / histogram.length : own;
    sums[cell] = sums[cell]! + said;
    squared += (said - shares[cell]!) ** 2;
  });
  return Math.sqrt(squared);
}
