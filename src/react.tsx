import { createContext, useCallback, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import type { Item } from './core/item.js';
import type { Client, RankOptions, TrackInput } from './page/client-types.js';
import { createRankedStore, type Ranked, type RankedStore } from './page/ranked-store.js';

export type { Ranked } from './page/ranked-store.js';

const HomebodyContext = createContext<Client | null>(null);

export interface HomebodyProviderProps {
  /** Made once by `createClient`, outside of components; inert on a server. Close it yourself where the app ends before the page. */
  readonly client: Client;
  readonly children?: ReactNode;
}

export function HomebodyProvider({ client, children }: HomebodyProviderProps): ReactNode {
  return <HomebodyContext value={client}>{children}</HomebodyContext>;
}

export interface RankedOptions extends RankOptions {
  /**
   * `ask` (default): once shown, an order stays until `showUpdate()`; nothing moves under the shopper's eyes. `follow`: every new
   * order is shown at once, for lists that are out of sight.
   */
  readonly updates?: 'ask' | 'follow';
}

/**
 * Items in the shopper's order. Server rendering and hydration show the shop's; without a provider it stays that.
 * The items' ids name the list's content: another array with the same ids changes nothing.
 */
export function useRanked<T extends Item>(list: string, items: readonly T[], options: RankedOptions = {}): Ranked<T> {
  const client = useContext(HomebodyContext);
  const { updates = 'ask', deadlineMs } = options;
  const key = items.map((item) => item.id).join('\n');
  // `key` stands for `items`: a shop makes a new array in each render.
  const store = useMemo(
    (): RankedStore<T> => createRankedStore(client, list, items, updates, deadlineMs),
    [client, list, key, updates, deadlineMs],
  );
  return useSyncExternalStore(store.subscribe, store.get, store.getOfServer);
}

/** Records an event; the function stays the same between renders and never throws. */
export function useTrack(): (event: TrackInput) => void {
  const client = useContext(HomebodyContext);
  return useCallback((event) => client?.track(event), [client]);
}
