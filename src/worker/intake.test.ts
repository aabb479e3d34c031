import { describe, expect, test } from 'vitest';
import { RETENTION_DAYS } from '../core/features/manifest.js';
import { createMemoryDatabase } from '../storage/memory-store.js';
import { DEFAULT_RETENTION } from '../storage/retention.js';
import type { WorkerApi } from './api/worker-api.js';
import { createService } from './service.js';
import { clicks, eventOf, lastingStore, startMs, testOptions, testParts } from './service-parts.contract.js';

async function openedOn(database = createMemoryDatabase()): Promise<WorkerApi> {
  const service = createService(testParts({ openProfileStore: async () => lastingStore(database) }));
  await service.open(testOptions());
  return service;
}

describe('intake', () => {
  test('names each drop with its reason and counts them on the device, over visits, until the profile is erased', async () => {
    const database = createMemoryDatabase();
    const first = await openedOn(database);
    const ahead = eventOf('ahead', 'click', ['p1'], startMs + 3_600_000);
    const bare = { ...eventOf('bare', 'click', []), extra: 1 };
    const { ids, dropped } = await first.ingest([
      ...clicks(2),
      ahead,
      bare,
      { id: 'odd' } as never,
      eventOf('twice', 'click', ['p0'], startMs),
      eventOf('again', 'click', ['p0'], startMs + 100),
    ]);
    expect(ids).toEqual(['e0', 'e1', 'twice']);
    expect(dropped).toEqual([
      { id: 'ahead', reason: 'clock-ahead' },
      { id: 'bare', reason: 'no-item-id' },
      { id: 'odd', reason: 'malformed' },
      { id: 'again', reason: 'repeated' },
    ]);
    expect((await first.profile()).dropped).toEqual({ 'clock-ahead': 1, 'no-item-id': 1, malformed: 1, repeated: 1 });
    await first.close();
    const second = await openedOn(database);
    await second.ingest([eventOf('late', 'click', ['p1'], startMs + 3_600_000)]);
    expect((await second.profile()).dropped).toMatchObject({ 'clock-ahead': 2, repeated: 1 });
    await second.erase();
    expect((await (await openedOn(database)).profile()).dropped).toEqual({});
  });

  test('does not count what is never learned: how often is nobody’s to know', async () => {
    const service = await openedOn();
    const secret = {
      ...eventOf('s', 'view', []),
      event: { ...eventOf('s', 'view', []).event, items: [{ id: 'x', categories: ['Health'] }] },
    };
    expect((await service.ingest([secret])).dropped).toEqual([{ id: 's', reason: 'never-learn' }]);
    expect((await service.profile()).dropped).toEqual({});
  });

  test('an event with a property more never reaches the log with it', async () => {
    const service = await openedOn();
    const event = eventOf('e', 'purchase', ['p1']);
    const more = { email: 'someone@example.test', query: 'secret wishes', rating: 5, sku: 'sku-9', userId: 'u-77' };
    const items = event.event.items!.map((item) => ({ ...item, ...more }));
    await service.ingest([{ ...event, ...more, event: { ...event.event, ...more, items } } as never]);
    const text = await service.exportProfile();
    expect(text).toContain('"p1"');
    for (const secret of ['someone@', 'secret wishes', 'rating', 'sku-9', 'u-77']) expect(text).not.toContain(secret);
  });

  test('an event that its source names is counted once, though told again on a later visit', async () => {
    const database = createMemoryDatabase();
    const named = (id: string) => ({ ...eventOf(id, 'click', ['p1']), event: { ...eventOf(id, 'click', ['p1']).event, eventId: 'ajs-1' } });
    expect((await (await openedOn(database)).ingest([named('one')])).ids).toEqual(['one']);
    const later = await openedOn(database);
    expect(await later.ingest([named('two')])).toMatchObject({ ids: [], dropped: [{ id: 'two', reason: 'duplicate-event-id' }] });
  });

  test('ids with edges are one id', async () => {
    const service = await openedOn();
    await service.ingest([eventOf('e', 'click', [' p1 '])]);
    expect((await service.profile()).timeline[0]!.itemIds).toEqual(['p1']);
  });

  test('cleans by the retention that the store has', () => {
    expect(DEFAULT_RETENTION.ttlMs).toBe(RETENTION_DAYS * 86_400_000);
  });
});
