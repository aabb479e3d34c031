import { hueNames, hueTitle } from '../data/families.js';
import { headScript, stubScript } from './inline.js';
import { html, inlineScript, type Html } from './html.js';
import type { Site } from './site.js';

export interface Page {
  readonly site: Site;
  readonly title: string;
  readonly description: string;
  /** Which module of the client bundle wakes up. */
  readonly kind:
    | 'home'
    | 'category'
    | 'search'
    | 'product'
    | 'cart'
    | 'checkout'
    | 'thanks'
    | 'privacy'
    | 'react'
    | 'not-found'
    | 'offline';
  readonly main: Html;
  /** Text of the search field. */
  readonly query?: string;
  readonly bundles?: readonly 'react'[];
}

const nav = [
  ['/c/all', 'The whole card'],
  ['/c/whites', 'Whites'],
  ...hueNames.toReversed().map((hue) => [`/c/${hueTitle(hue).toLowerCase()}`, hueTitle(hue)] as const),
] as const;

export function layout(page: Page): string {
  const { site } = page;
  return html`<!doctype html>
    <html lang="en" data-homebody-chip-text="Your order has changed. Show it">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <meta name="description" content="${page.description}" />
        <meta name="color-scheme" content="light dark" />
        <link
          rel="icon"
          href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%23777' d='M1 1h14v14H1z'/%3E%3Cpath fill='%23fff' d='M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3z'/%3E%3C/svg%3E"
        />
        <link rel="stylesheet" href="/assets/shop.css?v=${site.version}" />
        ${inlineScript(headScript)} ${inlineScript(stubScript)}
        <script
          async
          src="/homebody/homebody.iife.js"
          data-site="demo"
          data-endpoint="${site.endpointUrl}"
          data-catalogue="/catalogue/manifest.json"
        ></script>
        <script type="module" src="/assets/shop.js?v=${site.version}"></script>
        <script type="module" src="/assets/panel.js?v=${site.version}"></script>
        ${page.bundles?.includes('react') === true ? html`<script type="module" src="/assets/react.js?v=${site.version}"></script>` : ''}
      </head>
      <body data-page="${page.kind}">
        <a class="skip" href="#main">Skip to the colours</a>
        ${header(page.query ?? '')}
        <main id="main" tabindex="-1">${page.main}</main>
        ${footer}
        <div id="consent-root"></div>
        <div id="panel-root"></div>
      </body>
    </html>`.markup;
}

export const mark = html`<svg class="mark" viewBox="0 0 28 28" aria-hidden="true">
  <path class="mark-frame" d="M1 1h26v26H1z" />
  <path class="mark-pane" d="M4 4h9v9H4zM4 15h9v9H4zM15 15h9v9h-9z" />
  <path class="mark-lit" d="M15 4h9v9h-9z" />
</svg>`;

const header = (query: string): Html =>
  html`<header class="site-header">
    <div class="bar">
      <a class="brand" href="/">${mark}<span>Northlight</span></a>
      <form class="search" action="/search" role="search">
        <label class="visually-hidden" for="q">Search colours</label>
        <input
          id="q"
          name="q"
          type="search"
          placeholder="Try “mist”, “ember”, “olive”"
          value="${query}"
          autocomplete="off"
          enterkeyhint="search"
        />
        <button type="submit" aria-label="Search">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <circle cx="8.5" cy="8.5" r="5.5" />
            <path d="m13 13 5 5" />
          </svg>
        </button>
      </form>
      <a class="basket" href="/cart">Basket <span class="basket-count" data-basket-count>0</span></a>
    </div>
    <nav class="nav" aria-label="Colours">
      <ul>
        ${nav.map(([href, label]) => html`<li><a href="${href}">${label}</a></li>`)}
      </ul>
    </nav>
  </header>`;

const footer = html`<footer class="site-footer">
  <div class="footer-inner">
    <p class="footer-voice">Every room has a best hour.<br />We mix for it.</p>
    <ul>
      <li><a href="/about-privacy">How this shop remembers you</a></li>
      <li><button type="button" class="link" data-open-consent>Privacy choices</button></li>
      <li><a href="/react">The same shelf in React</a></li>
      <li><a href="/c/all">The whole card</a></li>
    </ul>
    <p class="small">
      A demonstration shop. Colours and names come from the MIT-licensed list <i>color-name-list</i>; makers, finishes, tins and prices are
      <strong>sample data</strong>, and nothing can be bought.
    </p>
  </div>
</footer>`;
