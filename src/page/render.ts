import type { EventItem, NormalisedEvent } from '../core/event.js';
import type { Client } from './client-types.js';
import { itemOfCard } from './cards.js';
import { createShelf, type Shelf, type ShelfElement } from './shelf.js';

/** Finds the lists of the page, also those that come later, and keeps each in the newest order. */
export interface Renderer {
  /** Until a second after `until` settles, new orders are what the shopper asked for: they apply at once. */
  expectChange(until: Promise<unknown>): void;
  close(): void;
}

/** What GA4 events said of items, for cards that say little themselves. */
export interface Facts {
  learn(event: NormalisedEvent): void;
  get(id: string): EventItem | undefined;
  onLearned: ((listId: string | undefined) => void) | null;
}

const rememberedFacts = 2000;
const askedForMs = 1000;

export function createFacts(): Facts {
  const items = new Map<string, EventItem>();
  const facts: Facts = {
    onLearned: null,
    get: (id) => items.get(id),
    learn(event) {
      for (const item of event.items ?? []) {
        if (items.size < rememberedFacts) items.set(item.id, { ...items.get(item.id), ...item });
      }
      if (event.type === 'impression') facts.onLearned?.(event.list?.id ?? event.list?.name);
    },
  };
  return facts;
}

/** Errors of ours inside browser callbacks go to `onThrown`. */
export function createRenderer(client: Pick<Client, 'rank' | 'subscribe'>, facts: Facts, onThrown: (thrown: unknown) => void): Renderer {
  const shelves = new Map<Element, Shelf & { readonly list: string; stop(): void }>();
  let askedUntilMs = 0;

  const guarded =
    <Args extends unknown[]>(work: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        work(...args);
      } catch (thrown) {
        onThrown(thrown);
      }
    };

  const inView = new IntersectionObserver(guarded((entries: IntersectionObserverEntry[]) => entries.forEach((entry) => !entry.isIntersecting && shelves.get(entry.target)?.settle())));
  const focusLeft = guarded((event: FocusEvent) => {
    const shelf = shelves.get(event.currentTarget as Element);
    setTimeout(guarded(() => shelf?.settle())); // by then the focus is where it goes
  });

  const find = (): void => {
    for (const [container, shelf] of shelves) if (!container.isConnected || listOf(container) !== shelf.list) leave(container);
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
    const stop = client.subscribe(
      list,
      guarded((result) => shelf.onResult(result, performance.now() < askedUntilMs)),
    );
    shelves.set(container, { ...shelf, list, stop });
    inView.observe(container);
    container.addEventListener('focusout', focusLeft);
    shelf.refresh();
  };

  const leave = (container: Element): void => {
    const shelf = shelves.get(container);
    shelf?.stop();
    shelf?.close();
    inView.unobserve(container);
    (container as HTMLElement).removeEventListener('focusout', focusLeft);
    shelves.delete(container);
  };

  const onRecords = guarded((records: MutationRecord[]) => {
    const touched = new Set(records.map((record) => record.target));
    for (const [container, shelf] of shelves) if (touched.has(container)) shelf.onMutation();
    find();
  });

  const mutations = new MutationObserver(onRecords);

  const quietly = (change: () => void): void => {
    const before = mutations.takeRecords(); // the shop's, not ours
    change();
    mutations.takeRecords();
    if (before.length > 0) queueMicrotask(() => onRecords(before));
  };

  facts.onLearned = guarded((listId) => {
    for (const shelf of shelves.values()) if (shelf.list === listId) shelf.refresh();
  });
  mutations.observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ['data-homebody-list', 'data-homebody-sorted'] });
  guarded(find)();

  return {
    expectChange(until) {
      askedUntilMs = Infinity;
      const settle = (): void => void (askedUntilMs = performance.now() + askedForMs);
      until.then(settle, settle);
    },
    close() {
      mutations.disconnect();
      inView.disconnect();
      for (const container of shelves.keys()) leave(container);
      facts.onLearned = null;
    },
  };
}

function listOf(container: Element): string {
  return (container as HTMLElement).dataset['homebodyList'] ?? '';
}
