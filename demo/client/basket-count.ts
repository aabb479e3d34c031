import { readCart } from './cart-store.js';
import { find } from './dom.js';

export function showBasketCount(): void {
  const place = find('[data-basket-count]');
  if (place !== null) place.textContent = String(readCart().reduce((sum, { quantity }) => sum + quantity, 0));
}
