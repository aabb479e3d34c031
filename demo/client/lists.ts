import { all } from './dom.js';
import { itemOf, pushEcommerce } from './data-layer.js';

/** Says which cards were seen, once a list comes into view, and which one was chosen. */
export function reportLists(): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        seen.unobserve(entry.target);
        const list = entry.target as HTMLElement; // only lists are observed
        pushEcommerce('view_item_list', { ...labelOf(list), items: visibleCards(list).map((card, index) => itemOf(card, index)) });
      }
    },
    { threshold: 0.05 },
  );
  for (const list of all('[data-homebody-list]')) {
    seen.observe(list);
    list.addEventListener('click', (event) => {
      const card = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-homebody-item]') : null;
      if (card === null) return;
      pushEcommerce('select_item', { ...labelOf(list), items: [itemOf(card, visibleCards(list).indexOf(card))] });
    });
  }
}

/** In the order on screen; while the shop's order is shown for comparison, that order. */
export function visibleCards(list: HTMLElement): readonly HTMLElement[] {
  const cards = all('[data-homebody-item]', list);
  if (list.dataset['compare'] === 'shop')
    return cards.filter((card) => 'shopTop' in card.dataset).sort((one, other) => shopPlace(one) - shopPlace(other));
  return cards.slice(0, Number(list.dataset['shown'] ?? cards.length));
}

/** 0-based place in the shop's order. */
export const shopPlace = (card: HTMLElement): number => Number(card.style.getPropertyValue('--shop'));

const labelOf = (list: HTMLElement): { readonly item_list_id: string; readonly item_list_name: string } => ({
  item_list_id: list.dataset['homebodyList'] ?? '',
  item_list_name: list.dataset['listName'] ?? '',
});
