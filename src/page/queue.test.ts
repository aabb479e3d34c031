import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import type { NormalisedEvent, QueuedEvent } from '../core/event.js';
import type { IngestAck } from '../worker/api/worker-api.js';
import { memoryStorage } from './memory-storage.contract.js';
import { siteStorage } from './site-storage.js';
import { eventIds } from './event-ids.js';
import { createEventQueue } from './queue.js';

interface Sent {
  readonly events: readonly QueuedEvent[];
  readonly ack: (ids?: readonly string[]) => void;
  readonly fail: (error: unknown) => void;
}

function setUp(browser = memoryStorage()) {
  const sent: Sent[] = [];
  const errors: SdkError[] = [];
  const idle: (() => void)[] = [];
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  let next = 0;
  const prefix = browser.length === 0 ? 'e' : 'next';
  const queue = createEventQueue({
    send: (events) =>
      new Promise<IngestAck>((resolve, reject) => {
        const ack = (ids: readonly string[] = events.map((event) => event.id)): void => resolve({ ids, durable: true, dropped: [] });
        sent.push({ events, ack, fail: reject });
      }),
    nextId: () => `${prefix}${next++}`,
    now: () => 1000,
    whenIdle: (run) => idle.push(run),
    after: (ms, run) => timers.push({ ms, run }),
    kept: siteStorage('shop', () => browser),
    onError: (error) => errors.push(error as SdkError),
  });
  const runIdle = (): void => idle.splice(0).forEach((run) => run());
  const runTimers = (): void => timers.splice(0).forEach((timer) => timer.run());
  const kept = (): string | null => browser.getItem('homebody/shop/queue');
  return { queue, sent, errors, timers, runIdle, runTimers, browser, kept };
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

describe('what a page leaves for the next one', () => {
  test('the next page sends it first, under the same ids; it is kept until it is acknowledged', async () => {
    const first = setUp();
    first.queue.open();
    first.queue.push(click('a'));
    first.queue.flush();
    first.queue.push(click('b'));
    first.queue.keep();
    expect(first.browser.length).toBe(1);

    const next = setUp(first.browser);
    next.queue.push(click('c'));
    next.queue.open();
    next.runIdle();
    expect(next.sent[0]?.events).toEqual([
      { id: 'e0', atMs: 1000, event: click('a') },
      { id: 'e1', atMs: 1000, event: click('b') },
      { id: 'next0', atMs: 1000, event: click('c') },
    ]);
    next.sent[0]!.ack(['e0', 'next0']);
    await turn();
    expect(next.kept()).toContain('"e1"');
    expect(next.kept()).not.toContain('"e0"');
    next.runTimers();
    next.sent[1]!.ack();
    await turn();
    expect(next.browser.length).toBe(0);
  });

  test('nothing is kept before consent, nor where all is acknowledged', async () => {
    const { queue, sent, browser } = setUp();
    queue.push(click('a'));
    queue.keep();
    expect(browser.length).toBe(0);
    queue.open();
    queue.flush();
    sent[0]!.ack();
    await turn();
    queue.keep();
    expect(browser.length).toBe(0);
  });

  test('a closed queue forgets what is kept, also what it never read', () => {
    const first = setUp();
    first.queue.open();
    first.queue.push(click('a'));
    first.queue.keep();
    const next = setUp(first.browser);
    next.queue.close();
    expect(next.browser.length).toBe(0);
    first.queue.keep();
    expect(first.browser.length).toBe(1);
    first.queue.close();
    expect(first.browser.length).toBe(0);
  });

  test('a page that comes back from the dead takes along what the page after it kept, and counts nothing twice', async () => {
    const first = setUp();
    first.queue.open();
    first.queue.push(click('a'));
    first.queue.flush();
    first.queue.keep();
    const next = setUp(first.browser);
    next.queue.open();
    next.queue.push(click('b'));
    next.queue.keep();
    first.queue.open();
    first.queue.push(click('c'));
    first.queue.flush();
    expect(first.sent.map((batch) => idsOf(batch))).toEqual([['e0'], ['next0', 'e1']]);
    first.sent[0]!.ack();
    await turn();
    expect(first.kept()).toContain('"next0"');
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
