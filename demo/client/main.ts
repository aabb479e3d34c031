import '../styles/shop.css';
import { showBasketCount } from './basket-count.js';
import { cartPage, checkoutPage, thanksPage } from './basket-pages.js';
import { offerConsent } from './consent.js';
import { pushEvent } from './data-layer.js';
import { all, find } from './dom.js';
import { homebody, type Client } from './homebody.js';
import { reportLists } from './lists.js';
import { productPage } from './product.js';
import { showRecent } from './recent.js';
import { dressShelf } from './shelf.js';
import { showTrending } from './trending.js';
import { paintRoom } from './wall.js';

/** The shop works alone; what Homebody adds comes last and may be absent. */

showBasketCount();
paintRoom();

const pages: Readonly<Record<string, () => void>> = { product: productPage, cart: cartPage, checkout: checkoutPage, thanks: thanksPage };
pages[document.body.dataset['page'] ?? '']?.();

const query = find('[data-search-query]')?.dataset['searchQuery'];
if (query !== undefined && query !== '') pushEvent('search', { search_term: query });

reportLists();

for (const form of all<HTMLFormElement>('[data-auto-submit]')) {
  form.addEventListener('change', () => {
    for (const field of all<HTMLSelectElement>('select', form)) field.disabled = field.value === '';
    form.requestSubmit();
  });
}

const client = homebody();
if (client !== null) {
  offerConsent(client);
  dressShelf(client);
  showShelves(client);
}

/** Again after each change of consent; a failure leaves the designed empty state. */
function showShelves(client: Client): void {
  let shown = false;
  const show = (): void => {
    const { personalise } = client.status().consent;
    if (personalise === shown) return;
    shown = personalise;
    if (personalise) void Promise.allSettled([showRecent(client), showTrending(client)]);
  };
  client.onStatus(show);
  show();
}
