import { groups, hueNames, hueTitle, type Group, type Hue } from '../data/families.js';
import { paints, type Paint } from '../data/paints.js';
import { deckStrip } from './deck.js';
import { html, type Html } from './html.js';
import { layout } from './layout.js';
import { listing } from './listing.js';
import type { Site } from './site.js';

interface Category {
  readonly title: string;
  readonly line: string;
  readonly paints: readonly Paint[];
  readonly below: readonly Group[];
  readonly above: Hue | null;
}

const lines: Readonly<Record<Hue, string>> = {
  red: 'For doors, dining rooms and people who have decided.',
  orange: 'Late sun, kept in a tin. Generous in small rooms.',
  yellow: 'The nearest thing to putting in another window.',
  green: 'Looks out even where the window does not.',
  teal: 'Neither blue nor green, and tired of being asked.',
  blue: 'North rooms turn blue colder. Choose one shade warmer than you think.',
  violet: 'Grey by day, and something else by lamplight.',
  pink: 'Flatters everyone at breakfast.',
  brown: 'Earth, bread, leather. The colours a house already has.',
  grey: 'There are no neutral greys. Hold two side by side and see.',
};

function categoryOf(slug: string): Category | null {
  if (slug === 'all')
    return {
      title: 'The whole card',
      line: `All ${paints.length.toLocaleString('en-GB')} of them, in thirty-one groups.`,
      paints,
      below: groups,
      above: null,
    };
  const group = groups.find((each) => each.slug === slug);
  if (group !== undefined) {
    return {
      title: group.name,
      line: lines[group.hue],
      paints: paints.filter((paint) => paint.group.slug === slug),
      below: [],
      above: group.hue,
    };
  }
  const hue = hueNames.find((each) => hueTitle(each).toLowerCase() === slug);
  if (hue === undefined) return null;
  return {
    title: hueTitle(hue),
    line: lines[hue],
    paints: paints.filter((paint) => paint.group.hue === hue),
    below: groups.filter((each) => each.hue === hue),
    above: null,
  };
}

/** @returns null where there is no such category */
export function categoryPage(site: Site, slug: string, params: URLSearchParams): string | null {
  const category = categoryOf(slug);
  if (category === null) return null;
  return layout({
    site,
    kind: 'category',
    title: `${category.title} · Northlight`,
    description: category.line,
    main: html`<div class="wrap">
      ${crumbs(category)}
      <header class="page-head">
        <h1>${category.title}</h1>
        <p>${category.line}</p>
      </header>
      ${
        category.below.length > 0
          ? html`<ul class="deck">
              ${category.below.map(deckStrip)}
            </ul>`
          : ''
      }
      ${listing({
        list: `category-${slug}`,
        name: category.title,
        path: `/c/${slug}`,
        paints: category.paints,
        params,
        nothing: html`<p>No ${category.title.toLowerCase()} like that on the card.</p>
          <p><a class="button" href="/c/${slug}">Show them all</a></p>`,
      })}
    </div>`,
  });
}

function crumbs(category: Category): Html {
  return html`<nav class="crumbs" aria-label="Where you are">
    <a href="/">Northlight</a>
    <span aria-hidden="true">/</span>
    ${category.above === null ? '' : html`<a href="/c/${hueTitle(category.above).toLowerCase()}">${hueTitle(category.above)}</a> <span aria-hidden="true">/</span> `}<span
      aria-current="page"
      >${category.title}</span
    >
  </nav>`;
}
