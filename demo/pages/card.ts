import type { Paint } from '../data/paints.js';
import { html, type Html } from './html.js';
import { pounds } from './money.js';

/**
 * One slot of a shelf. All slots are equal in size whatever they hold, so that a new order shifts nothing.
 * @param place  0-based place in the shop's order
 * @param shown  how many slots of the shelf are visible
 */
export function card(paint: Paint, place: number, shown: number): Html {
  return html`<li
    class="card"
    data-homebody-item="${paint.id}"
    data-homebody-name="${paint.name}"
    data-homebody-brand="${paint.maker}"
    data-homebody-category="${paint.group.name}"
    data-homebody-price="${paint.price}"
    data-hex="${paint.hex}"
    data-ink="${paint.ink}"
    style="--c:${paint.hex};--on:${paint.ink};--shop:${place}"
    ${place < shown ? html` data-shop-top` : ''}
  >
    <a href="/p/${paint.id}"
      ><span class="swatch"><span class="number">${paint.number}</span><span class="reason" data-homebody-why></span></span
      ><span class="label"
        ><span class="card-name">${paint.name}</span
        ><span class="card-meta"><span>${pounds(paint.price)}</span> <span class="finish">${paint.finish}</span></span></span
      ></a
    >
  </li>`;
}

export interface ShelfOptions {
  readonly list: string;
  readonly name: string;
  readonly paints: readonly Paint[];
  /** Slots on screen; the rest are candidates that wait. */
  readonly shown: number;
  /** An explicit order of the shopper's: ranking stays off. */
  readonly isSorted?: boolean;
  readonly isWallSource?: boolean;
}

export function shelf({ list, name, paints, shown, isSorted = false, isWallSource = false }: ShelfOptions): Html {
  return html`<ul
    class="shelf"
    data-homebody-list="${list}"
    data-list-name="${name}"
    data-shown="${shown}"
    ${isSorted ? html` data-homebody-sorted` : ''}${isWallSource ? html` data-wall-from` : ''}
  >
    ${paints.map((paint, place) => card(paint, place, shown))}
  </ul>`;
}
