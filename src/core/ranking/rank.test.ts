import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ndcg } from '../evaluation/ranking-metrics.js';
import type { Item } from '../item.js';
import { emptyState } from '../profile/state.js';
import { seededRandom, type SeededRandom } from '../random.js';
import { candidatesOf, paintShop, plainShop, shopper, shuffled } from './paint-shop.contract.js';
import { rankCandidates, rungOf } from './rank.js';
import { priorOf } from './score.js';

describe('a profile without events', () => {
  test('gives the shop’s order exactly, whatever the items and wherever they were handed over', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), tags: fc.array(fc.string(), { maxLength: 3 }) }), {
          selector: ({ id }) => id,
          maxLength: 60,
        }),
        fc.nat(),
        (items, seed) => {
          const candidates = candidatesOf(items);
          const mixed = shuffled(seededRandom(seed), candidates);
          const ranked = rankCandidates(emptyState(), mixed);
          expect(ranked.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
          expect(ranked.every(({ reason }) => reason === undefined)).toBe(true);
          expect(rungOf(emptyState(), mixed)).toBe('shop');
        },
      ),
    );
  });

  test('keeps the shop’s order over 20,000 items, where steps of the position prior are tiny', () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({ id: String(at) }));
    expect(rankCandidates(emptyState(), candidatesOf(items)).every(({ id }, at) => id === String(at))).toBe(true);
  });

  test('follows the taste prior where there is one, and says so', () => {
    const items = plainShop(30, 1);
    const candidates = candidatesOf(items, ({ categories }) => (categories![0] === 'Wood' ? 0.5 : -0.1));
    const ranked = rankCandidates(emptyState(), candidates);
    const wood = items.filter(({ categories }) => categories![0] === 'Wood');
    expect(ranked.slice(0, wood.length).map(({ id }) => id)).toEqual(wood.map(({ id }) => id));
    expect(ranked[0]!.shopPosition > 0 ? ranked[0]!.reason : 'because many shoppers like this kind').toBe(
      'because many shoppers like this kind',
    );
    expect(rungOf(emptyState(), candidates)).toBe('taste');
  });
});

test('equal scores stand as in the shop’s order', () => {
  const levelled = candidatesOf(plainShop(40, 2)).map((candidate) => ({ ...candidate, taste: -priorOf(candidate.shopPosition, 0) }));
  const ranked = rankCandidates(emptyState(), shuffled(seededRandom(9), levelled));
  expect(ranked.every(({ score }) => score === 0)).toBe(true);
  expect(ranked.map(({ id }) => id)).toEqual(levelled.map(({ item }) => item.id));
});

test('item vectors count through the user vector, and only where they fit it', () => {
  const items: Item[] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const vectorOf = (at: number, dim: number): Float32Array => Float32Array.from({ length: dim }, (_, each) => (each === at ? 1 : 0));
  const state = emptyState();
  state.factors.user[2] = 4;
  state.tally.lessons = 3;
  const withVectors = candidatesOf(items).map((candidate, at) => ({ ...candidate, vector: vectorOf(at, 16) }));
  const [first] = rankCandidates(state, withVectors);
  expect(first).toMatchObject({ id: 'c', reason: 'because it resembles what you liked' });
  expect(first!.score).toBeCloseTo(0.5 * 4 - 0.05 * Math.log(3), 6);
  const wrong = candidatesOf(items).map((candidate, at) => ({ ...candidate, vector: vectorOf(at, 8) }));
  expect(rankCandidates(state, wrong).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

/** A standard normal by Box and Muller. */
const normal = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());

/** A shopper who clicks one of 12 random cards, e^utility likely; utility is a sum of tastes for tags, brand and line. */
function simulate(seed: number, clicks: number): { readonly gain: number; readonly shop: number } {
  const random = seededRandom(seed * 7_919);
  const items = paintShop(360, 100 + seed);
  const [known, heldOut] = [items.slice(0, 240), items.slice(240)];
  const tastes = new Map<string, number>();
  const tasteFor = (facet: string): number => {
    const held = tastes.get(facet) ?? normal(random) * (facet.startsWith('hue') ? 1.2 : facet.startsWith('lightness') ? 0.8 : 0.4);
    tastes.set(facet, held);
    return held;
  };
  const utility = ({ tags, brand, categories }: Item): number =>
    [...tags!, brand!, categories![0]!].reduce((sum, facet) => sum + tasteFor(facet), 0);
  const who = shopper(candidatesOf(known), `simulated-${seed}`, false);
  for (let click = 0; click < clicks; click++) {
    const shown = shuffled(random, known).slice(0, 12);
    const odds = shown.map((item) => Math.exp(utility(item)));
    let left = random.nextUnit() * odds.reduce((sum, each) => sum + each, 0);
    const at = odds.findIndex((each) => (left -= each) < 0);
    who.act('click', shown[Math.max(0, at)]!.id);
  }
  const gains = new Map(heldOut.map((item) => [item.id, Math.exp(utility(item))]));
  const ndcgOf = (ids: readonly string[]): number =>
    ndcg(
      ids.map((id) => gains.get(id)!),
      24,
    );
  return { gain: ndcgOf(rankCandidates(who.state, candidatesOf(heldOut)).map(({ id }) => id)), shop: ndcgOf(heldOut.map(({ id }) => id)) };
}

test.each([10, 30])('after %d mixed clicks items never seen are ranked better than by the shop, in 10 of 10 simulated tastes', (clicks) => {
  const runs = Array.from({ length: 10 }, (_, at) => simulate(at + 1, clicks));
  const mean = (pick: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
  console.info(
    `${clicks} clicks: held-out NDCG@24 ${mean(({ gain }) => gain).toFixed(3)}, shop's order ${mean(({ shop }) => shop).toFixed(3)}`,
  );
  for (const { gain, shop } of runs) expect(gain).toBeGreaterThan(shop);
});
