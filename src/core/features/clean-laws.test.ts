import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventTypes, type NormalisedEvent, type QueuedEvent } from '../event.js';
import { cleanEvent, rememberRecent, type DropReason } from './clean-event.js';
import { recordable } from './recordable.js';

/** What cleaning promises of any stream, whatever its rules. */

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

interface Cleaned {
  readonly kept: readonly QueuedEvent[];
  readonly dropped: readonly { readonly queued: QueuedEvent; readonly reason: DropReason }[];
}

function cleanAll(events: readonly QueuedEvent[]): Cleaned {
  let recent: readonly QueuedEvent[] = [];
  const kept: QueuedEvent[] = [];
  const dropped: { queued: QueuedEvent; reason: DropReason }[] = [];
  for (const queued of events) {
    const result = cleanEvent(queued, recent, NOW);
    if (result === 'keep') {
      kept.push(queued);
      recent = rememberRecent(recent, queued);
    } else dropped.push({ queued, reason: result.reason });
  }
  return { kept, dropped };
}

/** Few ids, names and moments, so that events meet. */
const streams: fc.Arbitrary<readonly QueuedEvent[]> = fc.array(
  fc.record({
    id: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.uuid()),
    atMs: fc.oneof(fc.integer({ min: NOW - 1_500, max: NOW }), fc.integer({ min: NOW - 100 * DAY_MS, max: NOW + DAY_MS })),
    event: fc.record(
      {
        type: fc.constantFrom(...(['click', 'view', 'purchase', 'impression', 'search'] as const)),
        source: fc.constant('homebody' as const),
        items: fc.array(fc.record({ id: fc.constantFrom('x', 'y', 'z', ' ') }), { minLength: 1, maxLength: 2 }),
        orderId: fc.constantFrom('o1', 'o2'),
        eventId: fc.constantFrom('e1', 'e2', 'e3'),
      },
      { requiredKeys: ['type', 'source', 'items'] },
    ),
  }),
  { minLength: 10, maxLength: 80, size: 'max' },
);

describe('cleaning', () => {
  test('is idempotent: what it kept it keeps again, all of it', () => {
    fc.assert(
      fc.property(streams, (events) => {
        const { kept } = cleanAll(events);
        expect(cleanAll(kept)).toEqual({ kept, dropped: [] });
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('drops as told before only what has a twin among the kept', () => {
    const seen = new Set<DropReason>();
    fc.assert(
      fc.property(streams, (events) => {
        const { kept, dropped } = cleanAll(events);
        expect(kept.length + dropped.length).toBe(events.length);
        for (const { queued, reason } of dropped) {
          seen.add(reason);
          const { id, atMs, event } = queued;
          const twins = kept.filter((other) => {
            const isNear = (ms: number): boolean => Math.abs(other.atMs - atMs) < ms;
            if (reason === 'duplicate-id') return other.id === id;
            if (other.event.type !== event.type) return false;
            if (reason === 'duplicate-event-id') return other.event.eventId === event.eventId;
            if (reason === 'duplicate-order') return other.event.orderId === event.orderId && isNear(DAY_MS);
            return reason !== 'repeated' || isNear(500);
          });
          if (/duplicate|repeated/.test(reason)) expect(twins.length, `${id} ${reason}`).toBeGreaterThan(0);
        }
      }),
      { seed: 12, numRuns: 300 },
    );
    expect([...seen].sort()).toEqual([
      'clock-ahead',
      'duplicate-event-id',
      'duplicate-id',
      'duplicate-order',
      'no-item-id',
      'repeated',
      'too-old',
    ]);
  });

  test('keeps the same events in whatever order they and their retries arrive', () => {
    /** One deed, told one to three times: under its own id again, or under another with the name its source gave it. */
    const deeds = fc.array(fc.record({ name: fc.constantFrom('id', 'eventId', 'orderId'), times: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 15,
    });
    const toldOf = (deed: { readonly name: string; readonly times: number }, at: number): QueuedEvent[] =>
      Array.from({ length: deed.times }, (_, time) => {
        const event: NormalisedEvent = {
          type: 'purchase',
          source: 'homebody',
          items: [{ id: `item-${at}` }],
          ...(deed.name !== 'id' && { [deed.name]: `deed-${at}` }),
        };
        return { id: deed.name === 'id' ? `deed-${at}` : `deed-${at}-${time}`, atMs: NOW - at * 1_000 - time * 600, event };
      });
    fc.assert(
      fc.property(
        deeds.chain((all) => {
          const told = all.flatMap(toldOf);
          return fc.tuple(fc.constant(all.length), fc.shuffledSubarray(told, { minLength: told.length }));
        }),
        ([count, told]) => {
          const { kept } = cleanAll(told);
          const names = kept.map(({ event }) => event.items![0]!.id);
          expect(new Set(names)).toEqual(new Set(Array.from({ length: count }, (_, at) => `item-${at}`)));
          expect(names.length).toBe(count);
        },
      ),
      { seed: 13, numRuns: 300 },
    );
  });

  test('throws at nothing that JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...eventTypes), fc.integer(), (json, type, atMs) => {
        const event = recordable({ ...(Object(json) as object), type, items: [json] });
        expect(event).toBeDefined();
        expect(() => cleanAll([1, 2].map((id) => ({ id: `${id}`, atMs, event: event! })))).not.toThrow();
      }),
      { seed: 14, numRuns: 300 },
    );
  });
});
