import { groups, type Group } from '../data/families.js';
import { paintsOfGroup } from '../data/paints.js';
import { html, trusted, type Html } from './html.js';

const STRIPES = 12;

/** A group as a fan deck: twelve of its colours from light to dark. */
export function deckStrip(group: Group): Html {
  const paints = paintsOfGroup.get(group.slug) ?? [];
  const stripes = Array.from({ length: STRIPES }, (_, at) => paints[Math.floor(((at + 0.5) * paints.length) / STRIPES)]?.hex ?? '#888');
  const stops = stripes.map((hex, at) => `${hex} ${pct(at)} ${pct(at + 1)}`).join(',');
  return html`<li>
    <a class="deck-strip" href="/c/${group.slug}"
      ><span class="deck-colours" style="background:linear-gradient(90deg,${trusted(stops)})"></span
      ><span class="deck-name">${group.name}</span><span class="deck-count">${paints.length}</span></a
    >
  </li>`;
}

const pct = (stripe: number): string => `${((stripe * 100) / STRIPES).toFixed(2)}%`;

export const deck = html`<ul class="deck">
  ${groups.map(deckStrip)}
</ul>`;
