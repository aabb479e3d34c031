import { toSdkError, type ErrorCode } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { RankRequest, RankResult } from '../worker/api/worker-api.js';
import { cleanItem } from './clean-event.js';
import { createListeners, type Listeners } from './listeners.js';
import type { OrderMirror } from './order-mirror.js';

/** Lists on this page and their last known orders. Where anything is amiss the answer is the shop's own order, with a code. */

export interface Lists {
  /** Never rejects. */
  rank(list: string, items: readonly Item[], deadlineMs: number): Promise<RankResult>;
  /** What is known now, without waiting. */
  peek(list: string, items: readonly Item[]): RankResult;
  subscribe(list: string, listener: (result: RankResult) => void): () => void;
  /** A new order came from the worker, for a list of this page or of another one. */
  publish(result: RankResult): void;
  /** Asks anew for every list of this page: the worker is another, or another tab has learned. */
  refresh(): void;
  /** Back to the shop's order, on the page and in the mirror: every list, or those that are refused now. */
  revert(): void;
}

interface ListParts {
  ask(requests: readonly RankRequest[]): Promise<readonly RankResult[]>;
  /** Why a list must stay as the shop has it; null where it may be ranked. */
  refusal(list: string): ErrorCode | null;
  readonly mirror: OrderMirror;
  onThrown(thrown: unknown): void;
}

export function createLists(parts: ListParts): Lists {
  const known = new Map<string, readonly Item[]>();
  const last = new Map<string, RankResult>();
  const listeners = new Map<string, Listeners<RankResult>>();
  /** Requests of this turn, to be sent as one call. */
  let turn: { readonly lists: Set<string>; readonly answers: Promise<readonly RankResult[]> } | null = null;

  const ask = (list: string): Promise<RankResult | undefined> => {
    if (turn === null) {
      const lists = new Set<string>();
      const answers = Promise.resolve().then(() => {
        turn = null;
        return parts.ask([...lists].map((each) => ({ list: each, items: known.get(each) ?? [] })));
      });
      turn = { lists, answers };
    }
    turn.lists.add(list);
    return turn.answers.then((results) => results.find((result) => result.list === list));
  };

  const publish = (result: RankResult): void => {
    if (parts.refusal(result.list) !== null) return;
    show(result);
    if (result.code === undefined) {
      parts.mirror.save(
        result.list,
        result.items.map((item) => item.id),
      );
    } else parts.mirror.drop(result.list);
  };

  const show = (result: RankResult): void => {
    last.set(result.list, result);
    listeners.get(result.list)?.tell(result);
  };

  return {
    publish,
    rank(list, items, deadlineMs) {
      const clean = items.map(cleanItem);
      known.set(list, clean);
      const refused = parts.refusal(list);
      if (refused !== null) return Promise.resolve(shopOrder(list, clean, refused));
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(shopOrder(list, clean, 'deadline-exceeded')), deadlineMs);
        ask(list)
          .then(
            (result) => {
              if (result === undefined) return resolve(shopOrder(list, clean, 'internal'));
              publish(result); // a late answer too: subscribers take it when it suits the shopper
              // Consent or the switch may have gone while the worker thought.
              const late = parts.refusal(list);
              resolve(late === null ? result : shopOrder(list, clean, late));
            },
            (thrown: unknown) => resolve(shopOrder(list, clean, toSdkError(thrown, 'internal').code)),
          )
          .finally(() => clearTimeout(timer));
      });
    },
    peek(list, items) {
      const refused = parts.refusal(list);
      if (refused !== null) return shopOrder(list, items, refused);
      const result = last.get(list);
      const ids = new Set(result?.items.map((item) => item.id));
      if (result !== undefined && items.length === ids.size && items.every((item) => ids.has(item.id))) return result;
      const mirrored = parts.mirror.order(
        list,
        items.map((item) => item.id),
      );
      const shop = shopOrder(list, items);
      if (mirrored === null) return shop;
      const placeOf = new Map(mirrored.map((id, place) => [id, place]));
      return { ...shop, rung: 'model', items: shop.items.toSorted((a, b) => placeOf.get(a.id)! - placeOf.get(b.id)!) };
    },
    subscribe(list, listener) {
      let those = listeners.get(list);
      if (those === undefined) listeners.set(list, (those = createListeners(parts.onThrown)));
      const stop = those.add(listener);
      const result = last.get(list);
      if (result !== undefined) {
        try {
          listener(result);
        } catch (thrown) {
          parts.onThrown(thrown);
        }
      }
      return stop;
    },
    refresh() {
      for (const list of known.keys()) {
        if (parts.refusal(list) !== null) continue;
        ask(list).then(
          (result) => result && publish(result),
          () => undefined, // the order on the page stands; the next call says what is wrong
        );
      }
    },
    revert() {
      for (const [list, items] of known) {
        const refused = parts.refusal(list);
        if (refused === null) continue;
        parts.mirror.drop(list);
        show(shopOrder(list, items, refused));
      }
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
    ...(code === undefined ? {} : { code }),
  };
}
