import { shortHash } from './short-hash.js';
import type { SiteStorage } from './site-storage.js';

/**
 * The last order of each list, in localStorage, where the inline snippet finds it before the first paint. One JSON object:
 * list → the hashes of its first ids, five characters each. At most 2 kB; the list that changed longest ago gives way.
 */
export interface OrderMirror {
  save(list: string, ids: readonly string[]): void;
  drop(list: string): void;
  clear(): void;
  /** `ids` in the mirrored order, those it does not know behind in their own; null where it has no such list. */
  order(list: string, ids: readonly string[]): string[] | null;
}

const mirrorLimitBytes = 2000;
/** Twice what a shelf shows; the cards behind keep the shop's order until the worker answers. */
const mirroredIds = 48;

export function createOrderMirror(storage: SiteStorage): OrderMirror {
  const read = (): Record<string, string> => {
    try {
      return { ...(JSON.parse(storage.get('order') ?? '{}') as Record<string, string>) };
    } catch {
      return {}; // not ours or cut off: the next save replaces it
    }
  };
  const write = (orders: Record<string, string>): void => {
    const lists = Object.keys(orders);
    let text = JSON.stringify(orders);
    while (new TextEncoder().encode(text).length > mirrorLimitBytes) {
      delete orders[lists.shift()!];
      text = JSON.stringify(orders);
    }
    if (text === '{}') storage.remove('order');
    else storage.set('order', text);
  };
  const drop = (list: string): void => {
    const orders = read();
    if (!(list in orders)) return;
    delete orders[list];
    write(orders);
  };
  return {
    save(list, ids) {
      const orders = read();
      const order = ids.slice(0, mirroredIds).map(shortHash).join('');
      if (orders[list] === order) return;
      delete orders[list]; // to the end: the keys' order is the order of change
      write({ ...orders, [list]: order });
    },
    drop,
    clear: () => storage.remove('order'),
    order(list, ids) {
      const order = read()[list];
      return typeof order === 'string' ? byMirror(order, ids, (id) => id) : null;
    },
  };
}

/** Sorts things by a mirrored order; stable, unknown ones last. Shared with the inline snippet. */
export function byMirror<Thing>(order: string, things: readonly Thing[], idOf: (thing: Thing) => string): Thing[] {
  const hashes: readonly string[] = order.match(/.{5}/g) ?? [];
  const place = (thing: Thing): number => hashes.indexOf(shortHash(idOf(thing))) + 1 || hashes.length + 1;
  return things
    .map((thing) => ({ thing, place: place(thing) }))
    .sort((a, b) => a.place - b.place)
    .map(({ thing }) => thing);
}
