import { toSdkError } from '../core/errors.js';
import {
  baseOf,
  forget,
  learnOn,
  touchedByEvents,
  touchedByLearning,
  undoOf,
  type Forgotten,
  type LearningKernels,
} from '../core/profile/learn.js';
import type { LogRecord, Snapshot, StoredEvent } from '../core/profile/records.js';
import type { ForgetSelector } from '../core/profile/selector.js';
import { countRecord, emptyState, foldRecord, patchOf, snapshotOf, stateOf, type ProfileState } from '../core/profile/state.js';
import type { ProfileStore } from '../storage/profile-store.js';
import { pruneLog } from '../storage/retention.js';
import { deferred, type Clock } from './clock.js';
import { createHistory, type History } from './history.js';
import { rebased } from './rebase.js';
import type { Turns } from './turns.js';

/**
 * The living profile and its log. What is in memory is what the log says: a lesson is learned in place, appended, and
 * undone from the touched parameters' old values where the append does not succeed. A reader between the two sees a
 * lesson that is not yet durable; nothing is acknowledged, sent or hashed from it, because those take a turn.
 */
export interface ProfileHolder {
  /** Live; changes in place. */
  state(): ProfileState;
  /** Everything the log still holds, oldest first, examples cut down to those that speak of the event's own items. */
  events(): Promise<readonly StoredEvent[]>;
  /** Cold start: the snapshot and the patches after it. */
  open(): Promise<void>;
  /** Learns and commits one group; resolves when it is in the log. `lessons` is called once, in its turn. */
  learn(lessons: () => readonly StoredEvent[], modelVersion: number): Promise<void>;
  /** Takes over what other tabs have written. */
  sync(): Promise<void>;
  forget(selector: ForgetSelector): Promise<number>;
  /** Which basis of item vectors the user vector was learned with; undefined: with none yet. */
  basis(): number | undefined;
  /**
   * Takes another basis into force: learns the user vector again under it, where there was one before.
   * @returns whether it is another one
   */
  rebase(basis: number, vectorOf: (itemId: string) => Float32Array | null): Promise<boolean>;
  /** Writes the snapshot now if it is due. */
  flush(): Promise<void>;
  close(): void;
}

export interface ProfileHolderParts {
  readonly clock: Clock;
  readonly store: ProfileStore;
  readonly turns: Turns;
  readonly kernels: () => LearningKernels;
  /** Errors of work that nobody waits for. */
  readonly onIdleError: (error: unknown) => void;
}

/**
 * A cold start reads the records after the snapshot with all their examples: about 0.07 ms an event, most of the wait for the
 * first shelf where they are many. A snapshot costs about 2 ms.
 */
const eventsPerSnapshot = 32;
const snapshotDelayMs = 1_000;
/** Pruning reads the whole log; no page view needs it. */
const pruneDelayMs = 20_000;
/** Each time another tab was faster we read again. */
const rewriteAttempts = 5;

interface Rewritten {
  readonly records: readonly LogRecord[];
  readonly state: ProfileState;
  readonly snapshot: Snapshot;
}

export function createProfileHolder(parts: ProfileHolderParts): ProfileHolder {
  const { clock, store, turns } = parts;
  let state = emptyState();
  let snapshotMark = '';
  let snapshotPosition = 0;
  let snapshotEvents = 0;
  let basis: number | undefined;
  const history: History = createHistory(() => store.readLog(0));

  const snapshot = deferred(clock, snapshotDelayMs, () => turns.run(writeSnapshot), parts.onIdleError);
  const prune = deferred(
    clock,
    pruneDelayMs,
    () => turns.run(() => pruneLog(store, snapshotPosition, clock.now(), baseOf).then(() => history.drop())),
    parts.onIdleError,
  );

  async function writeSnapshot(): Promise<void> {
    if (state.logPosition === snapshotPosition) return;
    const written = snapshotOf(state);
    await store.writeSnapshot(written);
    mark(written);
  }

  function mark(written: { logPosition: number; atMs: number; eventCount: number } | null): void {
    snapshotPosition = written?.logPosition ?? 0;
    snapshotEvents = written?.eventCount ?? 0;
    snapshotMark = written === null ? '' : `${written.logPosition}:${written.atMs}:${written.eventCount}`;
  }

  /** Makes the state anew from the store. */
  async function load(): Promise<void> {
    const [stored, storedBasis] = await Promise.all([store.readSnapshot(), store.getMeta('factorBasis')]);
    state = stateOf(stored, await store.readLog(stored?.logPosition ?? 0));
    basis = storedBasis;
    mark(stored);
    history.drop();
    requestSnapshot();
  }

  function requestSnapshot(): void {
    if (state.eventCount - snapshotEvents >= eventsPerSnapshot) snapshot.request();
  }

  function commitToMemory(record: Parameters<typeof countRecord>[1]): void {
    countRecord(state, record);
    history.add(record);
    requestSnapshot();
  }

  async function appendGroup(group: readonly StoredEvent[], modelVersion: number): Promise<void> {
    for (let events = group; events.length > 0;) {
      const touched = touchedByEvents(state, events);
      const undo = undoOf(state, touched);
      try {
        const learned = await learnOn(parts.kernels(), state, events);
        const patch = patchOf(state, touchedByLearning(touched, learned));
        const record = { atMs: clock.now(), events, patch, misorders: learned.misorders, modelVersion };
        const result = await store.append(record, state.logPosition);
        if (result.ok) return commitToMemory({ ...record, position: result.position });
        undo();
        if (result.reason === 'duplicates') events = events.filter((event) => !result.ids.includes(event.queued.id));
        else if (result.reason === 'replaced') await load();
        else takeOver(result.records);
      } catch (thrown) {
        undo();
        throw thrown;
      }
    }
  }

  function takeOver(records: Awaited<ReturnType<ProfileStore['readLog']>>): void {
    for (const record of records) {
      foldRecord(state, record);
      history.add(record);
    }
    requestSnapshot();
  }

  async function syncNow(): Promise<void> {
    const stored = await store.readSnapshot();
    const isSame = stored === null ? snapshotMark === '' : snapshotMark === `${stored.logPosition}:${stored.atMs}:${stored.eventCount}`;
    if (isSame) takeOver(await store.readLog(state.logPosition));
    else await load();
  }

  /** Replaces the log by what `make` answers; other tabs may append between reading and rewriting, then it is made again. */
  async function rewrite<Made extends Rewritten>(make: () => Promise<Made>, isNeeded: (made: Made) => boolean = () => true): Promise<Made> {
    for (let attempt = 1; ; attempt++) {
      await load();
      const made = await make();
      if (!isNeeded(made)) return made;
      try {
        await store.rewrite(made.records, made.snapshot);
      } catch (thrown) {
        if (attempt < rewriteAttempts && toSdkError(thrown, 'internal').code === 'invalid-state') continue;
        throw thrown;
      }
      state = made.state;
      mark(made.snapshot);
      history.drop();
      return made;
    }
  }

  async function forgetNow(selector: ForgetSelector): Promise<number> {
    const make = async (): Promise<Forgotten> => forget(await store.readBase(), await store.readLog(0), selector);
    const { events } = await rewrite(make, (made) => made.events > 0);
    return events;
  }

  async function rebaseNow(next: number, vectorOf: (itemId: string) => Float32Array | null): Promise<boolean> {
    if (basis === next) return false;
    // A crash before the last line repeats all of it, which changes nothing.
    if (basis !== undefined) {
      const { base } = await rewrite(async () => rebased(await store.readBase(), await store.readLog(0), vectorOf));
      if (base !== null) await store.prune(0, base);
    }
    await store.setMeta('factorBasis', next);
    basis = next;
    return true;
  }

  return {
    state: () => state,
    events: () => history.all(),
    open: () =>
      turns.run(async () => {
        await load();
        prune.request();
      }),
    learn: (lessons, modelVersion) => turns.run(() => appendGroup(lessons(), modelVersion)),
    sync: () => turns.run(syncNow),
    forget: (selector) => turns.run(() => forgetNow(selector)),
    basis: () => basis,
    rebase: (next, vectorOf) => turns.run(() => rebaseNow(next, vectorOf)),
    flush: () => snapshot.flush(),
    close() {
      snapshot.cancel();
      prune.cancel();
    },
  };
}
