import type { Item } from '../core/item.js';
import type { RankResult } from '../worker/api/worker-api.js';
import { cardsOf, idOfCard, reorder } from './cards.js';
import { createChip } from './chip.js';

/**
 * One list of the page. It follows the newest order, but never moves what the shopper looks at or has the focus in: then the
 * chip waits. The shop's own order is kept and comes back whenever ranking is off.
 */
export interface Shelf {
  /** Ranks anew; facts of the items may have changed. */
  refresh(): void;
  onResult(result: RankResult, isAsked: boolean): void;
  /** The shop or the shopper may have let it go out of sight. */
  settle(): void;
  /** The shop's own code changed children or `data-homebody-sorted`. */
  onMutation(): void;
  close(): void;
}

export interface ShelfParts {
  readonly container: ShelfElement;
  readonly list: string;
  itemOf(card: HTMLElement): Item;
  rank(items: readonly Item[]): Promise<RankResult>;
  /** Runs our own change of the DOM so that it is not taken for the shop's. */
  quietly(change: () => void): void;
}

/** The inline snippet leaves the shop's order here. */
export interface ShelfElement extends HTMLElement {
  homebodyShop?: HTMLElement[];
}

/** Answers that say “not now” rather than “not at all”: what is shown stands. */
const passing = ['deadline-exceeded', 'worker-died', 'aborted', 'internal'];

export function createShelf(parts: ShelfParts): Shelf {
  const { container, list } = parts;
  let shown = cardsOf(container);
  let shop = isSameSet(container.homebodyShop ?? [], shown) ? container.homebodyShop! : shown;
  let isSorted = container.hasAttribute('data-homebody-sorted');
  let result: RankResult | null = null;
  const chip = createChip(container, list, () => apply(target()));

  /** The order that should be: the shop's unless there is a good answer. */
  const target = (): HTMLElement[] => {
    if (result === null) return shown;
    if (isSorted || result.code !== undefined) return shop;
    const left = new Map(shop.toReversed().map((card) => [idOfCard(card), card]));
    const ranked = result.items.flatMap(({ id }) => {
      const card = left.get(id);
      left.delete(id);
      return card ?? [];
    });
    const taken = new Set(ranked);
    return [...ranked, ...shop.filter((card) => !taken.has(card))];
  };

  const apply = (order: HTMLElement[]): void => {
    const moved = order.filter((card, place) => card !== shown[place]).length;
    parts.quietly(() => {
      if (moved > 0) reorder(container, order);
      shown = order;
      explain();
      chip.hide();
    });
    if (moved > 0) container.dispatchEvent(new CustomEvent('homebody:applied', { bubbles: true, detail: { list, moved, rung: result?.rung, code: result?.code } }));
  };

  /** Each card that ranking moved up says why. */
  const explain = (): void => {
    const isRanked = !isSorted && result?.code === undefined;
    const reasons = new Map(isRanked ? result?.items.map((item) => [item.id, item.reason]) : []);
    for (const card of shown) {
      const reason = reasons.get(idOfCard(card));
      if (card.dataset['homebodyReason'] === reason) continue;
      if (reason === undefined) delete card.dataset['homebodyReason'];
      else card.dataset['homebodyReason'] = reason;
      const place = card.querySelector('[data-homebody-why]');
      if (place !== null) place.textContent = reason ?? '';
    }
  };

  const update = (isAsked: boolean): void => {
    const order = target();
    const active = document.activeElement;
    const hasFocus = active !== container && container.contains(active);
    const isWatched = hasFocus || order.some((card, place) => card !== shown[place] && isSeen(shown[place]!));
    if (isAsked || !isWatched) apply(order);
    else if (order.some((card, place) => card !== shown[place])) parts.quietly(() => chip.show());
    else apply(order);
  };

  const refresh = (): void => {
    parts.rank(shop.map(parts.itemOf)).then(
      (answer) => {
        // A good answer comes by subscription too; here only what says that there will be none.
        if (answer.code !== undefined && !passing.includes(answer.code)) onResult(answer, false);
      },
      () => undefined, // rank never rejects
    );
  };

  const onResult = (newest: RankResult, isAsked: boolean): void => {
    if (newest.code !== undefined && passing.includes(newest.code)) return;
    result = newest;
    update(isAsked);
  };

  return {
    refresh,
    onResult,
    settle: () => result !== null && update(false),
    onMutation() {
      const now = cardsOf(container);
      const wasSorted = isSorted;
      isSorted = container.hasAttribute('data-homebody-sorted');
      if (!isSameOrder(now, shown)) {
        // “Show more” adds to what the shop had; another order is the shop's new order.
        const kept = new Set(now);
        const old = new Set(shown);
        const isGrown = isSameOrder(
          now.filter((card) => old.has(card)),
          shown.filter((card) => kept.has(card)),
        );
        shop = isGrown && now.length !== shown.length ? [...shop.filter((card) => kept.has(card)), ...now.filter((card) => !old.has(card))] : now;
        shown = now;
        if (isSorted) apply(now);
        else refresh();
      } else if (isSorted !== wasSorted) update(true); // the shopper asked for it, with the shop's own control
    },
    close() {
      chip.hide();
    },
  };
}

/** Is any of it in the window, and drawn? */
function isSeen(card: HTMLElement): boolean {
  const { top, bottom, left, right, width, height } = card.getBoundingClientRect();
  return width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
}

function isSameOrder(a: readonly HTMLElement[], b: readonly HTMLElement[]): boolean {
  return a.length === b.length && a.every((card, place) => card === b[place]);
}

function isSameSet(a: readonly HTMLElement[], b: readonly HTMLElement[]): boolean {
  const set = new Set(a);
  return set.size === b.length && b.every((card) => set.has(card));
}
