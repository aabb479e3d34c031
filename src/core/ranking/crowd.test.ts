import { describe, expect, test } from 'vitest';
import { ndcg } from '../evaluation/ranking-metrics.js';
import type { Item } from '../item.js';
import { emptyState } from '../profile/state.js';
import { seededRandom, type SeededRandom } from '../random.js';
import { candidatesOf, hueOf, paintShop, shopper, shuffled } from './paint-shop.contract.js';
import { rankCandidates } from './rank.js';
import { crowdTrustOf } from './score.js';
import { whyItem } from './why.js';

/** The crowd likes pinks and greens, and blues less than the shop has of them: what a published version can say at most. */
const otherCrowd = (item: Item): number => ({ pink: 1, green: 1, blue: -0.5 })[hueOf(item)] ?? -0.2;

describe('three looks at blue after a version was published that favours other kinds', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('lead the first six again (shop %d)', (seed) => {
    const items = paintShop(120, seed);
    const candidates = candidatesOf(items, otherCrowd);
    const blues = (state = emptyState()): number =>
      rankCandidates(state, candidates)
        .slice(0, 6)
        .filter(({ id }) => hueOf(items.find((item) => item.id === id)!) === 'blue').length;
    expect(blues()).toBe(0);
    const who = shopper(candidates, `blue-${seed}`);
    // A look is a click and a view, as shops send them
    for (const { id } of items.filter((item) => hueOf(item) === 'blue').slice(-3))
      for (const type of ['click', 'view'] as const) who.act(type, id);
    expect(blues(who.state)).toBeGreaterThanOrEqual(4);
  });
});

describe('the crowd’s part of a score', () => {
  const items = paintShop(120, 3);
  const candidates = candidatesOf(items, otherCrowd);
  const ofHue = (hue: string): readonly Item[] => items.filter((item) => hueOf(item) === hue);

  test('is the prior itself without a lesson', () => {
    expect(crowdTrustOf(emptyState())).toBe(1);
    for (const { item, taste } of candidates.slice(0, 20))
      expect(whyItem(emptyState(), candidates, item.id).parts.find(({ key }) => key === 'prior:taste')!.value).toBe(taste);
  });

  test('falls for a shopper who chooses what the crowd does not, never below nothing, and stays for one who agrees', () => {
    const differs = shopper(candidates, 'differs');
    const trusts = ofHue('blue').map(({ id }) => (differs.act('click', id), crowdTrustOf(differs.state)));
    expect(trusts[0]).toBeLessThan(1);
    expect(trusts[2]).toBeLessThan(0.75);
    expect(Math.min(...trusts)).toBe(0);
    const agrees = shopper(candidates, 'agrees');
    for (const { id } of ofHue('pink').slice(0, 4)) agrees.act('click', id);
    expect(crowdTrustOf(agrees.state)).toBeGreaterThan(1);
  });
});

const normal = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());

/** Utilities are sums of tastes for facets, drawn when first asked for. */
function tasteFrom(random: SeededRandom): (item: Item) => number {
  const tastes = new Map<string, number>();
  return ({ tags, brand, categories }) =>
    [...tags!, brand!, categories![0]!].reduce((sum, facet) => {
      const held = tastes.get(facet) ?? normal(random) * (facet.startsWith('hue') ? 1.2 : facet.startsWith('lightness') ? 0.8 : 0.4);
      tastes.set(facet, held);
      return sum + held;
    }, 0);
}

const cellOf = ({ tags }: Item): string => tags!.slice(0, 2).join();

const stages = [1, 3, 10, 30] as const;

/**
 * One shopper whose utility is a common taste and one of their own, `common` the share of variance in the first. The prior
 * is shrink · log(p̂/share) of the crowd's clicks by hue and lightness, as a round publishes it of a large crowd.
 * @returns [stages], held-out NDCG@24 minus that of the prior alone
 */
function gainsOver(seed: number, common: number): readonly number[] {
  const random = seededRandom(seed * 7_919);
  const shop = paintShop(1_000, 100 + seed);
  const [known, heldOut] = [shop.slice(0, 760), shop.slice(760, 880)];
  const [crowd, own] = [tasteFrom(random), tasteFrom(random)];
  const utility = (item: Item): number => Math.sqrt(common) * crowd(item) + Math.sqrt(1 - common) * own(item);
  const pull = (items: readonly Item[]): number =>
    items.reduce((sum, item) => sum + Math.exp(Math.sqrt(common) * crowd(item)), 0) / items.length;
  const priors = new Map(
    [...new Set(shop.map(cellOf))].map((cell) => [cell, 0.8 * Math.log(pull(shop.filter((item) => cellOf(item) === cell)) / pull(shop))]),
  );
  const candidates = (items: readonly Item[]) => candidatesOf(items, (item) => priors.get(cellOf(item))!);

  const shelf = candidates(heldOut);
  const gainOf = new Map(heldOut.map((item) => [item.id, Math.exp(utility(item))]));
  const who = shopper(candidates(known), `one-of-many-${seed}`, false);
  const quality = (): number =>
    ndcg(
      rankCandidates(who.state, shelf).map(({ id }) => gainOf.get(id)!),
      24,
    );
  const alone = quality();
  return stages.map((stage) => {
    while (who.events.length < stage) {
      const shown = shuffled(random, known).slice(0, 12);
      const odds = shown.map((item) => Math.exp(utility(item)));
      let left = random.nextUnit() * odds.reduce((sum, each) => sum + each, 0);
      who.act(
        'click',
        shown[
          Math.max(
            0,
            odds.findIndex((each) => (left -= each) < 0),
          )
        ]!.id,
      );
    }
    return quality() - alone;
  });
}

/** Seeds are fixed, and others than the loudness was chosen with; the bound is the noise of a mean of 60, about 0.01. */
test.each([0.5, 0.9])(
  'no number of clicks is worse than the prior alone, %f of the variance of taste common',
  (common) => {
    const runs = Array.from({ length: 60 }, (_, at) => gainsOver(at + 501, common));
    const means = stages.map((_, at) => runs.reduce((sum, run) => sum + run[at]!, 0) / runs.length);
    console.info(`common ${common}: ${means.map((mean, at) => `${stages[at]!} clicks ${mean.toFixed(3)}`).join(', ')}`);
    for (const mean of means) expect(mean).toBeGreaterThan(-0.01);
    expect(means[3]).toBeGreaterThan(0.02);
  },
  60_000,
);
