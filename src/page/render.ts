import { itemOfCard } from './cards.js';
import type { Client } from './client-types.js';
import type { Facts } from './facts.js';
import { createShelf, type Shelf, type ShelfElement } from './shelf.js';

/** Finds the lists of the page, also those that come later, and keeps each in the newest order. */
export interface Renderer {
  /** Until a second after `until` settles, new orders are what the shopper asked for: they apply at once. */
  expectChange(until: Promise<unknown>): void;
  close(): void;
}

const askedForMs = 1000;

/** Errors of ours inside browser callbacks go to `onThrown`. */
export function createRenderer(client: Pick<Client, 'rank' | 'subscribe'>, facts: Facts, onThrown: (thrown: unknown) => void): Renderer {
  const shelves = new Map<Element, Shelf>();
  let askedUntilMs = 0;

  const guarded =
    <Argument>(work: (argument: Argument) => void) =>
    (argument: Argument): void => {
      try {
        work(argument);
      } catch (thrown) {
        onThrown(thrown);
      }
    };

  const inView = new IntersectionObserver(
    guarded((entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting } of entries) if (!isIntersecting) shelves.get(target)?.settle();
    }),
  );

  const find = (): void => {
    for (const [container, shelf] of shelves) {
      if (container.isConnected && listOf(container) === shelf.list) continue;
      shelf.close();
      shelves.delete(container);
    }
    for (const container of document.querySelectorAll<ShelfElement>('[data-homebody-list]')) if (!shelves.has(container)) enter(container);
  };

  const enter = (container: ShelfElement): void => {
    const list = listOf(container);
    const shelf = createShelf({
      container,
      list,
      itemOf: (card) => itemOfCard(card, facts.get(card.dataset['homebodyItem']!)),
      rank: (items) => client.rank(list, items),
      quietly,
    });
    const leaving = new AbortController();
    const stop = client.subscribe(
      list,
      guarded((result) => shelf.onResult(result, performance.now() < askedUntilMs)),
    );
    shelves.set(container, {
      ...shelf,
      close() {
        stop();
        leaving.abort();
        inView.unobserve(container);
        shelf.close();
      },
    });
    inView.observe(container);
    // By the next turn the focus is where it goes.
    container.addEventListener('focusout', () => setTimeout(guarded(shelf.settle)), { signal: leaving.signal });
    shelf.refresh();
  };

  const onRecords = guarded((records: MutationRecord[]) => {
    for (const target of new Set(records.map((record) => record.target))) shelves.get(target as Element)?.onMutation();
    find();
  });
  const mutations = new MutationObserver(onRecords);
  const quietly = (change: () => void): void => {
    const before = mutations.takeRecords(); // the shop's, not ours
    change();
    mutations.takeRecords();
    if (before.length > 0) queueMicrotask(() => onRecords(before));
  };

  facts.onImpression = (list) => {
    for (const shelf of shelves.values()) if (shelf.list === list) shelf.refresh();
  };
  mutations.observe(document, { childList: true, subtree: true, attributeFilter: ['data-homebody-list', 'data-homebody-sorted'] });
  onRecords([]);

  return {
    expectChange(until) {
      askedUntilMs = Infinity;
      const settle = (): void => void (askedUntilMs = performance.now() + askedForMs);
      until.then(settle, settle);
    },
    close() {
      mutations.disconnect();
      inView.disconnect();
      for (const shelf of shelves.values()) shelf.close();
    },
  };
}

function listOf(container: Element): string {
  return (container as HTMLElement).dataset['homebodyList'] ?? '';
}
