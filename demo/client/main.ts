import '../styles/shop.css';
import { showBasketCount } from './basket-count.js';
import { cartPage, checkoutPage, thanksPage } from './basket-pages.js';
import { offerConsent } from './consent.js';
import { pushEvent } from './data-layer.js';
import { all, find } from './dom.js';
import { withHomebody, type Client } from './homebody.js';
import { reportLists } from './lists.js';
import { keepPages } from './offline.js';
import { productPage } from './product.js';
import { showRecent } from './recent.js';
import { dressWindow } from './shelf.js';
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

// An address names only what was chosen.
for (const form of all<HTMLFormElement>('[data-facets]')) {
  form.addEventListener('formdata', (event) => {
    for (const [key, value] of Array.from(event.formData)) if (value === '') event.formData.delete(key);
  });
}

withHomebody((client) => {
  if (client === null) return;
  offerConsent(client);
  dressWindow(client);
  showShelves(client);
});

/** Again after each change of consent; a failure leaves the designed empty state. */
function showShelves(client: Client): void {
  let shown: boolean | null = null;
  const show = (): void => {
    const { personalise } = client.status().consent;
    if (personalise === shown) return;
    const isFirst = shown === null;
    shown = personalise;
    if (personalise) void Promise.allSettled([showRecent(client), showTrending(client), keepPages(true)]);
    else if (!isFirst) void Promise.allSettled([keepPages(false)]);
  };
  client.onStatus(show);
  show();
}
