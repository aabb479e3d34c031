import { html, type Html } from './html.js';

/** Everything that a browser can hold of this shop, by the name under which its developer tools show it. */

interface Stored {
  readonly name: string;
  readonly what: string;
}

interface Place {
  readonly title: string;
  readonly entries: readonly Stored[];
}

const places: readonly Place[] = [
  {
    title: 'Local storage',
    entries: [
      { name: 'homebody/demo/consent', what: 'Which of the two switches are on. A “no” is not stored; it removes this.' },
      {
        name: 'homebody/demo/order',
        what: 'The last order of each shelf, as short hashes, so that it is there before the page is painted.',
      },
      {
        name: 'homebody/demo/coin',
        what: 'A random number, only while we show this to a share of visitors, so that you stay on one side.',
      },
      { name: 'northlight/cart', what: 'Your basket, once you put something in it, whatever the switches say.' },
    ],
  },
  {
    title: 'Session storage, gone with the tab',
    entries: [
      {
        name: 'homebody/demo/queue',
        what: 'The last things you did on the page before, from the moment you leave it until they are learned; at most 100.',
      },
      { name: 'northlight/panel', what: 'That the panel stands open, with the first switch on.' },
      { name: 'northlight/order', what: 'Your pretend order, from the checkout to the thank-you page.' },
    ],
  },
  {
    title: 'Databases (IndexedDB)',
    entries: [
      {
        name: 'homebody/demo',
        what: 'What you opened and bought, what was learned from it, and our catalogue. Turning the first switch off stops it; “Erase everything” in the panel deletes it.',
      },
      {
        name: 'homebody-ledger',
        what: 'Which votes were cast and when. It stays after an erase, without what you voted, so that erasing cannot buy more votes than promised.',
      },
    ],
  },
  {
    title: 'A service worker and its cache',
    entries: [
      {
        name: 'northlight/pages',
        what: 'The window, the shop’s files and the page you see offline, with the first switch on. Removed with it. Which other pages you opened is not in it.',
      },
    ],
  },
  { title: 'Cookies', entries: [] },
];

export function storedList(): Html {
  return html`<div class="stored">
    ${places.map(
      ({ title, entries }) =>
        html`<h3>${title}</h3>
          ${
            entries.length === 0
              ? html`<p>None.</p>`
              : html`<dl>
                  ${entries.map(
                    ({ name, what }) =>
                      html`<div>
                        <dt><code>${name}</code></dt>
                        <dd>${what}</dd>
                      </div>`,
                  )}
                </dl>`
          }`,
    )}
  </div>`;
}
