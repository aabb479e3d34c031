import { describe, expect, test } from 'vitest';
import type { NormalisedEvent, QueuedEvent } from '../event.js';
import { cleanEvent, rememberRecent } from './clean-event.js';

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;
let made = 0;
const queued = (event: Partial<NormalisedEvent>, atMs = NOW, id = `q${made++}`): QueuedEvent => ({
  id,
  atMs,
  event: { type: 'click', source: 'ga4', items: [{ id: 'blue' }], ...event },
});
const reasonOf = (event: QueuedEvent, recent: readonly QueuedEvent[], nowMs = NOW): string => {
  const result = cleanEvent(event, recent, nowMs);
  return result === 'keep' ? 'keep' : result.reason;
};

describe('cleanEvent', () => {
  test('keeps an ordinary event', () => {
    expect(reasonOf(queued({}), [queued({ items: [{ id: 'red' }] }, NOW - 100)])).toBe('keep');
  });

  test('drops what came before under the same id', () => {
    expect(reasonOf(queued({}, NOW, 'same'), [queued({}, NOW - DAY_MS, 'same')])).toBe('duplicate-id');
    expect(reasonOf(queued({ eventId: 'e' }), [queued({ eventId: 'e', items: [{ id: 'red' }] }, NOW - DAY_MS)])).toBe('duplicate-event-id');
    expect(reasonOf(queued({ eventId: 'e' }), [queued({ eventId: 'e', type: 'view' }, NOW - DAY_MS)])).toBe('keep');
  });

  test('drops the second purchase of one order within 24 hours, not its refund', () => {
    const order = queued({ type: 'purchase', orderId: 'o1' }, NOW - DAY_MS + 1_000);
    expect(reasonOf(queued({ type: 'purchase', orderId: 'o1', items: [{ id: 'other' }] }), [order])).toBe('duplicate-order');
    expect(reasonOf(queued({ type: 'refund', orderId: 'o1' }), [order])).toBe('keep');
    expect(reasonOf(queued({ type: 'purchase', orderId: 'o1' }, NOW + 1_000), [order], NOW + 1_000)).toBe('keep');
  });

  test('drops the same thing said twice within half a second', () => {
    expect(reasonOf(queued({}), [queued({}, NOW - 499)])).toBe('repeated');
    expect(reasonOf(queued({}), [queued({}, NOW - 500)])).toBe('keep');
    expect(reasonOf(queued({}), [queued({ type: 'view' }, NOW - 1)])).toBe('keep');
    expect(
      reasonOf(queued({ items: [{ id: 'blue', variantId: 'l' }] }), [queued({ items: [{ id: 'blue', variantId: 's' }] }, NOW - 1)]),
    ).toBe('keep');
  });

  test('drops clocks that run ahead and events past the storage time, keeps late ones', () => {
    expect(reasonOf(queued({}, NOW + 11 * 60_000), [])).toBe('clock-ahead');
    expect(reasonOf(queued({}, NOW + 9 * 60_000), [])).toBe('keep');
    expect(reasonOf(queued({}, NOW - 91 * DAY_MS), [])).toBe('too-old');
    expect(reasonOf(queued({}, NOW - 5 * DAY_MS), [queued({}, NOW)])).toBe('keep');
  });

  test('lets 50 events through in 10 seconds and no more', () => {
    let recent: readonly QueuedEvent[] = [];
    let kept = 0;
    for (let at = 0; at < 120; at++) {
      const event = queued({ items: [{ id: `item-${at}` }] }, NOW + at * 80);
      if (cleanEvent(event, recent, NOW + at * 80) !== 'keep') continue;
      kept += 1;
      recent = rememberRecent(recent, event);
    }
    expect(kept).toBe(50);
    expect(reasonOf(queued({}, NOW + 30_000), recent, NOW + 30_000)).toBe('keep');
  });

  test('does not take a page of impressions for a burst', () => {
    const cards = Array.from({ length: 80 }, (_, at) => queued({ type: 'impression', items: [{ id: `card-${at}` }] }, NOW - at));
    expect(reasonOf(queued({}), cards)).toBe('keep');
    expect(reasonOf(queued({ type: 'impression' }), cards)).toBe('keep');
  });

  test('drops events that need an item and have none with an id', () => {
    expect(reasonOf(queued({ items: [] }), [])).toBe('no-item-id');
    expect(reasonOf(queued({ items: [{ id: ' ' }] }), [])).toBe('no-item-id');
    expect(reasonOf(queued({ type: 'search', query: 'sea', items: [] }), [])).toBe('keep');
  });
});

test('rememberRecent keeps 200 events and a day of orders', () => {
  let recent: readonly QueuedEvent[] = [
    queued({ type: 'purchase', orderId: 'old' }, NOW - 2 * DAY_MS),
    queued({ type: 'purchase', orderId: 'new' }, NOW - 60_000),
  ];
  for (let at = 0; at < 300; at++) recent = rememberRecent(recent, queued({}, NOW + at));
  expect(recent.length).toBe(201);
  expect(recent[0]!.event.orderId).toBe('new');
});
