import { groups } from '../data/families.js';
import { paints, paintsOfGroup } from '../data/paints.js';
import { homeShelf } from '../data/shelves.js';
import { shelf } from './card.js';
import { deck } from './deck.js';
import { html, inlineScript, dataScript } from './html.js';
import { wallScript } from './inline.js';
import { layout } from './layout.js';
import { room } from './room.js';
import type { Site } from './site.js';

const SHOWN = 24;

/** Five colours of each group, so that a published taste can be drawn without asking the server for anything. */
const swatchesOfGroups = Object.fromEntries(
  groups.map((group) => {
    const all = paintsOfGroup.get(group.slug) ?? [];
    return [
      group.name,
      { slug: group.slug, hexes: [0.1, 0.3, 0.5, 0.7, 0.9].map((at) => all[Math.floor(at * all.length)]?.hex ?? '#888888') },
    ];
  }),
);

export function homePage(site: Site): string {
  return layout({
    site,
    kind: 'home',
    title: 'Northlight, a paint house',
    description: `${paints.length} colours, each its own true picture. You need about three.`,
    main: html`<section class="hero" aria-labelledby="hero-title">
        <div class="hero-words">
          <h1 id="hero-title">${paints.length.toLocaleString('en-GB')} colours.<br />You need about three.</h1>
          <p>Mixed to be seen in honest light: from the north, on a wall, at the hour you are home.</p>
          <p class="hero-caption">On the wall: <a data-wall-name href="/p/${homeShelf[0]?.id}">${homeShelf[0]?.name}</a></p>
        </div>
        ${room}
      </section>
      <div class="wrap">
        <section class="block" aria-labelledby="window-title">
          <div class="block-head">
            <div>
              <h2 id="window-title">In the window</h2>
              <p class="block-note" data-shelf-note aria-live="polite">In the shop’s own order.</p>
            </div>
            <div class="chip-place" data-homebody-chip="home"></div>
            <div class="compare" role="group" aria-label="Which order to show" data-compare>
              <button type="button" data-order="yours" aria-pressed="true" disabled>Yours</button
              ><button type="button" data-order="shop" aria-pressed="false" disabled>The shop’s order</button>
            </div>
          </div>
          ${shelf({ list: 'home', name: 'In the window', paints: homeShelf, shown: SHOWN, isWallSource: true })}
          ${site.snippet === '' ? '' : inlineScript(site.snippet, site.name)} ${inlineScript(wallScript)}
        </section>
        <div class="pair">
          <section class="block" aria-labelledby="recent-title">
            <h2 id="recent-title">Recently viewed</h2>
            <div class="quiet" data-recent>
              <p class="quiet-text">
                Colours you open will wait here. The list lives in this browser and is empty until you allow it to exist.
              </p>
            </div>
          </section>
          <section class="block" aria-labelledby="trend-title">
            <h2 id="trend-title">What people lean to</h2>
            <div class="quiet" data-trending>
              <p class="quiet-text">
                No round has finished yet. When enough shoppers have cast a masked vote, their common taste shows here, and nobody’s own.
              </p>
            </div>
          </section>
        </div>
        <section class="block" aria-labelledby="deck-title">
          <div class="block-head">
            <div>
              <h2 id="deck-title">The deck</h2>
              <p class="block-note">Thirty-one groups, light to dark.</p>
            </div>
          </div>
          ${deck}
        </section>
      </div>
      ${dataScript('groups', swatchesOfGroups)}`,
  });
}
