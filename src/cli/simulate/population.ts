import type { TasteCell } from '../../core/federated/round-policy.js';
import type { Item } from '../../core/item.js';
import type { StoredEvent } from '../../core/profile/records.js';
import type { SeededRandom } from '../../core/random.js';
import { dirichlet, normal, shuffle } from './distributions.js';

/**
 * Simulated shoppers. Taste θ ~ Dirichlet(α · π) over the cells, where π is the population's share, drawn without looking
 * at the shop's order. A shopper sees pages of random items; the item at 0-based place r is examined with probability
 * (1 + r)^−η and, if examined, clicked with probability a · θ(cell) / share(cell). With a = the smallest share that is
 * never above 1: a cut there would make large cells look better liked, and the control would show a gain.
 */
export interface PopulationOptions {
  /** α: large means that everybody is like the population, small that each likes few cells. */
  readonly alpha: number;
  /** π ∝ share · exp(strength · z), z standard normal; 0 is the control without a common taste. */
  readonly strength: number;
}

export const POSITION_ETA = 0.5;
export const PAGE_ITEMS = 24;
/** Each shopper looks at as many pages as make so many clicks on average, uniform from the first to the second. */
export const EXPECTED_CLICKS = [3, 17] as const;
/** The visits lie in the last days, evenly. */
export const VISIT_DAYS = 90;

export interface Shop {
  readonly items: readonly Item[];
  /** Item → cell. */
  readonly cellOf: Uint16Array;
  readonly cells: readonly TasteCell[];
}

/** Cells as shops have them: share of the j-th group ∝ (1 + j)^−1/2, the last one is “other”. */
export function typicalCells(count: number): readonly TasteCell[] {
  const weights = Array.from({ length: count }, (_, at) => (1 + at) ** -0.5);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, at) => ({ name: at === count - 1 ? 'other' : `group ${at + 1}`, share: weight / total }));
}

/** A catalogue with these shares, in an order that has nothing to do with them or with any taste. */
export function shopOf(cells: readonly TasteCell[], itemCount: number, random: SeededRandom): Shop {
  const cellOf: number[] = [];
  let passed = 0;
  cells.forEach(({ share }, cell) => {
    passed += share;
    while (cellOf.length < Math.round(passed * itemCount)) cellOf.push(cell);
  });
  shuffle(random, cellOf);
  const items = cellOf.map((cell, at): Item => ({ id: `item-${at}`, categories: [cells[cell]!.name] }));
  return { items, cellOf: Uint16Array.from(cellOf), cells };
}

/** π: [J], sums to 1. */
export function populationShare(cells: readonly TasteCell[], strength: number, random: SeededRandom): Float64Array {
  const weights = Float64Array.from(cells, ({ share }) => share * Math.exp(strength * normal(random)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** How likely an examined item of each cell is clicked, [J]. */
export function attractionOf(taste: ArrayLike<number>, cells: readonly TasteCell[]): Float64Array {
  const scale = smallestShare(cells);
  return Float64Array.from(cells, ({ share }, cell) => (share > 0 ? (scale * taste[cell]!) / share : 0));
}

/** a */
export function smallestShare(cells: readonly TasteCell[]): number {
  return cells.reduce((least, { share }) => (share > 0 ? Math.min(least, share) : least), 1);
}

const examined = Float64Array.from({ length: PAGE_ITEMS }, (_, place) => (1 + place) ** -POSITION_ETA);

/** What one shopper's device remembers after browsing: the examples of the clicks, as the log keeps them. */
export function browse(shop: Shop, taste: ArrayLike<number>, random: SeededRandom, nowMs: number): readonly StoredEvent[] {
  const attraction = attractionOf(taste, shop.cells);
  const [fewest, most] = EXPECTED_CLICKS;
  const clicksPerPage = smallestShare(shop.cells) * examined.reduce((sum, probability) => sum + probability, 0);
  const pages = Math.ceil((fewest + random.nextUnit() * (most - fewest)) / clicksPerPage);
  const events: StoredEvent[] = [];
  for (let page = 0; page < pages; page++) {
    for (let place = 0; place < PAGE_ITEMS; place++) {
      if (random.nextUnit() >= examined[place]!) continue;
      const row = Math.floor(random.nextUnit() * shop.items.length);
      if (random.nextUnit() < attraction[shop.cellOf[row]!]!)
        events.push(click(shop, row, nowMs - (page / pages) * VISIT_DAYS * 86_400_000));
    }
  }
  return events;
}

/** θ of one shopper, [J]. */
export function tasteOf(population: ArrayLike<number>, alpha: number, random: SeededRandom): Float64Array {
  return dirichlet(random, alpha, population);
}

const noIndices = new Uint32Array(0);
const noValues = new Float32Array(0);

function click({ items, cells, cellOf }: Shop, row: number, atMs: number): StoredEvent {
  const { id } = items[row]!;
  return {
    queued: { id: `${id}@${atMs}`, atMs, event: { type: 'click', source: 'homebody', items: [{ id }] } },
    examples: [
      {
        itemId: id,
        label: 1,
        sampleWeight: 1,
        indices: noIndices,
        values: noValues,
        facets: [`category:${cells[cellOf[row]!]!.name}`],
        vector: null,
        margin: 0,
      },
    ],
  };
}
