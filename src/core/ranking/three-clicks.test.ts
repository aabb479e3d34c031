import { describe, expect, test } from 'vitest';
import type { Item } from '../item.js';
import { relearn } from '../profile/learn.js';
import { candidatesOf, hueOf, paintShop, plainShop, shopper } from './paint-shop.contract.js';
import { rankCandidates, rungOf } from './rank.js';

/** Three items of one hue that share no other tag, first in the shop's order. */
function threeOf(items: readonly Item[], hue: string): readonly Item[] {
  const chosen: Item[] = [];
  for (const item of items) {
    const isOfOneKind = hueOf(item) === hue && chosen.every((other) => other.tags!.filter((tag) => item.tags!.includes(tag)).length === 1);
    if (isOfOneKind && chosen.length < 3) chosen.push(item);
  }
  return chosen;
}

/** The first 12 shops that sell three such. */
const seedsOf = (makeShop: typeof paintShop): readonly number[] =>
  Array.from({ length: 40 }, (_, at) => at + 1)
    .filter((seed) => threeOf(makeShop(120, seed), 'blue').length === 3)
    .slice(0, 12);

describe.each([
  ['paints of color-name-list', paintShop],
  ['generated items', plainShop],
])('three clicks on blue among 120 %s', (_name, makeShop) => {
  test.each(seedsOf(makeShop))('change the shelf visibly, say why, and leave nothing when forgotten (shop %d)', (seed) => {
    const items = makeShop(120, seed);
    const byId = new Map(items.map((item) => [item.id, item]));
    const candidates = candidatesOf(items);
    const who = shopper(candidates, `shopper-${seed}`);
    const chosen = threeOf(items, 'blue');
    for (const { id } of chosen) who.act('click', id);
    const ranked = rankCandidates(who.state, candidates);

    const isBlue = ({ id }: { readonly id: string }): boolean => hueOf(byId.get(id)!) === 'blue';
    const shop = items.map(({ id }) => id);
    expect(ranked.slice(0, 12).filter(({ id }, at) => id !== shop[at]).length).toBeGreaterThanOrEqual(8);
    expect(ranked.slice(0, 6).filter(isBlue).length).toBeGreaterThanOrEqual(5);
    expect(items.slice(0, 6).filter(isBlue).length).toBeLessThan(5);

    const leader = ranked.find((item) => isBlue(item) && item.reason !== undefined && !chosen.some(({ id }) => id === item.id))!;
    expect(leader.reason).toBe('because you looked at 3 blue ones');
    for (const [place, { shopPosition, reason }] of ranked.entries()) if (place >= shopPosition) expect(reason).toBeUndefined();
    expect(rungOf(who.state, candidates)).toBe('session');

    const forgotten = relearn(
      null,
      who.events.filter(({ examples }) => !examples.some(({ facets }) => facets?.includes('hue:blue'))),
    );
    expect(rankCandidates(forgotten, candidates).map(({ id }) => id)).toEqual(shop);
  });
});

test('one dismissal moves that card down', () => {
  const items = paintShop(120, 4);
  const candidates = candidatesOf(items);
  const who = shopper(candidates);
  who.act('dismiss', items[0]!.id);
  const place = rankCandidates(who.state, candidates).findIndex(({ id }) => id === items[0]!.id);
  expect(place).toBeGreaterThan(5);
});
