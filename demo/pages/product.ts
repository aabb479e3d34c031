import { luminance } from '../data/colour.js';
import { hueTitle } from '../data/families.js';
import { paintOf, variantsOf, type Paint } from '../data/paints.js';
import { similarTo } from '../data/shelves.js';
import { shelf } from './card.js';
import { html } from './html.js';
import { layout } from './layout.js';
import { pounds } from './money.js';
import { room } from './room.js';
import type { Site } from './site.js';

const SIMILAR_SHOWN = 12;

/** @returns null where there is no such paint */
export function productPage(site: Site, id: string): string | null {
  const paint = paintOf.get(id);
  if (paint === undefined) return null;
  const similar = similarTo(paint);
  const palette = paletteOf(paint, similar);
  const walls = palette.map((hex, at) => `--wall-${at + 1}:${hex}`).join(';');
  const hue = hueTitle(paint.group.hue);
  return layout({
    site,
    kind: 'product',
    title: `${paint.name} · Northlight`,
    description: sentence(paint),
    main: html`<section class="hero product-hero" style="${walls};--wall-ink:${paint.ink}" aria-labelledby="paint-name">
        <div class="hero-words">
          <nav class="crumbs on-wall" aria-label="Where you are">
            <a href="/c/${hue.toLowerCase()}">${hue}</a> <span aria-hidden="true">/</span>
            <a href="/c/${paint.group.slug}">${paint.group.name}</a>
          </nav>
          <h1 id="paint-name">${paint.name}</h1>
          <p>No. ${paint.number} · ${paint.hex.toUpperCase()}</p>
        </div>
        ${room}
      </section>
      <div
        class="wrap product"
        data-product="${paint.id}"
        data-homebody-name="${paint.name}"
        data-homebody-brand="${paint.maker}"
        data-homebody-category="${paint.group.name}"
        data-hex="${paint.hex}"
        data-homebody-price="${paint.price}"
      >
        <div class="product-text">
          <p class="lead">${sentence(paint)}</p>
          <dl class="facts">
            <div>
              <dt>Maker</dt>
              <dd>${paint.maker}</dd>
            </div>
            <div>
              <dt>Finish</dt>
              <dd>${paint.finish}</dd>
            </div>
            <div>
              <dt>Light reflected</dt>
              <dd>${reflectance(paint)} %</dd>
            </div>
            <div>
              <dt>Strength</dt>
              <dd>${paint.chroma}</dd>
            </div>
            ${
              paint.moods.length > 0
                ? html`<div>
                    <dt>Mood</dt>
                    <dd>${paint.moods.join(', ')}</dd>
                  </div>`
                : ''
            }
          </dl>
          <p class="sample-note">Maker, finish and prices are sample data.</p>
        </div>
        <form class="buy" data-buy action="/cart">
          <fieldset>
            <legend>Tin</legend>
            ${variantsOf(paint).map(
              ({ sku, tin, price }, at) =>
                html`<label class="tin"
                  ><input
                    type="radio"
                    name="sku"
                    value="${sku}"
                    data-price="${price}"
                    data-tin="${tin.label}"
                    ${at === 1 ? html` checked` : ''}
                  /><span class="tin-name">${tin.label}</span><span class="tin-covers">${covers(tin.litres)}</span
                  ><span class="tin-price">${pounds(price)}</span></label
                >`,
            )}
          </fieldset>
          <div class="buy-row">
            <label class="field quantity"
              ><span>Tins</span><input type="number" name="quantity" min="1" max="20" value="1" inputmode="numeric" /></label
            ><button class="button" type="submit">Add to basket</button>
          </div>
          <p class="bought" data-bought role="status"></p>
        </form>
      </div>
      <div class="wrap">
        <section class="block" aria-labelledby="similar-title">
          <div class="block-head">
            <div>
              <h2 id="similar-title">Near it on the card</h2>
              <p class="block-note">By eye, not by name.</p>
            </div>
            <div class="chip-place" data-homebody-chip="similar"></div>
          </div>
          ${shelf({ list: 'similar', name: 'Near it on the card', paints: similar, shown: SIMILAR_SHOWN })}
        </section>
      </div>`,
  });
}

const covers = (litres: number): string => (litres < 0.5 ? 'one square metre' : `about ${Math.round(litres * 12)} m²`);

const reflectance = (paint: Paint): number => Math.round(100 * luminance(paint.hex));

const depthSays = {
  pale: 'Gives most of the light back',
  mid: 'Holds its own by day and by lamp',
  deep: 'Takes the corners away and keeps the evening',
} as const;
const chromaSays = {
  muted: 'close to grey, and better for it',
  soft: 'soft enough for four walls',
  clear: 'clear; try it on one wall first',
  vivid: 'vivid; a door may be enough',
} as const;

function sentence(paint: Paint): string {
  return `${depthSays[paint.group.depth]}: ${chromaSays[paint.chroma]}.`;
}

/** Wall first, then woodwork, picture and chair from what lies near it, light and dark, so the room holds together. */
function paletteOf(paint: Paint, similar: readonly Paint[]): readonly string[] {
  const lighter = [...similar].sort((one, other) => other.colour.lightness - one.colour.lightness);
  const pick = (at: number): string => lighter[Math.floor(at * (lighter.length - 1))]?.hex ?? paint.hex;
  return [paint.hex, pick(1), pick(0), pick(0.95), pick(0.5), pick(0.2)];
}
