import { find } from './dom.js';
import { visibleCards } from './lists.js';

/** Keeps the room painted with the first six cards of the shelf, whoever reorders it and whichever order is shown. */
export function paintRoom(): void {
  const list = find('[data-wall-from]');
  if (list === null) return;
  const paint = (): void => {
    const cards = visibleCards(list).slice(0, 6);
    const { style } = document.documentElement;
    cards.forEach((card, at) => style.setProperty(`--wall-${at + 1}`, card.dataset['hex'] ?? ''));
    const first = cards[0];
    if (first === undefined) return;
    style.setProperty('--wall-ink', first.dataset['ink'] ?? '');
    const caption = find<HTMLAnchorElement>('[data-wall-name]');
    if (caption === null) return;
    caption.textContent = first.dataset['homebodyName'] ?? '';
    caption.href = `/p/${first.dataset['homebodyItem']}`;
  };
  paint();
  new MutationObserver(paint).observe(list, { childList: true, attributeFilter: ['data-compare'] });
}
