import type { Client } from './client-types.js';
import type { Holdout } from './holdout.js';
import { shopOrder } from './lists.js';

type Ranking = Pick<Client, 'rank' | 'peek' | 'subscribe'>;

/**
 * The client as the held-out arm sees it: every list is as the shop has it, with code `switched-off`, and nothing is asked for. It learns on:
 * the two arms differ in what is shown and in nothing else. In the other arm, and in none, it is the client.
 */
export function withHoldout<Some extends Ranking>(client: Some, holdout: Pick<Holdout, 'arm'>): Some {
  const isHeldOut = (): boolean => holdout.arm() === 'heldout';
  return {
    ...client,
    rank: (list, items, options) =>
      isHeldOut() ? Promise.resolve(shopOrder(list, items, 'switched-off')) : client.rank(list, items, options),
    peek: (list, items) => (isHeldOut() ? shopOrder(list, items, 'switched-off') : client.peek(list, items)),
    subscribe: (list, listener) => client.subscribe(list, (result) => isHeldOut() || listener(result)),
  };
}
