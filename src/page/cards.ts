import type { EventItem } from '../core/event.js';
import { moneyOf } from '../core/features/money.js';
import type { Item } from '../core/item.js';

/** Cards of a list in the shop's HTML: `[data-homebody-item]` children of a `[data-homebody-list]`. */

export function cardsOf(container: Element): HTMLElement[] {
  return [...container.children].filter(idOfCard) as HTMLElement[]; // only HTML elements have a dataset
}

/** Empty for what is no card. */
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
  container.append(...[...container.childNodes].map((node) => (idOfCard(node) ? order[next++]! : node)));
}

/**
 * What the page says of an item: attributes of its card (`data-name`, `data-brand`, `data-category` split on `>`, `data-price`
 * as shops write prices, `data-tags` split on `,`), over the JSON object in `data-homebody-facts`, over what a GA4 event said.
 */
export function itemOfCard(card: HTMLElement, told: EventItem | undefined): Item {
  const { homebodyFacts, name, brand, category, price, tags } = card.dataset;
  const amount = price && moneyOf(price)?.amount;
  let facts: Partial<Item> = {};
  try {
    facts = JSON.parse(homebodyFacts ?? '{}') as Partial<Item>; // the worker checks types
  } catch {
    // The card's other attributes still count.
  }
  return {
    ...told,
    ...facts,
    id: idOfCard(card),
    ...(name && { name }),
    ...(brand && { brand }),
    ...(category && { categories: split(category, '>') }),
    ...(typeof amount === 'number' && { price: amount }),
    ...(tags && { tags: split(tags, ',') }),
  };
}

function split(text: string, separator: string): string[] {
  return text.split(separator).map((part) => part.trim());
}
