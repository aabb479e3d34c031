import { SdkError, toSdkError } from '../core/errors.js';
import type { NormalisedEvent, QueuedEvent } from '../core/event.js';
import type { IngestAck } from '../worker/api/worker-api.js';
import { cleanEvent } from './clean-event.js';

/**
 * Events between the page and the worker. An event leaves the queue only when it is acknowledged, so a dead worker costs
 * nothing: what it had is sent again under the same ids, and the next one counts none of it twice.
 */

export interface EventQueue {
  /** Never throws. What happens before `open` waits, at most 1,000 of it, in memory. */
  push(event: NormalisedEvent): void;
  /** Consent is there: batches go out from now on. */
  open(): void;
  /** Consent is gone: forgets what waits and sends no more. */
  close(): void;
  /** Posts what waits, at once. */
  flush(): void;
  /** Resolves when everything pushed so far is acknowledged or given up. */
  settled(): Promise<void>;
}

interface QueueParts {
  /** Resolves with what is durable; every rejection but `invalid-event` is tried again. */
  send(events: readonly QueuedEvent[]): Promise<IngestAck>;
  nextId(): string;
  now(): number;
  /** Runs soon, in idle time, after at most 100 ms. */
  whenIdle(run: () => void): void;
  after(ms: number, run: () => void): void;
  onError(error: SdkError): void;
}

const limitBeforeConsent = 1000;
const firstRetryMs = 100;
/** A worker that does not come back must not eat the page's memory. */
const limitWhileOpen = 10_000;
const batchSize = 100;
const longestRetryMs = 30_000;

export function createEventQueue(parts: QueueParts): EventQueue {
  let waiting: QueuedEvent[] = [];
  /** The first so many of `waiting` are with the worker. */
  let posted = 0;
  let isOpen = false;
  let isScheduled = false;
  /** After a failure the timer of `retry` decides when to go on, nobody else. */
  let isHeldBack = false;
  let retryMs = 0;
  /** Grows with each failure: the other batches of a dead worker fail too, and must not count again. */
  let generation = 0;
  let waiters: { readonly ids: Set<string>; readonly resolve: () => void }[] = [];

  const schedule = (): void => {
    if (isScheduled || !isOpen) return;
    isScheduled = true;
    parts.whenIdle(() => {
      isScheduled = false;
      flush();
    });
  };

  const flush = (): void => {
    while (isOpen && !isHeldBack && posted < waiting.length) post();
  };

  const post = (): void => {
    const batch: QueuedEvent[] = [];
    const spoilt: string[] = [];
    for (const queued of waiting.slice(posted, posted + batchSize)) {
      const event = cleanEvent(queued.event);
      if (event === null) spoilt.push(queued.id);
      else batch.push({ ...queued, event });
    }
    posted += batch.length + spoilt.length;
    if (spoilt.length > 0) {
      settle(spoilt);
      parts.onError(new SdkError('invalid-event', `${spoilt.length} tracked events have no type or hold an item without a text as its id; they are dropped`));
    }
    if (batch.length === 0) return;
    const mine = generation;
    parts.send(batch).then(
      (ack) => {
        const done = [...ack.ids, ...ack.dropped.map((dropped) => dropped.id)];
        settle(done);
        if (mine !== generation) return;
        if (batch.every((queued) => done.includes(queued.id))) retryMs = 0;
        else retry();
      },
      (thrown: unknown) => {
        const error = toSdkError(thrown, 'internal');
        if (mine !== generation) return;
        if (error.code === 'invalid-event') settle(batch.map((queued) => queued.id));
        else retry();
        parts.onError(error);
      },
    );
  };

  const retry = (): void => {
    generation++;
    posted = 0;
    isHeldBack = true;
    retryMs = Math.min(longestRetryMs, retryMs === 0 ? firstRetryMs : retryMs * 4);
    parts.after(retryMs, () => {
      isHeldBack = false;
      flush();
    });
  };

  const settle = (ids: readonly string[]): void => {
    const done = new Set(ids);
    const inFront = waiting.slice(0, posted).filter((queued) => done.has(queued.id)).length;
    waiting = waiting.filter((queued) => !done.has(queued.id));
    posted -= inFront;
    if (waiters.length === 0) return;
    for (const waiter of waiters) {
      for (const id of ids) waiter.ids.delete(id);
      if (waiter.ids.size === 0) waiter.resolve();
    }
    waiters = waiters.filter((waiter) => waiter.ids.size > 0);
  };

  return {
    push(event) {
      if (isOpen ? waiting.length >= limitWhileOpen : waiting.length >= limitBeforeConsent) {
        if (isOpen) {
          parts.onError(new SdkError('too-busy', `${limitWhileOpen} events wait for a worker that does not answer; this one is dropped`));
          return;
        }
        waiting.shift(); // what happened last says more of what the shopper is after
      }
      waiting.push({ id: parts.nextId(), atMs: parts.now(), event });
      schedule();
    },
    open() {
      isOpen = true;
      schedule();
    },
    close() {
      isOpen = false;
      generation++;
      posted = 0;
      settle(waiting.map((queued) => queued.id));
    },
    flush,
    settled: () =>
      new Promise((resolve) => {
        flush();
        if (isOpen && waiting.length > 0) waiters.push({ ids: new Set(waiting.map((queued) => queued.id)), resolve });
        else resolve();
      }),
  };
}
