import { toSdkError, type ErrorCode } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { RankRequest, RankResult } from '../worker/api/worker-api.js';
import { createListeners, type Listeners } from './listeners.js';
import { byMirror, type OrderMirror } from './order-mirror.js';

/** Lists on this page and their last known orders. Where anything is amiss the answer is the shop's own order, with a code. */

export interface Lists {
  /** Never rejects. */
  rank(list: string, items: readonly Item[], deadlineMs: number): Promise<RankResult>;
  /** What is known now, without waiting. */
  readonly peek: (list: string, items: readonly Item[]) => RankResult;
  readonly subscribe: (list: string, listener: (result: RankResult) => void) => () => void;
  /** A new order came from the worker, for a list of this page or of another one. */
  readonly publish: (result: RankResult) => void;
  /** Asks anew for every list of this page: the worker is another, or another tab has learned. */
  refresh(): void;
  /** Back to the shop's order, on the page and in the mirror: every list that is refused now. */
  revert(): void;
}

interface ListParts {
  readonly ask: (requests: readonly RankRequest[]) => Promise<readonly RankResult[]>;
  /** Why a list must stay as the shop has it. */
  readonly refusal: (list: string) => ErrorCode | undefined;
  readonly mirror: OrderMirror;
  readonly onThrown: (thrown: unknown) => void;
}

const itemKeys = ['id', 'name', 'brand', 'categories', 'price', 'tags', 'available'];

export function createLists({ ask, refusal, mirror, onThrown }: ListParts): Lists {
  const known = new Map<string, readonly Item[]>();
  const last = new Map<string, RankResult>();
  const listeners = new Map<string, Listeners<RankResult>>();

  const show = (result: RankResult): void => {
    const { list, code, items } = result;
    last.set(list, result);
    listeners.get(list)?.tell(result); // first what is seen
    mirror.save(list, code ? [] : items.map(({ id }) => id));
  };
  const publish = (result: RankResult): void => {
    if (!refusal(result.list)) show(result);
  };

  return {
    publish,
    rank(list, items, deadlineMs) {
      // A shop's product objects hold much more than ranking may know, and things that cannot be posted.
      const request = JSON.parse(JSON.stringify(items, itemKeys)) as Item[];
      known.set(list, request);
      return new Promise((resolve) => {
        const keep = (code: ErrorCode | undefined): void => resolve(shopOrder(list, items, code));
        const refused = refusal(list);
        if (refused) return keep(refused);
        setTimeout(keep, deadlineMs, 'deadline-exceeded'); // whoever comes second is not heard
        ask([{ list, items: request }]).then(
          ([result]) => {
            // Consent or the switch may have gone while the worker thought.
            if (!result || refusal(list)) return keep(refusal(list) ?? 'internal');
            show(result); // a late answer too: subscribers take it when it suits the shopper
            resolve(result);
          },
          (thrown: unknown) => keep(toSdkError(thrown, 'internal').code),
        );
      });
    },
    peek(list, items) {
      const refused = refusal(list);
      const result = last.get(list);
      const order = mirror.get(list);
      const shop = shopOrder(list, items, refused);
      if (refused) return shop;
      return result ?? (order ? { ...shop, rung: 'model', items: byMirror(order, shop.items, ({ id }) => id) } : shop);
    },
    subscribe(list, listener) {
      const those = listeners.get(list) ?? createListeners(onThrown);
      listeners.set(list, those);
      return those.add(listener, last.get(list));
    },
    refresh() {
      const requests = [...known].filter(([list]) => !refusal(list)).map(([list, items]) => ({ list, items }));
      if (requests.length > 0) ask(requests).then((results) => results.forEach(publish), onThrown);
    },
    revert() {
      for (const [list, items] of known) if (refusal(list)) show(shopOrder(list, items, refusal(list)));
    },
  };
}

export function shopOrder(list: string, items: readonly Item[], code?: ErrorCode): RankResult {
  return {
    list,
    items: items.map(({ id }, shopPosition) => ({ id, score: 0, shopPosition })),
    rung: 'shop',
    revision: 0,
    matched: 0,
    unmatched: 0,
    ...(code && { code }),
  };
}
