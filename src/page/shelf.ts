import type { Item } from '../core/item.js';
import type { RankResult } from '../worker/api/worker-api.js';
import { cardsOf, idOfCard, reorder } from './cards.js';
import { createChip } from './chip.js';

/**
 * One list of the page. It follows the newest order, but never moves what the shopper looks at or has the focus in: then the
 * chip waits. The shop's own order is kept and comes back whenever ranking is off.
 */
export interface Shelf {
  readonly list: string;
  /** Ranks anew; facts of the items may have changed. */
  refresh(): void;
  /** @param isAsked  the shopper asked for it: it may change before their eyes */
  onResult(result: RankResult, isAsked: boolean): void;
  /** The list may have gone out of sight, or lost the focus. */
  readonly settle: () => void;
  /** The shop's own code changed children or `data-homebody-sorted`. */
  onMutation(): void;
  close(): void;
}

export interface ShelfParts {
  readonly container: ShelfElement;
  readonly list: string;
  readonly itemOf: (card: HTMLElement) => Item;
  readonly rank: (items: readonly Item[]) => Promise<RankResult>;
  /** Runs our own change of the DOM so that it is not taken for the shop's. */
  readonly quietly: (change: () => void) => void;
}

/** The inline snippet leaves the shop's order here. */
export interface ShelfElement extends HTMLElement {
  homebodyShop?: HTMLElement[];
}

/** Answers that say “not now” rather than “not at all”: what is shown stands. */
const passing = /^(deadline-exceeded|worker-died|internal)$/;

export function createShelf({ container, list, itemOf, rank, quietly }: ShelfParts): Shelf {
  let shown = cardsOf(container);
  let shop = container.homebodyShop ?? shown;
  let isSorted = false;
  let result: RankResult | undefined;
  let chip: HTMLButtonElement | undefined;

  /** The order that should be: the shop's unless there is a good answer. */
  const target = (): HTMLElement[] => {
    if (!result || isSorted || result.code) return result || isSorted ? shop : shown;
    const ranked = new Map(result.items.map(({ id }, place) => [id, place]));
    const places = new Map(shop.map((card) => [card, ranked.get(idOfCard(card)) ?? ranked.size]));
    return shop.toSorted((a, b) => places.get(a)! - places.get(b)!);
  };

  const apply = (isAsked: boolean): void => {
    const before = isAsked ? [] : shown;
    const order = target();
    quietly(() => {
      if (order.some((card, place) => card !== shown[place])) reorder(container, order);
      shown = order;
      explain(before);
      hideChip();
    });
  };

  const hideChip = (): void => {
    chip?.remove();
    chip = undefined;
  };

  /**
   * Each card that stands higher than the shop has it says why, also while a newer order waits.
   * @param before  cards that stand where they stood keep what they say: other words on the same card may take another line, which the
   *   browser counts as a layout shift
   */
  const explain = (before: readonly HTMLElement[]): void => {
    const reasons = new Map(isSorted || result?.code ? [] : result?.items.map(({ id, reason }) => [id, reason]));
    for (const [at, card] of shown.entries()) {
      const reason = (shop.indexOf(card) > at && reasons.get(idOfCard(card))) || '';
      const said = card.dataset['homebodyReason'] ?? '';
      if (said === reason || (said && reason && card === before[at])) continue;
      if (reason) card.dataset['homebodyReason'] = reason;
      else delete card.dataset['homebodyReason'];
      const place = card.querySelector('[data-homebody-why]');
      if (place) place.textContent = reason;
    }
  };

  const update = (isAsked: boolean): void => {
    const order = target();
    const moving = shown.filter((card, place) => card !== order[place]);
    const active = document.activeElement;
    const hasFocus = active !== container && container.contains(active);
    if (isAsked || !moving.some((card) => hasFocus || isSeen(card))) apply(isAsked);
    else if (result?.code) hideChip(); // nothing to offer: the shop's order comes back at the next view
    else
      quietly(() => {
        explain(shown);
        chip ??= createChip(container, list, () => apply(true));
      });
  };

  const onResult = (newest: RankResult, isAsked: boolean): void => {
    if (passing.test(newest.code ?? '')) return;
    result = newest;
    update(isAsked);
  };

  const refresh = (): void => {
    // A good answer comes by subscription too; here only what says that there will be none.
    void rank(shop.map(itemOf)).then((answer) => answer.code && onResult(answer, false));
  };

  const onMutation = (): void => {
    const now = cardsOf(container);
    const wasSorted = isSorted;
    isSorted = container.hasAttribute('data-homebody-sorted');
    if (now.length === shown.length && now.every((card, place) => card === shown[place])) {
      // The shopper asked for it, with the shop's own control.
      if (isSorted !== wasSorted) update(true);
      return;
    }
    // “Show more” adds to the shop's order; anything else is its new order.
    const isGrown = shown.every((card, place) => card === now[place]);
    shop = isGrown ? [...shop, ...now.slice(shown.length)] : now;
    shown = now;
    if (isSorted) apply(true);
    else refresh();
  };

  isSorted = container.hasAttribute('data-homebody-sorted');
  return { list, refresh, onResult, settle: () => update(false), onMutation, close: hideChip };
}

/** Is any of it in the window, and drawn? */
function isSeen(card: HTMLElement): boolean {
  const { top, bottom, left, right } = card.getBoundingClientRect();
  return bottom > Math.max(top, 0) && right > Math.max(left, 0) && top < innerHeight && left < innerWidth;
}
