import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { createMemoryDatabase, openMemoryProfileStore } from '../storage/memory-store.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { WorkerApi, WorkerOptions, WorkerSignal } from './api/worker-api.js';
import type { ServiceParts } from './parts.js';
import { createService } from './service.js';
import { clicks, eventOf, lastingStore, shelf, startMs, testOptions, testParts } from './service-parts.contract.js';

async function opened(parts: Partial<ServiceParts> = {}, options: Partial<WorkerOptions> = {}): Promise<WorkerApi> {
  const service = createService(testParts(parts));
  await service.open(testOptions(options));
  return service;
}

const idsOf = (result: { items: readonly { id: string }[] } | undefined): string[] => result!.items.map(({ id }) => id);
const shopIds = shelf.map(({ id }) => id);
const blues = ['p2', 'p5', 'p8'];

describe('opening', () => {
  test('answers the version, the count and whether it lasts', async () => {
    const service = createService(testParts({ openProfileStore: async () => lastingStore(createMemoryDatabase()) }));
    expect(await service.open(testOptions())).toMatchObject({ durable: true, eventCount: 0, engine: 'reference', notices: [] });
  });

  test.each(['storage-unavailable', 'storage-blocked', 'schema-newer'] as const)(
    'runs in memory and says %s where the store does not open',
    async (code) => {
      const service = createService(testParts({ openProfileStore: () => Promise.reject(new SdkError(code, 'no')) }));
      expect(await service.open(testOptions())).toMatchObject({ durable: false, notices: [{ code }] });
      expect(await service.ingest(clicks(2))).toMatchObject({ ids: ['e0', 'e1'], durable: false });
    },
  );

  test('runs in memory where the profile cannot be read, and deletes nothing', async () => {
    const database = createMemoryDatabase();
    await (await opened({ openProfileStore: async () => lastingStore(database) })).ingest(clicks(3));
    const broken = { ...lastingStore(database), readSnapshot: () => Promise.reject(new SdkError('storage-corrupt', 'bad block')) };
    const service = createService(testParts({ openProfileStore: async () => broken }));
    expect(await service.open(testOptions())).toMatchObject({ durable: false, eventCount: 0, notices: [{ code: 'storage-corrupt' }] });
    await service.ingest(clicks(1));
    expect(database.log).toHaveLength(1);
  });

  test('does not wait for a store that hangs', async () => {
    const parts = testParts({ openProfileStore: () => new Promise(() => {}) });
    const opening = createService(parts).open(testOptions());
    await parts.clock.advance(5_000);
    expect(await opening).toMatchObject({ durable: false, notices: [{ code: 'storage-blocked' }] });
  });

  test('refuses a page of another protocol, a bad site, and calls before it or twice', async () => {
    const service = createService(testParts());
    await expect(service.rank([])).rejects.toMatchObject({ code: 'invalid-state' });
    await expect(service.open(testOptions({ protocol: 7 }))).rejects.toMatchObject({ code: 'protocol-mismatch' });
    await expect(service.open(testOptions({ site: 'a/b' }))).rejects.toMatchObject({ code: 'invalid-options' });
    await service.open(testOptions());
    await expect(service.open(testOptions())).rejects.toMatchObject({ code: 'invalid-state' });
  });
});

describe('ranking', () => {
  test('with no event and no model the order is exactly the shop’s', async () => {
    const service = await opened();
    const [result] = await service.rank([{ list: 'home', items: shelf }]);
    expect(result).toMatchObject({ rung: 'shop', matched: 24, unmatched: 0 });
    expect(idsOf(result)).toEqual(shopIds);
    expect(result).not.toHaveProperty('code');
  });

  test('three clicks of one kind move the shelf, and the moved cards say why', async () => {
    const service = await opened();
    await service.rank([{ list: 'home', items: shelf }]);
    await service.ingest(blues.map((id, at) => eventOf(`b${at}`, 'click', [id], startMs + at * 1000)));
    const [result] = await service.rank([{ list: 'home', items: shelf }]);
    expect(result!.rung).toBe('session');
    const top = result!.items.slice(0, 6);
    expect(top.filter(({ id }) => Number(id.slice(1)) % 3 === 2).length).toBeGreaterThanOrEqual(5);
    expect(top.some(({ reason }) => reason?.includes('blue'))).toBe(true);
    const why = await service.why('home', 'p11');
    expect(why.parts.reduce((sum, part) => sum + part.value, 0)).toBeCloseTo(why.score, 6);
    expect(why.place).toBe(1 + idsOf(result).indexOf('p11'));
  });

  test('remembered lists are ranked again after a lesson and told, one revision later', async () => {
    const parts = testParts();
    const service = createService(parts);
    await service.open(testOptions());
    const signals: WorkerSignal[] = [];
    await service.listen((signal) => signals.push(signal));
    const [before] = await service.rank([
      { list: 'home', items: shelf },
      { list: 'once', items: shelf, remember: false },
    ]);
    await parts.clock.advance(10);
    signals.length = 0;
    await service.ingest(blues.map((id, at) => eventOf(`b${at}`, 'click', [id], startMs + at * 1000)));
    await parts.clock.advance(10);
    const ranked = signals.filter((signal) => signal.kind === 'ranked');
    expect(ranked).toHaveLength(1);
    expect(ranked[0]!.results.map(({ list }) => list)).toEqual(['home']);
    expect(ranked[0]!.results[0]!.revision).toBe(before!.revision + 1);
    expect(idsOf(ranked[0]!.results[0])).not.toEqual(shopIds);
  });

  test('without consent to personalise nothing is learned and the order is the shop’s, with the code', async () => {
    const service = await opened();
    await service.ingest(clicks(10));
    await service.setConsent({ personalise: false, contribute: false });
    await expect(service.ingest(clicks(1, 50))).rejects.toMatchObject({ code: 'no-consent' });
    const [result] = await service.rank([{ list: 'home', items: shelf }]);
    expect([idsOf(result), result!.code]).toEqual([shopIds, 'no-consent']);
    await service.setConsent({ personalise: true, contribute: false });
    expect((await service.profile()).eventCount).toBe(10);
    expect(idsOf((await service.rank([{ list: 'home', items: shelf }]))[0])).not.toEqual(shopIds);
  });

  test('a list survives the worker: the next one ranks it without being asked', async () => {
    const database = createMemoryDatabase();
    const parts = testParts({ openProfileStore: async () => lastingStore(database) });
    const first = createService(parts);
    await first.open(testOptions());
    await first.rank([{ list: 'home', items: shelf }]);
    await parts.clock.advance(1_000);
    const second = createService(parts);
    const signals: WorkerSignal[] = [];
    await second.listen((signal) => signals.push(signal));
    await second.open(testOptions());
    await parts.clock.advance(10);
    expect(signals.filter((signal) => signal.kind === 'ranked').flatMap(({ results }) => results.map(({ list }) => list))).toEqual([
      'home',
    ]);
  });
});

describe('events', () => {
  test('what is no event, too old, or repeated at once is dropped with its reason; the rest is in', async () => {
    const service = await opened();
    const ack = await service.ingest([
      eventOf('ok', 'click', ['p1']),
      eventOf('again', 'click', ['p1'], startMs + 100),
      eventOf('old', 'click', ['p2'], startMs - 91 * 86_400_000),
      { id: 'bad', atMs: startMs, event: { type: 'telepathy' } } as never,
      { ...eventOf('child', 'click', ['x']), event: { type: 'click', source: 'ga4', items: [{ id: 'x', categories: ['Baby clothes'] }] } },
    ]);
    expect(ack.ids).toEqual(['ok']);
    expect(ack.dropped).toEqual([
      { id: 'again', reason: 'repeated' },
      { id: 'old', reason: 'too-old' },
      { id: 'bad', reason: 'malformed' },
      { id: 'child', reason: 'never-learn' },
    ]);
    expect((await service.profile()).timeline.map(({ eventId }) => eventId)).toEqual(['ok']);
  });

  test('an order told again by a reloaded page, which is another worker, is counted once', async () => {
    const database = createMemoryDatabase();
    const store = { openProfileStore: async () => lastingStore(database) };
    const order = (id: string): ReturnType<typeof eventOf> => {
      const queued = eventOf(id, 'purchase', ['p2']);
      return { ...queued, event: { ...queued.event, orderId: 'order-7' } };
    };
    await (await opened(store)).ingest([order('first')]);
    const ack = await (await opened(store)).ingest([order('second')]);
    expect(ack).toMatchObject({ ids: [], dropped: [{ id: 'second', reason: 'duplicate-order' }] });
  });
});

describe('forgetting', () => {
  test('leaves bit for bit the profile that never saw the events', async () => {
    const all = clicks(12).map((queued, at) => ({ ...queued, id: `f${at}` }));
    const [kept, service] = [await opened(), await opened()];
    // Negatives depend on what was liked before, so the event to forget is the last one of the twin.
    await kept.ingest(all.slice(0, 11));
    await service.ingest(all);
    expect((await service.profile()).paramsHash).not.toBe((await kept.profile()).paramsHash);
    expect(await service.forget({ eventId: 'f11' })).toEqual({ events: 1 });
    expect((await service.profile()).paramsHash).toBe((await kept.profile()).paramsHash);
    expect((await service.profile()).eventCount).toBe(11);
  });

  test('visibly reverts the shelf, by facet, and is still forgotten by the next worker', async () => {
    const database = createMemoryDatabase();
    const store = { openProfileStore: async () => lastingStore(database) };
    const service = await opened(store);
    await service.rank([{ list: 'home', items: shelf }]);
    await service.ingest(blues.map((id, at) => eventOf(`b${at}`, 'click', [id], startMs + at * 1000)));
    expect(idsOf((await service.rank([{ list: 'home', items: shelf }]))[0])).not.toEqual(shopIds);
    expect(await service.forget({ facet: 'hue:blue' })).toEqual({ events: 3 });
    expect(idsOf((await service.rank([{ list: 'home', items: shelf }]))[0])).toEqual(shopIds);
    const next = await opened(store);
    expect((await next.profile()).eventCount).toBe(0);
    expect(idsOf((await next.rank([{ list: 'home', items: shelf }]))[0])).toEqual(shopIds);
  });

  test('a selector that matches nothing changes nothing', async () => {
    const service = await opened();
    await service.ingest(clicks(3));
    const before = await service.profile();
    expect(await service.forget({ itemId: 'nobody' })).toEqual({ events: 0 });
    expect(await service.profile()).toEqual(before);
  });
});

describe('taking out and erasing', () => {
  test('the export names events, parameters and lists in readable JSON', async () => {
    const service = await opened();
    await service.rank([{ list: 'home', items: shelf }]);
    await service.ingest(clicks(2));
    const text = JSON.parse(await service.exportProfile());
    expect(text).toMatchObject({ format: 'homebody-profile', version: 1, site: 'paint', ledger: null });
    expect(text.events.map((event: { id: string }) => event.id)).toEqual(['e0', 'e1']);
    expect(text.parameters.weights.length).toBe(text.parameters.linearIndices.length);
    expect(Object.keys(text.lists)).toEqual(['home']);
  });

  test('erase leaves nothing in the store, and the worker is of no use afterwards', async () => {
    const database = createMemoryDatabase();
    const parts = testParts({ openProfileStore: async () => lastingStore(database) });
    const service = createService(parts);
    await service.open(testOptions());
    await service.rank([{ list: 'home', items: shelf }]);
    await service.ingest(clicks(3));
    await service.erase();
    await parts.clock.advance(60_000);
    expect([database.log.length, database.latest, database.meta.size]).toEqual([0, null, 0]);
    await expect(service.ingest(clicks(1))).rejects.toMatchObject({ code: 'closed' });
  });

  test('events under way when the profile is erased are refused, not written after', async () => {
    const database = createMemoryDatabase();
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const inner = lastingStore(database);
    const slow: ProfileStore = { ...inner, append: async (...args) => (await gate, inner.append(...args)) };
    const service = await opened({ openProfileStore: async () => slow });
    const first = service.ingest(clicks(1)).catch((error: unknown) => error);
    const second = service.ingest(clicks(1, 1)).catch((error: unknown) => error);
    const erased = service.erase();
    release();
    await erased;
    await first;
    expect(await second).toMatchObject({ code: 'closed' });
    expect(database.log.length).toBe(0);
  });

  test('close writes what is due and later calls are refused', async () => {
    const database = createMemoryDatabase();
    const service = await opened({ openProfileStore: async () => lastingStore(database) });
    await service.rank([{ list: 'home', items: shelf }]);
    await service.close();
    expect([...database.meta.keys()]).toContain('lists');
    await expect(service.profile()).rejects.toMatchObject({ code: 'closed' });
    await expect(service.close()).resolves.toBeUndefined();
  });
});

test('a memory profile is forgotten with its worker', async () => {
  let durableOpens = 0;
  const parts = { openProfileStore: async () => (durableOpens++, openMemoryProfileStore()) };
  const service = await opened(parts, { storage: 'memory' });
  expect((await service.ingest(clicks(1))).durable).toBe(false);
  expect(durableOpens).toBe(0);
});
