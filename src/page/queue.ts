import { SdkError } from '../core/errors.js';
import type { NormalisedEvent, QueuedEvent } from '../core/event.js';
import type { IngestAck } from '../worker/api/worker-api.js';
import type { SiteStorage } from './site-storage.js';
import { eventsOf, keptText, type WaitingEvent } from './kept-events.js';

/**
 * Events between the page and the worker. An event leaves the queue only when it is acknowledged, so a dead worker costs
 * nothing: what it had is sent again under the same ids, and the next one counts none of it twice.
 */

export interface EventQueue {
  /**
   * Takes the event as it is now, whatever the shop does to it later. What happens before `open` waits, at most 1,000 of it, in
   * memory. Throws for what is no plain data (a cycle, a bigint).
   */
  push(event: NormalisedEvent): void;
  /** Consent is there: batches go out from now on, first what an earlier page kept. Again after the page was frozen. */
  open(): void;
  /** Consent is gone: forgets what waits and what is kept, and sends no more. */
  close(): void;
  /** Posts what waits, at once. */
  flush(): void;
  /** The page may go: what is not acknowledged yet is kept for the next one, until it is. Keeps nothing before `open`. */
  keep(): void;
  /** Resolves when everything pushed so far is acknowledged or given up. */
  readonly settled: () => Promise<void>;
}

interface QueueParts {
  /** Resolves with what is durable; what rejects is sent again. */
  send(events: readonly QueuedEvent[]): Promise<IngestAck>;
  nextId(): string;
  now(): number;
  /** Runs soon, in idle time, after at most 100 ms. */
  whenIdle(run: () => void): void;
  after(ms: number, run: () => void): void;
  /** Outlives the page; for the key `queue`. */
  readonly kept: Pick<SiteStorage, 'get' | 'set'>;
  onError(error: unknown): void;
}

const limitBeforeConsent = 1000;
/** A worker that does not come back must not eat the page's memory. */
const limitWhileOpen = 10_000;
const batchSize = 100;
const firstRetryMs = 100;
const longestRetryMs = 30_000;

export function createEventQueue(parts: QueueParts): EventQueue {
  let waiting: WaitingEvent[] = [];
  /** The first so many of `waiting` are with the worker. */
  let posted = 0;
  let isOpen = false;
  let isKept = false;
  let isScheduled = false;
  /** After a failure the timer of `retry` decides when to go on, nobody else. */
  let isHeldBack = false;
  let retryMs = 0;
  /** Grows with each failure: the other batches of a dead worker fail too, and must not count again. */
  let generation = 0;
  let waiters: { readonly last: WaitingEvent; readonly resolve: () => void }[] = [];

  const schedule = (): void => {
    if (isScheduled || !isOpen) return;
    isScheduled = true;
    parts.whenIdle(() => {
      isScheduled = false;
      flush();
    });
  };

  const flush = (): void => {
    while (isOpen && !isHeldBack && posted < waiting.length) {
      const batch = waiting.slice(posted, posted + batchSize);
      posted += batch.length;
      post(batch, generation);
    }
  };

  const post = (batch: readonly WaitingEvent[], mine: number): void => {
    parts.send(batch.map(({ id, atMs, json }) => ({ id, atMs, event: JSON.parse(json) as NormalisedEvent }))).then(
      ({ ids, dropped }) => {
        const done = new Set([...ids, ...dropped.map(({ id }) => id)]);
        remove(done);
        if (mine !== generation) return;
        if (batch.every(({ id }) => done.has(id))) retryMs = 0;
        else retry();
      },
      (thrown: unknown) => {
        if (mine !== generation) return;
        retry();
        parts.onError(thrown);
      },
    );
  };

  const retry = (): void => {
    generation++;
    posted = 0;
    isHeldBack = true;
    retryMs = Math.min(longestRetryMs, retryMs * 4 || firstRetryMs);
    parts.after(retryMs, () => {
      isHeldBack = false;
      flush();
    });
  };

  const remove = (done: ReadonlySet<string>): void => {
    posted -= waiting.slice(0, posted).filter(({ id }) => done.has(id)).length;
    waiting = waiting.filter(({ id }) => !done.has(id));
    if (isKept) keep();
    const left = new Set(waiting);
    waiters = waiters.filter(({ last, resolve }) => left.has(last) || resolve());
  };

  const keep = (): void => {
    const text = isOpen ? keptText(waiting) : null;
    if (text ?? isKept) parts.kept.set('queue', text);
    isKept = text !== null;
  };

  return {
    push(event) {
      const json = JSON.stringify(event);
      if (waiting.length >= (isOpen ? limitWhileOpen : limitBeforeConsent)) {
        if (isOpen) throw new SdkError('too-busy', `${limitWhileOpen} events wait for the worker: dropped`);
        waiting.shift(); // what happened last says more of what the shopper is after
      }
      waiting.push({ id: parts.nextId(), atMs: parts.now(), json });
      schedule();
    },
    open() {
      const known = new Set(waiting.map(({ id }) => id));
      const earlier = eventsOf(parts.kept.get('queue'), parts.now()).filter(({ id }) => !known.has(id));
      waiting.splice(posted, 0, ...earlier);
      isKept ||= earlier.length > 0;
      isOpen = true;
      schedule();
    },
    close() {
      isOpen = false;
      isKept = true; // perhaps by an earlier page
      generation++;
      posted = 0;
      remove(new Set(waiting.map(({ id }) => id)));
    },
    flush,
    keep,
    settled: () =>
      new Promise((resolve) => {
        flush();
        const last = waiting.at(-1);
        if (isOpen && last) waiters.push({ last, resolve });
        else resolve();
      }),
  };
}
