import { all } from '../client/dom.js';
import { shopPlace } from '../client/lists.js';

/** The ranked list of this page that a person looks at, as its cards stand now. */

export interface ShelfCard {
  readonly id: string;
  readonly name: string;
  readonly hex: string;
  /** 0-based. */
  readonly shopPlace: number;
}

export interface PageShelf {
  readonly list: string;
  readonly title: string;
  readonly element: HTMLElement;
  readonly cards: () => readonly ShelfCard[];
}

export function pageShelf(): PageShelf | null {
  const element = all('[data-homebody-list]:not([data-homebody-sorted])')[0];
  if (element === undefined) return null;
  const shown = Number(element.dataset['shown']);
  return {
    list: element.dataset['homebodyList'] ?? '',
    title: element.dataset['listName'] ?? '',
    element,
    cards: () =>
      all('[data-homebody-item]', element)
        .slice(0, Math.min(24, shown))
        .map((card) => ({
          id: card.dataset['homebodyItem'] ?? '',
          name: card.dataset['homebodyName'] ?? '',
          hex: card.dataset['hex'] ?? '',
          shopPlace: shopPlace(card),
        })),
  };
}

export interface HomeItem {
  readonly id: string;
  readonly name: string;
  readonly hex: string;
  readonly cell: string;
}

/** The home shelf in the shop's order; the same small file for everyone. */
export async function homeShelf(): Promise<readonly HomeItem[]> {
  const response = await fetch('/shelf/home.json');
  if (!response.ok) throw new Error(`the shop did not answer (${response.status})`);
  return (await response.json()) as readonly HomeItem[]; // written by our own server
}
