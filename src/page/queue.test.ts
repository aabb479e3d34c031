import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import type { NormalisedEvent, QueuedEvent } from '../core/event.js';
import type { IngestAck } from '../worker/api/worker-api.js';
import { eventIds } from './event-ids.js';
import { createEventQueue } from './queue.js';

interface Sent {
  readonly events: readonly QueuedEvent[];
  readonly ack: (ids?: readonly string[]) => void;
  readonly fail: (error: unknown) => void;
}

function setUp() {
  const sent: Sent[] = [];
  const errors: SdkError[] = [];
  const idle: (() => void)[] = [];
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  let next = 0;
  const queue = createEventQueue({
    send: (events) =>
      new Promise<IngestAck>((resolve, reject) => {
        const ack = (ids: readonly string[] = events.map((event) => event.id)): void => resolve({ ids, durable: true, dropped: [] });
        sent.push({ events, ack, fail: reject });
      }),
    nextId: () => `e${next++}`,
    now: () => 1000,
    whenIdle: (run) => idle.push(run),
    after: (ms, run) => timers.push({ ms, run }),
    onError: (error) => errors.push(error as SdkError),
  });
  const runIdle = (): void => idle.splice(0).forEach((run) => run());
  const runTimers = (): void => timers.splice(0).forEach((timer) => timer.run());
  return { queue, sent, errors, timers, runIdle, runTimers };
}

const click = (id: string): NormalisedEvent => ({ type: 'click', source: 'homebody', items: [{ id }] });
const idsOf = (sent: Sent | undefined) => sent?.events.map((event) => event.id);
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the event queue', () => {
  test('sends nothing before consent, then what waited, in order, in one batch', () => {
    const { queue, sent, runIdle } = setUp();
    queue.push(click('a'));
    queue.push(click('b'));
    queue.flush();
    runIdle();
    expect(sent).toHaveLength(0);
    queue.open();
    runIdle();
    expect(sent[0]?.events).toEqual([
      { id: 'e0', atMs: 1000, event: click('a') },
      { id: 'e1', atMs: 1000, event: click('b') },
    ]);
  });

  test('keeps the last 1,000 events before consent and sends them a hundred at a time', () => {
    const { queue, sent, runIdle } = setUp();
    for (let i = 0; i < 1003; i++) queue.push(click(`i${i}`));
    queue.open();
    runIdle();
    expect(sent.map((batch) => batch.events.length)).toEqual(Array.from({ length: 10 }, () => 100));
    expect(sent[0]?.events[0]?.event.items).toEqual([{ id: 'i3' }]);
  });

  test('sends again, under the same ids and in order, what a dead worker had, and counts its death once', async () => {
    const { queue, sent, timers, runIdle, runTimers } = setUp();
    queue.open();
    for (let i = 0; i < 150; i++) queue.push(click(`i${i}`));
    runIdle();
    expect(sent).toHaveLength(2);
    sent[0]!.fail(new SdkError('worker-died', 'gone'));
    sent[1]!.fail(new SdkError('worker-died', 'gone'));
    await turn();
    expect(timers).toHaveLength(1);
    queue.push(click('later'));
    runIdle();
    expect(sent).toHaveLength(2); // held back until the timer
    runTimers();
    expect(idsOf(sent[2])).toEqual(idsOf(sent[0]));
    expect(idsOf(sent[3])).toEqual([...idsOf(sent[1])!, 'e150']);
  });

  test('waits longer after each failure in a row and forgets that after a success', async () => {
    const { queue, sent, timers, runIdle, runTimers } = setUp();
    const waits: number[] = [];
    queue.open();
    queue.push(click('a'));
    runIdle();
    for (let i = 0; i < 6; i++) {
      sent.at(-1)!.fail(new SdkError('worker-died', 'gone'));
      await turn();
      waits.push(timers[0]!.ms);
      runTimers();
    }
    expect(waits).toEqual([100, 400, 1600, 6400, 25_600, 30_000]);
    sent.at(-1)!.ack();
    await turn();
    queue.push(click('b'));
    runIdle();
    sent.at(-1)!.fail(new SdkError('worker-died', 'gone'));
    await turn();
    expect(timers[0]!.ms).toBe(100);
  });

  test('an event that an acknowledgement leaves out is sent again', async () => {
    const { queue, sent, runIdle, runTimers } = setUp();
    queue.open();
    queue.push(click('a'));
    queue.push(click('b'));
    runIdle();
    sent[0]!.ack(['e0']);
    await turn();
    runTimers();
    expect(idsOf(sent[1])).toEqual(['e1']);
  });

  test('settled resolves only when what was pushed before is acknowledged, later events aside', async () => {
    const { queue, sent } = setUp();
    queue.open();
    queue.push(click('a'));
    let isSettled = false;
    const settled = queue.settled().then(() => (isSettled = true));
    queue.push(click('b'));
    queue.flush();
    sent[1]!.ack();
    await turn();
    expect(isSettled).toBe(false);
    sent[0]!.ack();
    await settled;
  });

  test('a closed queue forgets what waits and holds nobody up', async () => {
    const { queue, sent, runIdle } = setUp();
    queue.open();
    queue.push(click('a'));
    const settled = queue.settled();
    queue.push(click('b'));
    queue.close();
    await settled;
    runIdle();
    queue.open();
    runIdle();
    expect(sent.map((batch) => idsOf(batch))).toEqual([['e0']]);
  });

  test('takes the event as it is when it is tracked, whatever the shop does to it later', () => {
    const { queue, sent } = setUp();
    const cart = [{ id: 'a', quantity: 1 }];
    queue.open();
    queue.push({ type: 'view_cart', source: 'homebody', items: cart });
    cart[0]!.quantity = 7;
    cart.length = 0;
    queue.flush();
    expect(sent[0]!.events[0]!.event.items).toEqual([{ id: 'a', quantity: 1 }]);
  });

  test('what cannot be cloned never reaches postMessage: functions vanish, a cycle is refused at once', () => {
    const { queue, sent } = setUp();
    queue.open();
    queue.push({ ...click('a'), value: (() => 1) as unknown as number });
    const cyclic: { items?: unknown } = {};
    cyclic.items = cyclic;
    expect(() => queue.push(cyclic as NormalisedEvent)).toThrow(TypeError);
    queue.flush();
    expect(structuredClone(sent[0]!.events)).toEqual([{ id: 'e0', atMs: 1000, event: click('a') }]);
  });

  test('a worker that never answers does not fill the memory', () => {
    const { queue } = setUp();
    queue.open();
    for (let i = 0; i < 10_000; i++) queue.push(click('a'));
    expect(() => queue.push(click('b'))).toThrow(expect.objectContaining({ code: 'too-busy' }));
  });
});

describe('eventIds', () => {
  test('writes 16 random bytes in hex and draws for 256 ids at once', () => {
    let draws = 0;
    const nextId = eventIds((bytes) => {
      draws++;
      bytes.forEach((_, i) => (bytes[i] = (i + draws) & 255));
    });
    expect(nextId()).toBe('0102030405060708090a0b0c0d0e0f10');
    for (let i = 0; i < 255; i++) nextId();
    expect(draws).toBe(1);
    expect(nextId()).toBe('02030405060708090a0b0c0d0e0f1011');
    expect(draws).toBe(2);
  });
});
