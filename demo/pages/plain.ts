import { homeShelf } from '../data/shelves.js';
import { shelf } from './card.js';
import { html } from './html.js';
import { layout } from './layout.js';
import type { Site } from './site.js';
import { storedList } from './stored.js';

export function privacyPage(site: Site): string {
  return layout({
    site,
    kind: 'privacy',
    title: 'How this shop remembers you · Northlight',
    description: 'What is learned, where it stays, and what leaves.',
    main: html`<div class="wrap prose">
      <header class="page-head">
        <h1>How this shop remembers you</h1>
        <p>Two switches, both off until you turn them on. <button type="button" class="link" data-open-consent>Open them</button></p>
      </header>
      <h2>Until you say yes</h2>
      <p>
        Nothing is learned, stored or sent. You see the same page as everyone else, in the order we chose. If you say no, that is not stored
        either; we simply have no yes.
      </p>
      <h2>Arrange the shelf for me</h2>
      <p>
        Your browser notes which colours you open and buy, and learns from them in a background thread. The notes stay in this browser’s own
        storage for 90 days. They have no way out: no request we make has a field for them. You can read every one in the panel, take any
        single one back, pause, or erase it all.
      </p>
      <h2>Join the private crowd</h2>
      <p>
        Now and then your browser casts one vote for a group of colours. Before it leaves, the vote is scrambled by a coin with known odds,
        on your device: for any one vote, nobody, the shop included, can be sure that it was really yours. The panel prints the whole claim,
        and every byte that was sent. Browsers that send Global Privacy Control are never asked to vote.
      </p>
      <h2>What your browser holds, by name</h2>
      <p>But for the basket and a pretend order, all of it only after the first switch.</p>
      ${storedList()}
      <h2>What remains possible</h2>
      <p>Whoever serves a page’s code can change it. The code here is open, so what is served can be compared with it.</p>
      <p><a class="button" href="/">Back to the window</a></p>
    </div>`,
  });
}

export function notFoundPage(site: Site): string {
  return layout({
    site,
    kind: 'not-found',
    title: 'Not on the card · Northlight',
    description: 'This page does not exist.',
    main: html`<div class="wrap">
      <header class="page-head">
        <h1>Not on the card</h1>
        <p>This page was never mixed, or was painted over. These were.</p>
      </header>
      ${shelf({ list: 'not-found', name: 'Not found', paints: homeShelf.slice(0, 12), shown: 12 })}
      <p><a class="button" href="/">Back to the window</a></p>
    </div>`,
  });
}

export function offlinePage(site: Site): string {
  return layout({
    site,
    kind: 'offline',
    title: 'Offline · Northlight',
    description: 'No connection.',
    main: html`<div class="wrap narrow tall">
      <header class="page-head">
        <h1>No line to the shop</h1>
        <p>You are offline, and this page was not kept. The window was: it still opens, in your order, because that order was made here.</p>
      </header>
      <p><a class="button" href="/">Back to the window</a></p>
    </div>`,
  });
}

export function reactPage(site: Site): string {
  return layout({
    site,
    kind: 'react',
    title: 'The same shelf in React · Northlight',
    description: 'HomebodyProvider, useRanked, useTrack.',
    bundles: ['react'],
    main: html`<div class="wrap tall">
      <header class="page-head">
        <h1>The same shelf in React</h1>
        <p>One provider and two hooks. It shares the profile of the shop; hold a colour against the wall and the row follows.</p>
      </header>
      <div id="react-root"><p class="react-note">Loading the React shelf …</p></div>
    </div>`,
  });
}
