// By path: the package exports the list as untyped JavaScript only
import colours from '../../../node_modules/color-name-list/dist/colornames.bestof.json' with { type: 'json' };
import type { EventType } from '../event.js';
import { encodeItem } from '../features/encode-item.js';
import { priceQuantiles } from '../features/price-quantiles.js';
import type { Item } from '../item.js';
import { lessonOf, type LessonContext } from '../learners/lesson.js';
import { learn } from '../profile/learn.js';
import type { StoredEvent } from '../profile/records.js';
import { countRecord, emptyState, type ProfileState } from '../profile/state.js';
import { seededRandom, type SeededRandom } from '../random.js';
import type { Candidate } from './candidate.js';
import { priorOf } from './score.js';

/** A made-up shop and shopper for tests: real colours with facets made from their numbers, everything else drawn by chance. */

const hues = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'] as const;
export type Hue = (typeof hues)[number] | 'grey';
const moods = ['calm', 'warm', 'fresh', 'bold', 'cosy', 'airy'];
const brands = ['Northwind', 'Fabrikam', 'Contoso', 'Tailspin', 'Litware'];
const lines = ['Walls', 'Wood', 'Metal', 'Ceilings'];

export const pick = <T>(random: SeededRandom, choices: readonly T[]): T => choices[Math.floor(random.nextUnit() * choices.length)]!;

export function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: random.nextUnit() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function facetsOf(hex: string): { hue: Hue; lightness: string } {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number];
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  const middle = (max + min) / 2;
  const lightness = middle < 0.33 ? 'deep' : middle < 0.66 ? 'medium' : 'pale';
  if (max - min < 0.08) return { hue: 'grey', lightness };
  const sector =
    max === red ? ((green - blue) / (max - min) + 6) % 6 : max === green ? (blue - red) / (max - min) + 2 : (red - green) / (max - min) + 4;
  const degrees = sector * 60;
  const bounds = [15, 45, 70, 160, 195, 255, 290, 345];
  const at = bounds.findIndex((bound) => degrees < bound);
  return { hue: at < 0 ? 'red' : hues[at]!, lightness };
}

/** `count` paints in a shop's order that has nothing to do with their hue. */
export function paintShop(count: number, seed: number): readonly Item[] {
  const random = seededRandom(seed);
  return shuffled(random, colours)
    .slice(0, count)
    .map(({ name, hex }) => {
      const { hue, lightness } = facetsOf(hex);
      return {
        id: hex.slice(1),
        name,
        brand: pick(random, brands),
        categories: [pick(random, lines)],
        price: Math.round(2_000 + random.nextUnit() * 6_000) / 100,
        tags: [`hue:${hue}`, `lightness:${lightness}`, `mood:${pick(random, moods)}`],
      };
    });
}

/** A shop of nothing but generated facets: no names, one hue in `hueCount` each. */
export function plainShop(count: number, seed: number, hueCount = 8): readonly Item[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => ({
    id: `item-${at}`,
    brand: pick(random, brands),
    categories: [pick(random, lines)],
    tags: [
      `hue:${hues[(hues.indexOf('blue') + Math.floor(random.nextUnit() * hueCount)) % hues.length]!}`,
      `lightness:${pick(random, ['deep', 'medium', 'pale'])}`,
    ],
  }));
}

export const hueOf = (item: Item): string => item.tags!.find((tag) => tag.startsWith('hue:'))!.slice(4);

export function candidatesOf(items: readonly Item[], tasteOf: (item: Item) => number = () => 0): readonly Candidate[] {
  const quantiles = priceQuantiles(items);
  return items.map((item, shopPosition) => ({
    item,
    encoded: encodeItem(item, quantiles.get(item.id)),
    shopPosition,
    taste: tasteOf(item),
    vector: null,
  }));
}

export interface Shopper {
  readonly state: ProfileState;
  readonly events: StoredEvent[];
  act(type: EventType, id: string, atMs?: number): void;
}

/** Learns live on the reference kernels, one event at a time, having been shown the first 24. */
export function shopper(candidates: readonly Candidate[], name = 'shopper', isShown = true): Shopper {
  const state = emptyState();
  const events: StoredEvent[] = [];
  const byId = new Map(candidates.map((candidate) => [candidate.item.id, candidate]));
  const pool = [...byId.keys()];
  const context: LessonContext = {
    itemOf: (id) => {
      const candidate = byId.get(id);
      return candidate ? { ...candidate, prior: priorOf(candidate.shopPosition, candidate.taste) } : null;
    },
    shownIn: () => (isShown ? pool.slice(0, 24) : []),
    pool,
    isLiked: (id) => ((state.tally.marks.get(id) ?? 0) & 1) === 1,
  };
  return {
    state,
    events,
    act(type, id, atMs = 1_700_000_000_000 + events.length * 60_000) {
      const { name: title } = byId.get(id)!.item;
      const queued = {
        id: `${name}-${events.length}`,
        atMs,
        event: { type, source: 'ga4', items: [{ id, ...(title !== undefined && { name: title }) }], list: { id: 'home' } },
      } as const;
      const stored = { queued, examples: lessonOf(queued, context) };
      learn(state, [stored]);
      countRecord(state, { position: state.logPosition + 1, atMs, events: [stored], modelVersion: 0 });
      events.push(stored);
    },
  };
}
