import { chromaWords, depthNames, type ChromaWord, type Depth } from '../data/families.js';
import { moodNames } from '../data/moods.js';
import type { Paint } from '../data/paints.js';
import { finishes, makers } from '../data/sample.js';
import { shelf } from './card.js';
import { html, type Html } from './html.js';

/** A list of paints as a shopper narrows it: facets, order and page come from the address, so every page can be cached. */

export const PAGE_SIZE = 48;

interface Facet {
  readonly key: string;
  readonly label: string;
  readonly values: readonly string[];
  readonly has: (paint: Paint, value: string) => boolean;
}

const facets: readonly Facet[] = [
  { key: 'depth', label: 'Depth', values: depthNames, has: (paint, value) => paint.group.depth === (value as Depth) },
  { key: 'chroma', label: 'Strength', values: chromaWords, has: (paint, value) => paint.chroma === (value as ChromaWord) },
  { key: 'mood', label: 'Mood', values: moodNames, has: (paint, value) => paint.moods.some((mood) => mood === value) },
  { key: 'finish', label: 'Finish', values: finishes, has: (paint, value) => paint.finish === value },
  { key: 'maker', label: 'Maker', values: makers, has: (paint, value) => paint.maker === value },
];

const orders: Readonly<Record<string, { readonly label: string; readonly compare: (one: Paint, other: Paint) => number }>> = {
  price: { label: 'Price, low to high', compare: (one, other) => one.price - other.price || one.number - other.number },
  '-price': { label: 'Price, high to low', compare: (one, other) => other.price - one.price || one.number - other.number },
  light: { label: 'Lightest first', compare: (one, other) => other.colour.lightness - one.colour.lightness },
  dark: { label: 'Darkest first', compare: (one, other) => one.colour.lightness - other.colour.lightness },
  name: { label: 'Name', compare: (one, other) => one.name.localeCompare(other.name, 'en') },
};

export interface Listing {
  readonly list: string;
  readonly name: string;
  readonly path: string;
  readonly paints: readonly Paint[];
  readonly params: URLSearchParams;
  readonly nothing: Html;
}

export function listing({ list, name, path, paints, params, nothing }: Listing): Html {
  const chosen = facets.filter((facet) => facet.values.includes(params.get(facet.key) ?? ''));
  const found = paints.filter((paint) => chosen.every((facet) => facet.has(paint, params.get(facet.key) ?? '')));
  const order = orders[params.get('sort') ?? ''];
  const sorted = order === undefined ? found : [...found].sort(order.compare);
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE_SIZE));
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(params.get('page'))) || 1));
  const shown = sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const hidden = ['q'].flatMap((key) =>
    params.get(key) === null ? [] : [html`<input type="hidden" name="${key}" value="${params.get(key)}" />`],
  );
  return html`<details class="fold">
      <summary>Narrow and order${chosen.length > 0 ? ` (${chosen.length})` : ''}</summary>
      <form class="facets" action="${path}" data-facets>
        ${hidden} ${facets.map((facet) => select(facet, params, paints))}
        <label class="field"
          ><span>Order</span
          ><select name="sort">
            <option value="">Our order</option>
            ${Object.entries(orders).map(([key, each]) => html`<option value="${key}" ${params.get('sort') === key ? html` selected` : ''}>${each.label}</option>`)}
          </select></label
        >
        <button class="button ghost" type="submit">Apply</button
        >${chosen.length > 0 || order !== undefined ? html` <a class="clear" href="${withParams(path, params, { depth: null, chroma: null, mood: null, finish: null, maker: null, sort: null, page: null })}">Clear all</a>` : ''}
      </form>
    </details>
    <div class="list-head">
      <p class="count" role="status">
        ${found.length === 0 ? 'Nothing' : found.length}
        ${found.length === 1 ? 'colour' : found.length === 0 ? 'matches' : 'colours'}${order === undefined ? '' : html`, ${order.label.toLowerCase()}`}${pages > 1 ? html` · page ${page} of ${pages}` : ''}
      </p>
      <div class="chip-place" data-homebody-chip="${list}"></div>
    </div>
    ${shown.length === 0 ? html`<div class="nothing">${nothing}</div>` : shelf({ list, name, paints: shown, shown: PAGE_SIZE, isSorted: order !== undefined })}
    ${pages > 1 ? pager(path, params, page, pages) : ''}`;
}

function select(facet: Facet, params: URLSearchParams, paints: readonly Paint[]): Html {
  const current = params.get(facet.key);
  const options = facet.values
    .map((value) => ({ value, count: paints.filter((paint) => facet.has(paint, value)).length }))
    .filter(({ count, value }) => count > 0 || value === current);
  return html`<label class="field"
    ><span>${facet.label}</span
    ><select name="${facet.key}">
      <option value="">Any</option>
      ${options.map(({ value, count }) => html`<option value="${value}" ${value === current ? html` selected` : ''}>${value} (${count})</option>`)}
    </select></label
  >`;
}

function pager(path: string, params: URLSearchParams, page: number, pages: number): Html {
  const near = Array.from({ length: pages }, (_, at) => at + 1).filter(
    (each) => each === 1 || each === pages || Math.abs(each - page) <= 1,
  );
  return html`<nav class="pager" aria-label="Pages">
    <ul>
      ${page > 1 ? html`<li><a rel="prev" href="${withParams(path, params, { page: String(page - 1) })}">Previous</a></li>` : ''}
      ${near.map(
        (each, at) =>
          html`${at > 0 && each - (near[at - 1] ?? each) > 1 ? html`<li aria-hidden="true" class="gap">…</li>` : ''}
            <li>
              <a href="${withParams(path, params, { page: String(each) })}" ${each === page ? html` aria-current="page"` : ''}>${each}</a>
            </li>`,
      )}
      ${page < pages ? html`<li><a rel="next" href="${withParams(path, params, { page: String(page + 1) })}">Next</a></li>` : ''}
    </ul>
  </nav>`;
}

function withParams(path: string, params: URLSearchParams, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams([...params].filter(([, value]) => value !== ''));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || (key === 'page' && value === '1')) next.delete(key);
    else next.set(key, value);
  }
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}
