import { SdkError, toSdkError } from '../core/errors.js';
import type { QueuedEvent } from '../core/event.js';
import type { RecordedQueuedEvent } from '../core/features/recorded-fields.js';
import type { ForgetSelector } from '../core/profile/selector.js';
import { paramsBytes } from '../core/profile/state.js';
import { beliefsOf } from '../core/ranking/beliefs.js';
import { timelineOf } from '../core/ranking/timeline.js';
import { SDK_VERSION } from '../core/version.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { Consent, IngestAck, OpenResult, ProfileView, RoundStatus, WorkerOptions } from './api/worker-api.js';
import { createCatalogueHolder } from './catalogue-holder.js';
import { atMost } from './clock.js';
import { createEngines, type Engines } from './engines.js';
import { exportText } from './export-profile.js';
import { createGroupCommit } from './group-commit.js';
import { hexOf } from './hex.js';
import { createIntake } from './intake.js';
import { createKnownItems } from './known-items.js';
import { createLessons } from './lessons.js';
import { createListMemory } from './list-memory.js';
import { createModelHolder } from './model-holder.js';
import type { Notices } from './notices.js';
import type { ServiceParts } from './parts.js';
import { createProfileHolder } from './profile-holder.js';
import { noRounds } from './rounds.js';
import { createShelves, type Shelves } from './shelves.js';
import type { Signals } from './signals.js';
import { storedCatalogue } from './stored-catalogue.js';
import { createTurns } from './turns.js';

/** One open profile with all that belongs to it. The parts live in files of their own; here they are joined. */
export interface Session {
  readonly engines: Engines;
  readonly shelves: Shelves;
  /** Why the profile's database is open no longer; null while it is. */
  lost(): SdkError | null;
  opened(): OpenResult;
  ingest(events: readonly QueuedEvent[]): Promise<IngestAck>;
  /** Resolves when what was tracked so far is learned, or after a moment. */
  caughtUp(): Promise<void>;
  profile(): Promise<ProfileView>;
  exportProfile(): Promise<string>;
  forget(selector: ForgetSelector): Promise<number>;
  setConsent(consent: Consent): void;
  rounds(): Promise<RoundStatus>;
  refreshRounds(): Promise<RoundStatus>;
  erase(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionContext {
  readonly parts: ServiceParts;
  readonly signals: Signals;
  readonly notices: Notices;
  readonly options: WorkerOptions;
  readonly store: ProfileStore;
}

/** A group is one record of the log. */
const mostPerGroup = 100;
/** What was tracked just before a shelf is asked for should show on it; a slow disk does not keep the shelf waiting. */
const rankWaitMs = 15;
/** The newest catalogue and model are asked for when the first shelf is out of the way. */
const fetchDelayMs = 50;

/** Reads the profile of a store and joins everything to it. Errors: those of reading, the store stays open then. */
export async function openSession({ parts, signals, notices, options, store }: SessionContext): Promise<Session> {
  const { clock } = parts;
  const { site, catalogueUrl, chunks } = options;
  const onError = notices.add;
  const onIdleError = (thrown: unknown): void => onError(toSdkError(thrown, 'internal'));
  let consent = options.consent;
  let isOpen = false;
  let isEnded = false;
  let hasStarted = false;

  const turns = createTurns();
  const engines = createEngines({
    clock,
    wanted: options.engine,
    loadSelector: () => parts.loadSelector(chunks),
    // Without chunks there is no selector either.
    loadSimd: () => parts.loadSimd(chunks!.simd),
    loadWebgl: () => parts.loadWebgl(chunks!.webgl),
    store,
    onError,
    onIdleError,
  });
  const profile = createProfileHolder({ clock, store, turns, kernels: () => engines.kernels(), onIdleError });
  const lists = createListMemory(clock, store, onIdleError);
  const model = createModelHolder(store, () => shelves.changed());
  const catalogue = createCatalogueHolder({
    clock,
    readStored: () => storedCatalogue({ url: catalogueUrl!, store }), // not called without a URL
    fetchNewest: catalogueUrl === null ? null : (held) => parts.loadCatalogue(catalogueUrl, store, held, chunks),
    profile,
    onChange: () => shelves.changed(),
    onError,
  });
  const known = createKnownItems({
    catalogue: () => catalogue.current(),
    hasBasis: () => catalogue.hasBasis(),
    lists: () => lists.entries(),
    taste: (categories) => model.taste(categories),
  });
  // A catalogue may be there before the profile: an order that knows nothing of the shopper is not told.
  const isPersonal = (): boolean => consent.personalise && isOpen && !isEnded;
  const shelves = createShelves({ clock, signals, profile, lists, known, catalogue, isPersonal, onIdleError });
  const lessons = createLessons(known, lists);
  const queue = createGroupCommit<RecordedQueuedEvent>(mostPerGroup, async (group) => {
    if (isEnded) throw new SdkError('closed', 'the profile was closed before this event was stored');
    await engines.ready();
    await catalogue.ready();
    await profile.learn(() => lessons.of(distinct(group), profile.state()), model.version());
    shelves.rerank();
    engines.used();
  });
  const intake = createIntake({
    lessons,
    now: () => clock.now(),
    storedEvents: () => profile.events(),
    commit: (events) => queue.add(events),
    store,
  });
  const rounds = parts.createRounds({
    options,
    isDurable: store.durable,
    model,
    events: async () => (await profile.sync(), profile.events()),
    onStatus: (status) => signals.tell({ kind: 'rounds', status }),
    onError,
  });

  await Promise.all([profile.open(), lists.load(), model.load(), catalogue.open()]);
  isOpen = true;
  known.refresh();
  // Before anything else is answered: what a page asks for when it loads may read the whole log.
  await shelves.tell();
  const cancelFetches = clock.after(fetchDelayMs, applyConsent);

  /** Nobody waits for what a consent starts: it may need the network. */
  function applyConsent(): void {
    hasStarted = true;
    const { personalise } = consent;
    const contribute = personalise && consent.contribute && store.durable && !parts.isGpc();
    if (personalise) void catalogue.load();
    rounds?.setConsent({ personalise, contribute }).catch((thrown: unknown) => onError(toSdkError(thrown, 'network')));
  }

  /** Ends everything that runs by itself; what is queued is rejected. */
  function end(): void {
    isEnded = true;
    cancelFetches();
    catalogue.stop();
    rounds?.stop();
    shelves.stop();
    profile.close();
    engines.close();
  }

  return {
    engines,
    shelves,
    lost: store.lost,
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
    caughtUp: () => atMost(clock, queue.settled(), rankWaitMs),
    async profile() {
      await profile.sync();
      return turns.run(async () => {
        const state = profile.state();
        const events = await profile.events();
        return {
          eventCount: state.eventCount,
          beliefs: beliefsOf(state, events, clock.now()),
          timeline: timelineOf(events),
          dropped: await intake.dropped(),
          paramsHash: hexOf(await parts.digest(paramsBytes(state))),
          durable: store.durable,
          engine: engines.name(),
        };
      });
    },
    async exportProfile() {
      await profile.sync();
      const ledger = rounds === null ? null : await rounds.ledger();
      return turns.run(async () => {
        const state = profile.state();
        // Another tab may have written meanwhile: events that the parameters do not know yet come with the next export.
        const records = (await store.readLog(0)).filter(({ position }) => position <= state.logPosition);
        return exportText({ site, atMs: clock.now(), state, records, lists: lists.entries(), model: model.document(), ledger });
      });
    },
    async forget(selector) {
      const events = await profile.forget(selector);
      intake.reset();
      if (events > 0) shelves.changed();
      return events;
    },
    setConsent(next) {
      const isNew = next.personalise && !consent.personalise;
      consent = next;
      applyConsent();
      if (isNew) shelves.rerank();
    },
    rounds: async () => (rounds === null ? noRounds : rounds.status()),
    async refreshRounds() {
      if (!hasStarted) applyConsent(); // asked for before the first shelf is out of the way
      return rounds === null ? noRounds : rounds.refresh();
    },
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
      catalogue.stop();
      await queue.settled();
      end();
      await Promise.all([lists.flush(), profile.flush()]);
      store.close();
    },
  };
}

/** A retry may stand beside its first try in one group. */
function distinct<Queued extends QueuedEvent>(group: readonly Queued[]): readonly Queued[] {
  return [...new Map(group.map((queued) => [queued.id, queued])).values()];
}
