import { html } from './html.js';
import { layout } from './layout.js';
import type { Site } from './site.js';

/** The basket lives in the browser, so these pages are the same for everyone and filled in there. */

export function cartPage(site: Site): string {
  return layout({
    site,
    kind: 'cart',
    title: 'Basket · Northlight',
    description: 'Your basket.',
    main: html`<div class="wrap narrow tall">
      <header class="page-head"><h1>Basket</h1></header>
      <div data-cart>
        <div class="nothing" data-cart-empty>
          <p>Nothing in it yet. A sample pot is a cheap way to be sure.</p>
          <p><a class="button" href="/">Back to the window</a></p>
        </div>
      </div>
    </div>`,
  });
}

export function checkoutPage(site: Site): string {
  return layout({
    site,
    kind: 'checkout',
    title: 'Checkout · Northlight',
    description: 'Pretend to pay.',
    main: html`<div class="wrap narrow tall">
      <header class="page-head">
        <h1>Checkout</h1>
        <p>A demonstration: no money, no address, no account.</p>
      </header>
      <div data-checkout>
        <div class="nothing">
          <p>There is nothing to pay for.</p>
          <p><a class="button" href="/">Back to the window</a></p>
        </div>
      </div>
    </div>`,
  });
}

export function thanksPage(site: Site): string {
  return layout({
    site,
    kind: 'thanks',
    title: 'Thank you · Northlight',
    description: 'Order placed.',
    main: html`<div class="wrap narrow tall">
      <header class="page-head">
        <h1>It would be on its way</h1>
        <p>Nothing was bought, nobody was charged, and no parcel exists. Everything else worked as it would.</p>
      </header>
      <div data-thanks class="order-strip"></div>
      <p><a class="button" href="/">Back to the window</a></p>
    </div>`,
  });
}
