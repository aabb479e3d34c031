import type { EventItem } from '../core/event.js';
import type { Item } from '../core/item.js';

/** Cards of a list in the shop's HTML: `[data-homebody-item]` children of a `[data-homebody-list]`. */

export function cardsOf(container: Element): HTMLElement[] {
  return [...container.children].filter((child): child is HTMLElement => idOfCard(child) !== '');
}

export function idOfCard(node: Node): string {
  return (node as HTMLElement).dataset?.['homebodyItem'] ?? '';
}

/**
 * Puts the cards into `order`, each into a slot where a card was; all else (headings, white space between inline blocks)
 * keeps its place. Every node is inserted again, so the browser counts no layout shift.
 * @param order  the same cards that are there
 */
export function reorder(container: Element, order: readonly HTMLElement[]): void {
  let next = 0;
  container.append(...[...container.childNodes].map((node) => (idOfCard(node) === '' ? node : order[next++]!)));
}

/**
 * What the page says of an item: attributes of its card (`data-homebody-name`, `-brand`, `-category` split on `>`, `-price`,
 * `-tags` split on `,`, `-available`), over the JSON of `data-homebody-facts`, over what a GA4 event said.
 */
export function itemOfCard(card: HTMLElement, told: EventItem | undefined): Item {
  const { homebodyFacts, homebodyName, homebodyBrand, homebodyCategory, homebodyPrice, homebodyTags, homebodyAvailable } = card.dataset;
  return {
    ...told,
    ...parsed(homebodyFacts),
    id: idOfCard(card),
    ...(homebodyName && { name: homebodyName }),
    ...(homebodyBrand && { brand: homebodyBrand }),
    ...(homebodyCategory && { categories: split(homebodyCategory, '>') }),
    ...(homebodyPrice && Number.isFinite(Number(homebodyPrice)) && { price: Number(homebodyPrice) }),
    ...(homebodyTags && { tags: split(homebodyTags, ',') }),
    ...(homebodyAvailable && { available: homebodyAvailable !== 'false' }),
  };
}

function split(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parsed(json: string | undefined): Partial<Item> {
  try {
    return JSON.parse(json ?? '{}') as Partial<Item>; // the client picks known keys, the worker checks their types
  } catch {
    return {}; // the card's other attributes still count
  }
}
