/**
 * Inline script, placed behind the lists of a page: `<script data-site="…">…</script>`. Puts each list into the order of the last visit before
 * the first paint. Reads one key of localStorage, which exists only after consent; asks for nothing, and says nothing when it fails.
 */
import { cardsOf, idOfCard, reorder } from './page/cards.js';
import { byMirror } from './page/order-mirror.js';
import type { ShelfElement } from './page/shelf.js';

try {
  const orders = JSON.parse(localStorage[`homebody/${document.currentScript!.dataset['site']}/order`] as string) as Record<string, string>; // nothing there: throws
  for (const container of document.querySelectorAll<ShelfElement>('[data-homebody-list]:not([data-homebody-sorted])')) {
    const order = orders[container.dataset['homebodyList']!];
    if (order) reorder(container, byMirror(order, (container.homebodyShop ??= cardsOf(container)), idOfCard));
  }
} catch {
  // Nothing is stored, or what is not ours, or storage is blocked: the shop's order stands.
}
