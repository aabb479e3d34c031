import type { QueuedEvent } from '../core/event.js';
import { cleanEvent, rememberRecent } from '../core/features/clean-event.js';
import type { StoredEvent } from '../core/profile/records.js';
import type { IngestAck } from './api/worker-api.js';
import { checkQueuedEvent } from './check-input.js';
import type { Lessons } from './lessons.js';

/** From what the page sends to what is committed: checked, under canonical ids, cleaned; the rest is named with its reason. */
export interface Intake {
  /** Resolves when all that is not dropped is in the log. */
  take(events: readonly unknown[]): Promise<IngestAck>;
  /** Something was forgotten: it counts as recent no longer. */
  reset(): void;
}

export interface IntakeParts {
  readonly lessons: Pick<Lessons, 'canonical'>;
  readonly now: () => number;
  readonly storedEvents: () => Promise<readonly StoredEvent[]>;
  readonly commit: (events: readonly QueuedEvent[]) => Promise<void>;
  readonly isDurable: boolean;
}

export function createIntake(parts: IntakeParts): Intake {
  let recent: readonly QueuedEvent[] = [];
  let knowsOrders = false;

  /** A thank-you page that is loaded again starts a new worker; only the log remembers the order. */
  async function recallOrders(): Promise<void> {
    const stored = await parts.storedEvents();
    if (knowsOrders) return;
    knowsOrders = true;
    recent = [...stored.map(({ queued }) => queued).filter(({ event }) => event.orderId !== undefined), ...recent];
  }

  function decide(value: unknown): QueuedEvent | string {
    const checked = checkQueuedEvent(value);
    if (checked === null) return 'malformed';
    const queued = parts.lessons.canonical(checked);
    if (queued === null) return 'never-learn';
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
      if (!knowsOrders && events.some((each) => checkQueuedEvent(each)?.event.orderId !== undefined)) await recallOrders();
      const kept: QueuedEvent[] = [];
      const dropped: { id: string; reason: string }[] = [];
      for (const each of events) {
        const decision = decide(each);
        if (typeof decision === 'string') dropped.push({ id: idOf(each), reason: decision });
        else kept.push(decision);
      }
      await parts.commit(kept);
      return { ids: kept.map(({ id }) => id), durable: parts.isDurable, dropped };
    },
    reset() {
      recent = [];
      knowsOrders = false;
    },
  };
}

/** Whatever the page called it, so that it knows which of its events this was. */
function idOf(value: unknown): string {
  const id = (value as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : '';
}
