/**
 * Inline script, placed behind the lists of a page: `<script data-site="…">…</script>`. Puts each list into the order of the last visit before
 * the first paint. Reads one key of localStorage, which exists only after consent; asks for nothing, and says nothing when it fails.
 */
import { cardsOf, idOfCard, reorder } from './page/cards.js';
import { byMirror } from './page/order-mirror.js';
import type { ShelfElement } from './page/shelf.js';

try {
  const orders = JSON.parse(localStorage.getItem(`homebody/${document.currentScript!.dataset['site']}/order`)!) as Record<string, string> | null;
  for (const container of document.querySelectorAll<ShelfElement>('[data-homebody-list]:not([data-homebody-sorted])')) {
    const order = orders?.[container.dataset['homebodyList']!];
    if (order && !container.homebodyShop) reorder(container, byMirror(order, (container.homebodyShop = cardsOf(container)), idOfCard));
  }
} catch {
  // Storage is blocked or holds what is not ours: the shop's order stands.
}
