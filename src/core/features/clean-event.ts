import type { EventType, QueuedEvent } from '../event.js';
import { RETENTION_DAYS } from './manifest.js';

/** Why an event does not reach the profile; shown in the acknowledgement. */
export type DropReason =
  | 'duplicate-id'
  | 'duplicate-event-id'
  | 'duplicate-order'
  | 'repeated'
  | 'clock-ahead'
  | 'too-old'
  | 'burst'
  | 'no-item-id';

export type CleanResult = 'keep' | { readonly reason: DropReason };

const DAY_MS = 86_400_000;
/** Double taps and doubled tags. */
const REPEAT_MS = 500;
/** A tag manager that fires `purchase` again on the reloaded thank-you page. */
const ORDER_MS = DAY_MS;
/** Clocks of page and worker are one machine's; more than this is a wrong clock. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** Older events would be pruned at once. */
const MAX_AGE_MS = RETENTION_DAYS * DAY_MS;
/** No hand is faster; robots and broken loops are. */
const BURST_EVENTS = 50;
const BURST_MS = 10_000;

const needItems: ReadonlySet<EventType> = new Set<EventType>([
  'view',
  'impression',
  'click',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'remove_from_wishlist',
  'begin_checkout',
  'purchase',
  'dismiss',
]);

/** Impressions of a whole page may come as one event per card: they count towards no burst and are not repeats. */
const isBulk = (type: EventType): boolean => type === 'impression' || type === 'catalog' || type === 'consent';

/**
 * May this event teach the profile? Arrival order is the order of learning, so an event that is merely late is kept.
 *
 * @param recent  what was kept lately, oldest first (`rememberRecent`)
 * @param nowMs   epoch ms
 */
export function cleanEvent(queued: QueuedEvent, recent: readonly QueuedEvent[], nowMs: number): CleanResult {
  const { event, atMs } = queued;
  const drop = (reason: DropReason): CleanResult => ({ reason });
  if (needItems.has(event.type) && !event.items?.some(({ id }) => id.trim() !== '')) return drop('no-item-id');
  if (atMs > nowMs + CLOCK_SLACK_MS) return drop('clock-ahead');
  if (atMs < nowMs - MAX_AGE_MS) return drop('too-old');
  let inBurst = 0;
  const what = subjectOf(queued);
  for (const other of recent) {
    if (other.id === queued.id) return drop('duplicate-id');
    const apartMs = Math.abs(atMs - other.atMs);
    const isSameType = other.event.type === event.type;
    if (event.eventId !== undefined && isSameType && other.event.eventId === event.eventId) return drop('duplicate-event-id');
    if (event.orderId !== undefined && isSameType && other.event.orderId === event.orderId && apartMs < ORDER_MS)
      return drop('duplicate-order');
    if (isBulk(other.event.type)) continue;
    if (isSameType && apartMs < REPEAT_MS && subjectOf(other) === what) return drop('repeated');
    if (apartMs < BURST_MS) inBurst += 1;
  }
  return inBurst >= BURST_EVENTS && !isBulk(event.type) ? drop('burst') : 'keep';
}

/** What two events must share to be one told twice. */
function subjectOf({ event }: QueuedEvent): string {
  const items = (event.items ?? []).map(({ id, variantId, quantity }) => [id, variantId, quantity]);
  return JSON.stringify([items, event.query, event.promoId, event.orderId, event.list]);
}

const KEPT = 200;

/** Does it carry a name by which its source can tell it again, much later? */
export function canBeRetried({ event }: QueuedEvent): boolean {
  return (event.orderId ?? event.eventId) !== undefined;
}

/** The window for the next `cleanEvent`: the last 200 kept events, and a day of those that can be told again. New array. */
export function rememberRecent<Queued extends QueuedEvent>(recent: readonly Queued[], kept: Queued): readonly Queued[] {
  const surplus = recent.length + 1 - KEPT;
  return [...recent.filter((each, at) => at >= surplus || (canBeRetried(each) && kept.atMs - each.atMs < ORDER_MS)), kept];
}
