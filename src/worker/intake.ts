import { canBeRetried, cleanEvent, rememberRecent } from '../core/features/clean-event.js';
import type { RecordedQueuedEvent } from '../core/features/recorded-fields.js';
import type { StoredEvent } from '../core/profile/records.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { IngestAck } from './api/worker-api.js';
import { checkQueuedEvent } from './check-input.js';
import type { Lessons } from './lessons.js';

/** From what the page sends to what is committed: checked, under canonical ids, cleaned; the rest is named with its reason. */
export interface Intake {
  /** Resolves when all that is not dropped is in the log. */
  take(events: readonly unknown[]): Promise<IngestAck>;
  /** How many were dropped on this device so far, by reason. */
  dropped(): Promise<Readonly<Record<string, number>>>;
  /** Something was forgotten: it counts as recent no longer. */
  reset(): void;
}

export interface IntakeParts {
  readonly lessons: Pick<Lessons, 'canonical'>;
  readonly now: () => number;
  readonly storedEvents: () => Promise<readonly StoredEvent[]>;
  readonly commit: (events: readonly RecordedQueuedEvent[]) => Promise<void>;
  readonly store: Pick<ProfileStore, 'durable' | 'getMeta' | 'setMeta'>;
}

export function createIntake(parts: IntakeParts): Intake {
  const { store } = parts;
  let recent: readonly RecordedQueuedEvent[] = [];
  let knowsRetries = false;
  let counted: Promise<void> = Promise.resolve();

  /** A thank-you page that is loaded again starts a new worker; only the log remembers the order, and what names itself. */
  async function recallRetries(): Promise<void> {
    const stored = await parts.storedEvents();
    if (knowsRetries) return;
    knowsRetries = true;
    recent = [...stored.map(({ queued }) => queued).filter(canBeRetried), ...recent];
  }

  /** Nobody waits for it, and a count that is lost harms nobody. */
  function count(reasons: readonly string[]): void {
    if (reasons.length === 0) return;
    counted = counted
      .then(async () => {
        const counts: Record<string, number> = { ...(await store.getMeta('dropped')) };
        for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
        await store.setMeta('dropped', counts);
      })
      .catch(() => undefined);
  }

  function decide(checked: RecordedQueuedEvent | null): RecordedQueuedEvent | string {
    if (checked === null) return 'malformed';
    const queued = parts.lessons.canonical(checked);
    if (queued === null) return neverLearn;
    const result = cleanEvent(queued, recent, parts.now());
    if (result !== 'keep') {
      // The page did not hear our acknowledgement. The log knows whether the event is in it, and says so once more.
      return result.reason === 'duplicate-id' ? queued : result.reason;
    }
    recent = rememberRecent(recent, queued);
    return queued;
  }

  return {
    async take(events) {
      const checked = events.map(checkQueuedEvent);
      if (!knowsRetries && checked.some((each) => each !== null && canBeRetried(each))) await recallRetries();
      const kept: RecordedQueuedEvent[] = [];
      const dropped: { id: string; reason: string }[] = [];
      for (const [at, each] of checked.entries()) {
        const decision = decide(each);
        if (typeof decision === 'string') dropped.push({ id: idOf(events[at]), reason: decision });
        else kept.push(decision);
      }
      count(dropped.map(({ reason }) => reason).filter((reason) => reason !== neverLearn));
      await parts.commit(kept);
      return { ids: kept.map(({ id }) => id), durable: store.durable, dropped };
    },
    async dropped() {
      await counted;
      return (await store.getMeta('dropped')) ?? {};
    },
    reset() {
      recent = [];
      knowsRetries = false;
    },
  };
}

/** Told to the page, which knows it already; how often is nobody's to know later. */
const neverLearn = 'never-learn';

/** Whatever the page called it, so that it knows which of its events this was. */
function idOf(value: unknown): string {
  const id = (value as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : '';
}
