import type { Item } from '../core/item.js';
import type { ProfileStore } from '../storage/profile-store.js';
import { deferred, type Clock, type Deferred } from './clock.js';

/**
 * The last candidates of each list, so that a shelf of another page is ranked again after each lesson and its mirror is
 * fresh when the shopper returns. Kept in `meta`; losing them costs nothing but one ranking.
 */
export interface ListMemory {
  get(list: string): readonly Item[] | undefined;
  entries(): readonly (readonly [string, readonly Item[]])[];
  /** @returns whether they are others than before */
  remember(list: string, items: readonly Item[]): boolean;
  /** What the store remembers goes under what was remembered since. */
  load(): Promise<void>;
  /** Writes now what has changed, if anything has. */
  flush(): Promise<void>;
  /** Forgets all of it, here and in what is yet to be written. */
  clear(): void;
}

/** Lists beyond these leave, the one longest not ranked first: every lesson ranks them all. */
const mostLists = 12;
const mostItems = 500;
const saveDelayMs = 250;

export function createListMemory(
  clock: Clock,
  store: Pick<ProfileStore, 'getMeta' | 'setMeta'>,
  onError: (error: unknown) => void,
): ListMemory {
  /** Oldest use first. */
  let lists = new Map<string, readonly Item[]>();
  const save: Deferred = deferred(clock, saveDelayMs, () => store.setMeta('lists', Object.fromEntries(lists)), onError);
  const trim = (): void => {
    for (const name of lists.keys()) {
      if (lists.size <= mostLists) return;
      lists.delete(name);
    }
  };
  return {
    get: (list) => lists.get(list),
    entries: () => [...lists],
    remember(list, items) {
      const before = lists.get(list);
      lists.delete(list);
      lists.set(list, items.slice(0, mostItems));
      trim();
      // The same shelf is asked for again and again; writing it each time would be the costliest thing we do.
      const isNew = before === undefined || !sameItems(before, lists.get(list)!);
      if (isNew) save.request();
      return isNew;
    },
    async load() {
      const stored = (await store.getMeta('lists')) ?? {};
      lists = new Map([...Object.entries(stored).filter(([name]) => !lists.has(name)), ...lists]);
      trim();
    },
    flush: () => save.flush(),
    clear() {
      lists.clear();
      save.cancel();
    },
  };
}

function sameItems(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at] || JSON.stringify(item) === JSON.stringify(other[at]));
}
