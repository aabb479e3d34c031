import { describe, expect, test } from 'vitest';
import { SdkError } from '../errors.js';
import { emptyState } from '../profile/state.js';
import type { Candidate } from './candidate.js';
import { beliefsOf } from './beliefs.js';
import { candidatesOf, hueOf, paintShop, shopper } from './paint-shop.contract.js';
import { rankCandidates } from './rank.js';
import { crowdTrustOf, priorOf } from './score.js';
import { timelineOf } from './timeline.js';
import { whyItem } from './why.js';

const items = paintShop(120, 5);
/** Of length about 1, as the catalogue has them; says nothing of hue. */
const vectorOf = (at: number): Float32Array => Float32Array.from({ length: 16 }, (_, each) => Math.sin(at * 16 + each) / Math.sqrt(8));
const candidates: readonly Candidate[] = candidatesOf(items, ({ categories }) => (categories![0] === 'Walls' ? 0.1 : -0.05)).map(
  (candidate, at) => ({ ...candidate, vector: vectorOf(at) }),
);
const who = shopper(candidates);
const blues = items.filter((item) => hueOf(item) === 'blue');
for (const { id } of blues.slice(0, 3)) who.act('click', id);
who.act('add_to_cart', blues[0]!.id);
who.act('dismiss', items.find((item) => hueOf(item) === 'pink')!.id);

/** The candidate as if it had never had this part. */
function without(candidate: Candidate, key: string): Candidate {
  if (key === 'factors') return { ...candidate, vector: null };
  if (key === 'prior:taste') return { ...candidate, taste: 0 };
  if (key === 'prior:position')
    return { ...candidate, taste: candidate.taste - priorOf(candidate.shopPosition, 0) / crowdTrustOf(who.state) };
  const { encoded } = candidate;
  const values = encoded.values.map((value, at) => (`linear:${encoded.facets[at]}` === key ? 0 : value));
  return { ...candidate, encoded: { ...encoded, values } };
}

describe('whyItem', () => {
  test('gives parts that add up to the score, at the place of the ranking, for every item', () => {
    const ranked = rankCandidates(who.state, candidates);
    for (const [place, { id, score }] of ranked.entries()) {
      const why = whyItem(who.state, candidates, id);
      expect(why).toMatchObject({ id, score, place: place + 1 });
      expect(Math.abs(why.parts.reduce((sum, { value }) => sum + value, 0) - score)).toBeLessThan(1e-6);
      expect(new Set(why.parts.map(({ key }) => key)).size).toBe(why.parts.length);
    }
  });

  test('says in words what each part is', () => {
    const { parts } = whyItem(who.state, candidates, blues[4]!.id);
    const labels = Object.fromEntries(parts.map(({ key, label }) => [key, label]));
    expect(labels['linear:hue:blue']).toBe('blue (you looked at 3)');
    expect(labels['factors']).toBe('resembles what you liked');
    expect(labels['prior:position']).toBe('the shop’s own order');
    expect(labels['prior:taste']).toBe('what many shoppers like');
    expect(parts.at(-1)!.key).toBe('prior:position');
  });

  test('tells the place a card takes when it really lacks the part', () => {
    for (const { id } of rankCandidates(who.state, candidates).slice(0, 12)) {
      const { parts } = whyItem(who.state, candidates, id);
      expect(parts.length).toBeGreaterThan(5);
      for (const { key, placeWithout } of parts) {
        const changed = candidates.map((candidate) => (candidate.item.id === id ? without(candidate, key) : candidate));
        expect(placeWithout).toBe(1 + rankCandidates(who.state, changed).findIndex((item) => item.id === id));
      }
    }
  });

  test('lets cards that blue brought up fall back without it, some of them far', () => {
    const falls = rankCandidates(who.state, candidates)
      .slice(0, 12)
      .map(({ id }) => whyItem(who.state, candidates, id))
      .flatMap(({ place, parts }) => parts.filter(({ key }) => key === 'linear:hue:blue').map(({ placeWithout }) => placeWithout - place));
    expect(falls.length).toBeGreaterThan(3);
    expect(Math.max(...falls)).toBeGreaterThan(10);
  });

  test('of a profile without events knows the shop’s order only', () => {
    expect(whyItem(emptyState(), candidatesOf(items), items[4]!.id)).toMatchObject({
      place: 5,
      parts: [{ key: 'prior:position', placeWithout: 2 }],
    });
    expect(whyItem(emptyState(), candidatesOf(items), items[0]!.id).parts).toEqual([]);
  });

  test('refuses an item that is not in the list', () => {
    expect(() => whyItem(who.state, candidates, 'nowhere')).toThrow(SdkError);
  });
});

describe('beliefsOf', () => {
  const nowMs = who.events.at(-1)!.queued.atMs;

  test('lists what the shopper acted on, strongest first, with events that speak for it', () => {
    const beliefs = beliefsOf(who.state, who.events, nowMs);
    expect(beliefs[0]).toMatchObject({ facet: 'hue:blue', label: 'blue', events: 4 });
    expect(beliefs[0]!.leaning).toBeGreaterThan(0.3);
    expect(beliefs[0]!.confidence).toBeCloseTo(3 / 6, 2); // one of them twice
    const pink = beliefs.find(({ facet }) => facet === 'hue:pink')!;
    expect(pink.leaning).toBeLessThan(0);
    expect(pink.events).toBe(1);
    expect(beliefs.some(({ facet }) => facet.startsWith('id:'))).toBe(false);
    for (const { leaning, confidence } of beliefs) expect(Math.abs(leaning) <= 1 && confidence > 0 && confidence < 1).toBe(true);
  });

  test('two events of one item make nobody surer than one, and a word of its name is no belief', () => {
    const once = who.events.slice(0, 1);
    const twice = [...once, { ...once[0]!, queued: { ...once[0]!.queued, id: 'again' } }];
    const [one, two] = [once, twice].map((events) => beliefsOf(who.state, events, once[0]!.queued.atMs));
    expect(two!.map(({ facet, confidence }) => [facet, confidence])).toEqual(one!.map(({ facet, confidence }) => [facet, confidence]));
    expect(two![0]).toMatchObject({ events: 2, confidence: 0.25 });
    expect(once[0]!.examples[0]!.facets!.some((facet) => facet.startsWith('text:'))).toBe(true);
    expect(two!.some(({ facet }) => facet.startsWith('text:'))).toBe(false);
  });

  test('loses confidence with time, not leaning', () => {
    const later = beliefsOf(who.state, who.events, nowMs + 60 * 86_400_000);
    expect(later[0]!.leaning).toBe(beliefsOf(who.state, who.events, nowMs)[0]!.leaning);
    expect(later[0]!.confidence).toBeCloseTo(0.75 / (0.75 + 3), 2);
  });

  test('is empty for an empty profile', () => {
    expect(beliefsOf(emptyState(), [], 0)).toEqual([]);
  });
});

test('the timeline tells every event in words, newest first', () => {
  const timeline = timelineOf(who.events);
  expect(timeline.map(({ type }) => type)).toEqual(['dismiss', 'add_to_cart', 'click', 'click', 'click']);
  expect(timeline[1]).toEqual({
    eventId: 'shopper-3',
    atMs: who.events[3]!.queued.atMs,
    type: 'add_to_cart',
    itemIds: [blues[0]!.id],
    label: `Put in the cart: ${blues[0]!.name}`,
  });
  const bought = {
    queued: { id: 'b', atMs: 5, event: { type: 'purchase', source: 'ga4', items: [{ id: '1', name: 'Sea' }, { id: '2' }, { id: '3' }] } },
    examples: [],
  } as const;
  const search = { queued: { id: 's', atMs: 5, event: { type: 'search', source: 'ga4' } }, examples: [] } as const;
  expect(timelineOf([bought, search]).map(({ label }) => label)).toEqual(['Searched', 'Bought Sea and 2 more']);
});
