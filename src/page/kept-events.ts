import type { QueuedEvent } from '../core/event.js';

/**
 * What a page that goes away leaves for the next one of its tab: a click that opens another page is often not acknowledged before the
 * worker goes. Event ids are kept, so that what had arrived all the same is not counted again.
 */

export interface WaitingEvent {
  readonly id: string;
  readonly atMs: number;
  /** Writing JSON is most of what an event costs the page; reading it back waits for idle time. */
  readonly json: string;
}

const mostEvents = 100;
/** Characters. */
const sizeLimit = 50_000;
/** A tab that comes back later than this must not bring back what was erased in another one meanwhile. */
const longestMs = 600_000;

/** The newest events as one JSON text, at most 100 of them in 50,000 characters; null for none. */
export function keptText(events: readonly WaitingEvent[]): string | null {
  let room = sizeLimit;
  const texts = events
    .slice(-mostEvents)
    .map(({ id, atMs, json }) => `{"id":"${id}","atMs":${atMs},"event":${json}}`)
    .reverse()
    .filter((text) => (room -= text.length + 2) > 0)
    .reverse();
  return texts[0] ? `[${texts.join()}]` : null;
}

/** Empty for what is not ours. What is older than ten minutes is left out. */
export function eventsOf(text: string | null, nowMs: number): WaitingEvent[] {
  try {
    return (JSON.parse(text!) as QueuedEvent[])
      .filter(({ atMs }) => nowMs - atMs < longestMs)
      .map(({ id, atMs, event }) => ({ id, atMs, json: JSON.stringify({ ...event }) }));
  } catch {
    return []; // nothing there, or not ours
  }
}
