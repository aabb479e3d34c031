import { distance, oklch } from '../data/colour.js';
import { hueTitle } from '../data/families.js';
import { paints, type Paint } from '../data/paints.js';
import { html } from './html.js';
import { layout } from './layout.js';
import { listing } from './listing.js';
import type { Site } from './site.js';

const NEAREST = 48;

const textOf = new Map(
  paints.map((paint) => [
    paint.id,
    `${paint.name} ${paint.group.name} ${hueTitle(paint.group.hue)} ${paint.group.hue} ${paint.chroma} ${paint.moods.join(' ')} ${paint.finish} ${paint.maker}`.toLowerCase(),
  ]),
);

/** Words must all occur; a name that starts with the first word comes first. A hex colour finds what looks nearest. */
export function findPaints(query: string): readonly Paint[] {
  const text = query.trim().toLowerCase();
  if (text === '') return [];
  if (/^#?[0-9a-f]{6}$/.test(text)) {
    const wanted = oklch(text);
    return [...paints].sort((one, other) => distance(one.colour, wanted) - distance(other.colour, wanted)).slice(0, NEAREST);
  }
  const words = text.split(/\s+/);
  const found = paints.filter((paint) => words.every((word) => textOf.get(paint.id)?.includes(word) === true));
  const rank = (paint: Paint): number => (paint.name.toLowerCase().startsWith(text) ? 0 : paint.name.toLowerCase().includes(text) ? 1 : 2);
  return [...found].sort((one, other) => rank(one) - rank(other));
}

export function searchPage(site: Site, params: URLSearchParams): string {
  const query = (params.get('q') ?? '').slice(0, 80);
  const found = findPaints(query);
  return layout({
    site,
    kind: 'search',
    query,
    title: query === '' ? 'Search · Northlight' : `${query} · Northlight`,
    description: 'Search the card by name, mood, maker or hex.',
    main: html`<div class="wrap" data-search-query="${query}">
      <header class="page-head">
        <h1>${query === '' ? 'Search the card' : html`“${query}”`}</h1>
        <p>By name, mood, maker, finish, or the hex of something you already own.</p>
      </header>
      ${
        query === ''
          ? suggestions
          : listing({
              list: 'search',
              name: 'Search results',
              path: '/search',
              paints: found,
              params,
              nothing: html`<p>Not on the card. We have named ${paints.length.toLocaleString('en-GB')} colours and still not that one.</p>
                ${suggestions}`,
            })
      }
    </div>`,
  });
}

const suggestions = html`<ul class="suggest">
  ${['mist', 'ember', 'forest', 'midnight', 'linen', 'limewash', '#7a8b99'].map((word) => html`<li><a href="/search?q=${encodeURIComponent(word)}">${word}</a></li>`)}
</ul>`;
