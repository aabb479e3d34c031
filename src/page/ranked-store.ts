import type { Item } from '../core/item.js';
import type { RankResult, RankRung } from '../worker/api/worker-api.js';
import type { ErrorCode } from '../core/errors.js';
import type { Client } from './client-types.js';

/** What a component shows of a list; one object until something changes. */
export interface Ranked<T extends Item> {
  readonly items: readonly T[];
  readonly rung: RankRung;
  /** Why the shop's order is shown; absent where it is not, or where nobody has answered yet. */
  readonly code?: ErrorCode;
  /** A newer order waits for `showUpdate`. */
  readonly hasUpdate: boolean;
  readonly showUpdate: () => void;
  /** Why an item moved up, in the shopper's words. */
  readonly reasonOf: (id: string) => string | undefined;
}

/** The shape that `useSyncExternalStore` takes. */
export interface RankedStore<T extends Item> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly get: () => Ranked<T>;
  /** The shop's order; asked only on a server and while hydrating its HTML. */
  readonly getOfServer: () => Ranked<T>;
}

/** Pure but for the calls to `client`; nothing is asked of it before the first `subscribe`. */
export function createRankedStore<T extends Item>(
  client: Pick<Client, 'rank' | 'peek' | 'subscribe'> | null,
  list: string,
  items: readonly T[],
  updates: 'ask' | 'follow',
  deadlineMs: number | undefined,
): RankedStore<T> {
  const itemOf = new Map(items.map((item) => [item.id, item]));
  const listeners = new Set<() => void>();
  let pending: RankResult | null = null;

  const showUpdate = (): void => {
    if (pending === null) return;
    current = viewOf(pending);
    pending = null;
    for (const listener of listeners) listener();
  };
  const viewOf = (result: RankResult | null): Ranked<T> => {
    const ranked = (result?.items ?? []).flatMap(({ id }) => itemOf.get(id) ?? []);
    const isRanked = new Set(ranked.map((item) => item.id));
    const reasons = new Map(result?.items.map((item) => [item.id, item.reason]));
    return {
      items: [...ranked, ...items.filter((item) => !isRanked.has(item.id))],
      rung: result?.rung ?? 'shop',
      ...(result?.code === undefined ? {} : { code: result.code }),
      hasUpdate: false,
      showUpdate,
      reasonOf: (id) => reasons.get(id),
    };
  };
  const shop = viewOf(null);
  let current: Ranked<T> | null = null;

  const get = (): Ranked<T> => (current ??= client === null ? shop : viewOf(client.peek(list, items)));

  const take = (result: RankResult): void => {
    // An order of other items of the same list, left over from another page of it.
    if (!result.items.some((item) => itemOf.has(item.id))) return;
    const next = viewOf(result);
    const shown = get();
    pending = result;
    if (updates === 'follow' || next.items.every((item, place) => item === shown.items[place])) return showUpdate();
    if (shown.hasUpdate) return;
    current = { ...shown, hasUpdate: true };
    for (const listener of listeners) listener();
  };

  return {
    get,
    getOfServer: () => {
      current ??= shop; // while hydrating: what the server's HTML shows is shown already
      return shop;
    },
    subscribe(listener) {
      listeners.add(listener);
      if (client === null) return () => void listeners.delete(listener);
      const stop = client.subscribe(list, take);
      if (listeners.size === 1) {
        client.rank(list, items, deadlineMs === undefined ? {} : { deadlineMs }).then(
          // A good answer comes by subscription; a refusal only here. A late one is no news.
          (result) => result.code !== undefined && result.code !== 'deadline-exceeded' && take(result),
          () => undefined, // rank never rejects
        );
      }
      return () => {
        stop();
        listeners.delete(listener);
      };
    },
  };
}
