import type { Catalogue } from '../core/catalogue/format.js';
import { canonicalRow, vectorAt } from '../core/catalogue/read-catalogue.js';
import { SdkError, toSdkError } from '../core/errors.js';
import type { QueuedEvent } from '../core/event.js';
import type { ForgetSelector } from '../core/profile/selector.js';
import { paramsBytes } from '../core/profile/state.js';
import { beliefsOf } from '../core/ranking/beliefs.js';
import { timelineOf } from '../core/ranking/timeline.js';
import { whyItem } from '../core/ranking/why.js';
import { SDK_VERSION } from '../core/version.js';
import type {
  Consent,
  IngestAck,
  OpenResult,
  ProfileView,
  RankRequest,
  RankResult,
  RoundStatus,
  WhyResult,
  WorkerOptions,
} from './api/worker-api.js';
import { checkItems } from './check-input.js';
import { atMost, deferred } from './clock.js';
import { createEngines, type Engines } from './engines.js';
import { exportText } from './export-profile.js';
import { createGroupCommit } from './group-commit.js';
import { hexOf } from './hex.js';
import { createIntake } from './intake.js';
import { createKnownItems } from './known-items.js';
import { createLessons } from './lessons.js';
import { createListMemory } from './list-memory.js';
import { createModelHolder } from './model-holder.js';
import { createNotices } from './notices.js';
import { openStore } from './open-store.js';
import type { ServiceParts } from './parts.js';
import { createProfileHolder } from './profile-holder.js';
import { candidatesOf, rankList, shopOrder } from './ranker.js';
import { noRounds } from './rounds.js';
import type { Signals } from './signals.js';
import { createTurns } from './turns.js';

/** One open profile with all that belongs to it. The parts live in files of their own; here they are joined. */
export interface Session {
  readonly engines: Engines;
  opened(): OpenResult;
  ingest(events: readonly QueuedEvent[]): Promise<IngestAck>;
  rank(requests: readonly RankRequest[]): Promise<readonly RankResult[]>;
  why(list: string, itemId: string): Promise<WhyResult>;
  profile(): Promise<ProfileView>;
  exportProfile(): Promise<string>;
  forget(selector: ForgetSelector): Promise<number>;
  setConsent(consent: Consent): Promise<void>;
  rounds(): Promise<RoundStatus>;
  refreshRounds(): Promise<RoundStatus>;
  /** Tells the order of every remembered list, soon. */
  rerank(): void;
  erase(): Promise<void>;
  close(): Promise<void>;
}

/** A group is one record of the log. */
const mostPerGroup = 100;
/** What was tracked just before a shelf is asked for should show on it; a slow disk does not keep the shelf waiting. */
const rankWaitMs = 15;
/** Catalogue and model are fetched when the first shelf is out of the way. */
const fetchDelayMs = 50;

export async function openSession(parts: ServiceParts, signals: Signals, options: WorkerOptions): Promise<Session> {
  const { clock } = parts;
  const notices = createNotices(signals);
  const onIdleError = (thrown: unknown): void => notices.add(toSdkError(thrown, 'internal'));
  const { store, error } = await openStore(clock, options.storage, () => parts.openProfileStore(options.site));
  if (error !== null) notices.add(error);

  let consent = options.consent;
  let catalogue: Catalogue | null = null;
  /** Changes that the log's position does not show: a model, a catalogue, something forgotten. */
  let otherChanges = 0;
  let isEnded = false;

  const turns = createTurns();
  const engines = await createEngines({
    clock,
    wanted: options.engine,
    chunkBase: options.chunkBase,
    loadWebgl: parts.loadWebgl,
    store,
    onError: notices.add,
    onIdleError,
  });
  const profile = createProfileHolder({ clock, store, turns, kernels: () => engines.kernels(), onIdleError });
  const lists = createListMemory(clock, store, onIdleError);
  const model = createModelHolder(store, () => changed());
  const known = createKnownItems({
    catalogue: () => catalogue,
    hasBasis,
    lists: () => lists.entries(),
    taste: (categories) => model.taste(categories),
  });
  const lessons = createLessons(known, lists);
  const queue = createGroupCommit<QueuedEvent>(mostPerGroup, async (group) => {
    if (isEnded) throw new SdkError('closed', 'the profile was closed before this event was stored');
    await engines.ready();
    await profile.learn(() => lessons.of(distinct(group), profile.state()), model.version());
    reranking.request();
    engines.used();
  });
  const intake = createIntake({
    lessons,
    now: () => clock.now(),
    storedEvents: () => profile.events(),
    commit: (events) => queue.add(events),
    isDurable: store.durable,
  });
  const reranking = deferred(clock, 0, tellRanked, onIdleError);
  const rounds = parts.createRounds({
    options,
    model,
    events: async () => (await profile.sync(), profile.events()),
    onStatus: (status) => signals.tell({ kind: 'rounds', status }),
    onError: notices.add,
  });

  await Promise.all([profile.open(), lists.load(), model.load()]);
  const cancelFetches = clock.after(fetchDelayMs, () => {
    if (options.catalogueUrl !== null && consent.personalise) loadCatalogue(options.catalogueUrl).catch(onIdleError);
    rounds?.setConsent(allowed(consent)).catch(onIdleError);
  });
  known.refresh();
  reranking.request();

  function changed(): void {
    otherChanges += 1;
    known.refresh();
    reranking.request();
  }

  async function loadCatalogue(url: string): Promise<void> {
    try {
      const loaded = await parts.loadCatalogue(url, store);
      if (isEnded) return;
      catalogue = loaded;
      changed();
      const basis = basisOf(loaded);
      if (basis === null || basis === profile.basis()) return;
      await profile.rebase(basis, (id) => {
        const row = canonicalRow(loaded, id);
        return row === undefined ? null : vectorAt(loaded, row);
      });
      changed();
    } catch (thrown) {
      if (!isEnded) notices.add(toSdkError(thrown, 'catalogue-unavailable'));
    }
  }

  function hasBasis(): boolean {
    return catalogue !== null && basisOf(catalogue) === profile.basis();
  }

  function allowed({ personalise, contribute }: Consent): Consent {
    return { personalise, contribute: personalise && contribute && store.durable && !parts.isGpc() };
  }

  const revision = (): number => profile.state().logPosition + otherChanges;

  function order(list: string, items: RankRequest['items']): RankResult {
    if (!consent.personalise) return shopOrder(list, items, revision(), 'no-consent');
    return rankList(list, items, profile.state(), known, catalogue, revision());
  }

  async function tellRanked(): Promise<void> {
    if (isEnded || !consent.personalise || lists.entries().length === 0) return;
    signals.tell({ kind: 'ranked', results: lists.entries().map(([list, items]) => order(list, items)) });
  }

  async function viewProfile(): Promise<ProfileView> {
    await profile.sync();
    return turns.run(async () => {
      const state = profile.state();
      const events = await profile.events();
      return {
        eventCount: state.eventCount,
        beliefs: beliefsOf(state, events, clock.now()),
        timeline: timelineOf(events),
        paramsHash: hexOf(await parts.digest(paramsBytes(state))),
        durable: store.durable,
        engine: engines.name(),
      };
    });
  }

  /** Ends everything that runs by itself; what is queued is rejected. */
  function end(): void {
    isEnded = true;
    cancelFetches();
    rounds?.stop();
    reranking.cancel();
    profile.close();
    engines.close();
  }

  return {
    engines,
    opened: () => ({
      sdkVersion: SDK_VERSION,
      durable: store.durable,
      eventCount: profile.state().eventCount,
      engine: engines.name(),
      notices: notices.all(),
    }),
    async ingest(events) {
      if (!consent.personalise) throw new SdkError('no-consent', 'events are learned only after consent to personalise');
      return intake.take(events);
    },
    async rank(requests) {
      await atMost(clock, queue.settled(), rankWaitMs);
      return requests.map(({ list, items, remember = true }) => {
        const candidates = checkItems(items);
        if (remember && consent.personalise && lists.remember(list, candidates)) known.refresh();
        return order(list, candidates);
      });
    },
    async why(list, itemId) {
      const items = lists.get(list);
      if (items === undefined)
        throw new SdkError('not-found', `list ${JSON.stringify(list)} has not been ranked on this device; rank it first`);
      return whyItem(profile.state(), candidatesOf(items, known), itemId);
    },
    profile: viewProfile,
    async exportProfile() {
      await profile.sync();
      return exportText({
        site: options.site,
        atMs: clock.now(),
        state: profile.state(),
        records: await store.readLog(0),
        lists: lists.entries(),
        model: model.document(),
        ledger: rounds === null ? null : await rounds.ledger(),
      });
    },
    async forget(selector) {
      const events = await profile.forget(selector);
      intake.reset();
      if (events > 0) changed();
      return events;
    },
    async setConsent(next) {
      const before = consent;
      consent = next;
      await rounds?.setConsent(allowed(next));
      if (next.personalise && !before.personalise) reranking.request();
    },
    rounds: async () => (rounds === null ? noRounds : rounds.status()),
    refreshRounds: async () => (rounds === null ? noRounds : rounds.refresh()),
    rerank: () => reranking.request(),
    async erase() {
      end();
      lists.clear();
      // After a commit under way: it must not write into the database that comes after.
      await turns.run(async () => {
        await rounds?.erase();
        await store.destroy();
      });
    },
    async close() {
      await queue.settled();
      end();
      await Promise.all([lists.flush(), profile.flush()]);
      store.close();
    },
  };
}

/** Which vectors the catalogue has; null for none that this bundle can use. */
function basisOf({ vectors, manifest }: Catalogue): number | null {
  return vectors === null ? null : (manifest.model?.catalogueVersion ?? null);
}

/** A retry may stand beside its first try in one group. */
function distinct(group: readonly QueuedEvent[]): readonly QueuedEvent[] {
  return [...new Map(group.map((queued) => [queued.id, queued])).values()];
}
