import { SdkError } from '../core/errors.js';
import { whyItem } from '../core/ranking/why.js';
import type { RankRequest, RankResult, WhyResult } from './api/worker-api.js';
import type { CatalogueHolder } from './catalogue-holder.js';
import { checkItems } from './check-input.js';
import { deferred, type Clock } from './clock.js';
import type { KnownItems } from './known-items.js';
import type { ListMemory } from './list-memory.js';
import type { ProfileHolder } from './profile-holder.js';
import { candidatesOf, rankList, shopOrder } from './ranker.js';
import type { Signals } from './signals.js';

/** The orders of the shop's lists: made when asked for, and told anew whenever something changes them. */
export interface Shelves {
  rank(request: RankRequest): RankResult;
  why(list: string, itemId: string): WhyResult;
  /** A model, a catalogue, something forgotten: what the log's position does not show. */
  changed(): void;
  /** Tells the order of every remembered list, soon. */
  rerank(): void;
  /** The same, now. Never rejects. */
  tell(): Promise<void>;
  stop(): void;
}

export interface ShelvesParts {
  readonly clock: Clock;
  readonly signals: Signals;
  readonly profile: ProfileHolder;
  readonly lists: ListMemory;
  readonly known: KnownItems;
  readonly catalogue: CatalogueHolder;
  readonly isPersonal: () => boolean;
  readonly onIdleError: (error: unknown) => void;
}

export function createShelves({ clock, signals, profile, lists, known, catalogue, isPersonal, onIdleError }: ShelvesParts): Shelves {
  let otherChanges = 0;
  const telling = deferred(clock, 0, tell, onIdleError);

  function order(list: string, items: RankRequest['items']): RankResult {
    const revision = profile.state().logPosition + otherChanges;
    if (!isPersonal()) return shopOrder(list, items, revision, 'no-consent');
    return rankList(list, items, profile.state(), known, catalogue.current(), revision);
  }

  async function tell(): Promise<void> {
    if (!isPersonal()) return;
    // The one used last is the likeliest to be on the page; each by itself, since the page that waits for it is busy.
    for (const [list, items] of lists.entries().toReversed()) signals.tell({ kind: 'ranked', results: [order(list, items)] });
  }

  return {
    rank({ list, items, remember = true }) {
      const candidates = checkItems(items);
      if (remember && isPersonal() && lists.remember(list, candidates)) known.refresh();
      return order(list, candidates);
    },
    why(list, itemId) {
      const items = lists.get(list);
      if (items === undefined) throw new SdkError('not-found', `list ${JSON.stringify(list)} has not been ranked here; rank it first`);
      return whyItem(profile.state(), candidatesOf(items, known), itemId);
    },
    changed() {
      otherChanges += 1;
      known.refresh();
      telling.request();
    },
    rerank: () => telling.request(),
    tell() {
      telling.request();
      return telling.flush();
    },
    stop: () => telling.cancel(),
  };
}
