import { shortHash } from './short-hash.js';
import type { SiteStorage } from './site-storage.js';

/**
 * The last order of each list, in localStorage, where the inline snippet finds it before the first paint. One JSON object:
 * list → the hashes of its first ids, five characters each. At most 2 kB; the list that changed longest ago gives way.
 */
export interface OrderMirror {
  /** No ids: forgets the list. */
  save(list: string, ids: readonly string[]): void;
  /** Hashes of a list's first ids, five characters each. */
  get(list: string): string | undefined;
}

const mirrorLimit = 2000;
/** Twice what a shelf shows; the cards behind keep the shop's order until the worker answers. */
const mirroredIds = 48;

export function createOrderMirror(storage: SiteStorage): OrderMirror {
  const read = (): Map<string, string> => {
    try {
      return new Map(Object.entries(JSON.parse(storage.get('order')!) as Record<string, string>));
    } catch {
      return new Map(); // nothing there, or not ours: the next save replaces it
    }
  };
  return {
    get: (list) => read().get(list),
    save(list, ids) {
      const orders = read();
      const order = ids.slice(0, mirroredIds).map(shortHash).join('');
      if (order === (orders.get(list) ?? '')) return;
      orders.delete(list); // to the end: the keys' order is the order of change
      if (order !== '') orders.set(list, order);
      let text: string;
      while ((text = JSON.stringify(Object.fromEntries(orders))).length > mirrorLimit) orders.delete([...orders.keys()][0]!);
      storage.set('order', orders.size > 0 ? text : null);
    },
  };
}

/** Sorts things by a mirrored order; stable, unknown ones last. Shared with the inline snippet. */
export function byMirror<Thing>(order: string, things: readonly Thing[], idOf: (thing: Thing) => string): Thing[] {
  const hashes = order.match(/.{5}/g) as string[]; // an order that is kept is never empty
  const places = new Map(things.map((thing) => [thing, hashes.indexOf(shortHash(idOf(thing))) >>> 0])); // unknown: −1 becomes the largest
  return things.toSorted((a, b) => places.get(a)! - places.get(b)!);
}
