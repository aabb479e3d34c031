import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../compute/reference.js';
import type { GpuEngine } from '../compute/engine.js';
import { SdkError } from '../core/errors.js';
import type { QueuedEvent } from '../core/event.js';
import { openIdbProfileStore } from '../storage/idb-store.js';
import { createMemoryDatabase } from '../storage/memory-store.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { WorkerApi, WorkerOptions } from './api/worker-api.js';
import { createService } from './service.js';
import { clicks, lastingStore, shelf, testOptions, testParts } from './service-parts.contract.js';

/** The promises of the profile: nothing acknowledged is lost, nothing is counted twice, tabs agree. */

async function openedOn(
  openProfileStore: () => Promise<ProfileStore>,
  extra: Parameters<typeof testParts>[0] = {},
  options: Partial<WorkerOptions> = {},
): Promise<WorkerApi> {
  const service = createService(testParts({ openProfileStore, ...extra }));
  await service.open(testOptions(options));
  return service;
}

const eventIdsOf = async (service: WorkerApi): Promise<string[]> => (await service.profile()).timeline.map(({ eventId }) => eventId).sort();

/** What the page does: sends again, under the same ids, what was not acknowledged. */
async function sendUntilIn(open: () => Promise<WorkerApi>, events: readonly QueuedEvent[], attempts: number): Promise<WorkerApi> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const service = await open();
    const acked = await service.ingest(events).then(
      () => true,
      () => false,
    );
    if (acked) return service;
  }
  throw new Error(`not acknowledged in ${attempts} attempts`);
}

/** A disk that dies at the nth append: before writing, or after it but before the answer. */
function dyingStore(store: ProfileStore, deaths: Iterator<'no' | 'before' | 'after'>): ProfileStore {
  return {
    ...store,
    async append(record, position) {
      const death = deaths.next().value ?? 'no';
      if (death === 'before') throw new SdkError('storage-unavailable', 'died before writing');
      const result = await store.append(record, position);
      if (death === 'after') throw new SdkError('storage-unavailable', 'died after writing');
      return result;
    },
  };
}

describe('no acknowledged event is lost and none is counted twice', () => {
  test('whatever dies before or after writing, sending again ends in the profile of an undisturbed worker', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom('no' as const, 'before' as const, 'after' as const), { maxLength: 12 }),
        fc.boolean(),
        async (sizes, deathPlan, restarts) => {
          const [disturbed, calm] = [createMemoryDatabase(), createMemoryDatabase()];
          const deaths = deathPlan[Symbol.iterator]();
          const fresh = (): Promise<WorkerApi> => openedOn(async () => dyingStore(lastingStore(disturbed), deaths));
          const lasting = fresh();
          const reference = await openedOn(async () => lastingStore(calm));
          let first = 0;
          for (const size of sizes) {
            const events = clicks(size, first);
            first += size;
            await sendUntilIn(restarts ? fresh : () => lasting, events, deathPlan.length + 1);
            await reference.ingest(events);
          }
          const end = await (await openedOn(async () => lastingStore(disturbed))).profile();
          expect(end.eventCount).toBe(first);
          expect(end.paramsHash).toBe((await reference.profile()).paramsHash);
          // The survivor's memory agrees with the disk.
          if (!restarts) expect((await (await lasting).profile()).paramsHash).toBe(end.paramsHash);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a retry beside its first try, in one call or in two, counts once and is acknowledged twice', async () => {
    const service = await openedOn(async () => lastingStore(createMemoryDatabase()));
    const [one] = clicks(1);
    const acks = await Promise.all([service.ingest([one!, one!]), service.ingest([one!])]);
    expect(acks.map(({ ids }) => ids)).toEqual([['e0', 'e0'], ['e0']]);
    expect((await service.profile()).eventCount).toBe(1);
  });

  test('a full disk is told by its code, the events are the page’s again, and count once when there is room', async () => {
    const database = createMemoryDatabase();
    const store = lastingStore(database);
    let isFull = true;
    const full = new SdkError('storage-full', 'the browser’s disk quota is used up');
    const service = await openedOn(async () => ({
      ...store,
      append: (...args) => (isFull ? Promise.reject(full) : store.append(...args)),
    }));
    await expect(service.ingest(clicks(3))).rejects.toMatchObject({ code: 'storage-full' });
    await expect(service.ingest(clicks(3))).rejects.toMatchObject({ code: 'storage-full' });
    isFull = false;
    expect(await service.ingest(clicks(3))).toMatchObject({ ids: ['e0', 'e1', 'e2'], durable: true });
    expect((await service.profile()).eventCount).toBe(3);
  });

  test('a lesson that cannot be stored leaves no trace in memory', async () => {
    const service = await openedOn(async () =>
      dyingStore(lastingStore(createMemoryDatabase()), (['no', 'before'] as const)[Symbol.iterator]()),
    );
    await service.ingest(clicks(3));
    const [before] = await service.rank([{ list: 'home', items: shelf }]);
    await expect(service.ingest(clicks(3, 3))).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect((await service.rank([{ list: 'home', items: shelf }]))[0]).toEqual(before);
  });

  test('a snapshot and the records after it make the same profile as the records alone', async () => {
    const database = createMemoryDatabase();
    const parts = testParts({ openProfileStore: async () => lastingStore(database) });
    const service = createService(parts);
    await service.open(testOptions());
    for (const event of clicks(70)) await service.ingest([event]);
    await parts.clock.advance(5_000);
    expect(database.latest?.eventCount).toBe(70);
    for (const event of clicks(5, 70)) await service.ingest([event]);
    const { paramsHash } = await service.profile();
    const next = await openedOn(async () => lastingStore(database));
    expect(await next.profile()).toMatchObject({ paramsHash, eventCount: 75 });
    database.latest = null;
    expect((await (await openedOn(async () => lastingStore(database))).profile()).paramsHash).toBe(paramsHash);
  });
});

describe('an engine that fails', () => {
  test('loses no update: the lesson is learned on the reference kernels, and the failure is told', async () => {
    const reference = createReferenceEngine();
    let calls = 0;
    /** Dies at its second step, for good. */
    const gpu: GpuEngine = {
      ...reference,
      name: 'webgl',
      loseContext: () => {},
      async stepLinear(...args) {
        calls += 1;
        if (calls % 2 === 1) return reference.stepLinear(...args);
        throw new SdkError('engine-lost', 'the context is gone');
      },
    };
    const failing = await openedOn(
      async () => lastingStore(createMemoryDatabase()),
      { loadWebgl: async () => gpu },
      {
        engine: 'webgl',
        chunks: {
          later: 'https://cdn.example/later.js',
          simd: 'https://cdn.example/simd.js',
          webgl: 'https://cdn.example/webgl.js',
          rounds: 'https://cdn.example/rounds.js',
          participation: 'https://cdn.example/participation.js',
        },
      },
    );
    const sound = await openedOn(async () => lastingStore(createMemoryDatabase()));
    const notices: string[] = [];
    await failing.listen((signal) => signal.kind === 'notice' && notices.push(signal.notice.code));
    for (const event of clicks(6)) await Promise.all([failing.ingest([event]), sound.ingest([event])]);
    // After the second step webgl is left alone until somebody chooses it again.
    expect(calls).toBe(2);
    expect(await failing.engine()).toMatchObject({ active: 'reference', wanted: 'webgl', notices: [{ code: 'engine-lost' }] });
    expect(notices).toEqual(['engine-lost']);
    expect((await failing.profile()).paramsHash).toBe((await sound.profile()).paramsHash);
  });
});

describe('two tabs on one IndexedDB', () => {
  test('end with the same profile, each event counted once, however their events interleave', async () => {
    globalThis.indexedDB = new IDBFactory();
    const tabs = await Promise.all([1, 2].map(() => openedOn(() => openIdbProfileStore('paint'))));
    const events = clicks(40);
    await Promise.all(events.map((event, at) => tabs[at % 2]!.ingest([event])));
    // A retry in the other tab, as after a tab's death.
    await tabs[1]!.ingest(events.slice(0, 4));
    const [one, two] = await Promise.all(tabs.map((tab) => tab.profile()));
    expect(one!.eventCount).toBe(40);
    expect(two!.paramsHash).toBe(one!.paramsHash);
    expect(await eventIdsOf(tabs[0]!)).toEqual(events.map(({ id }) => id).sort());
    const later = await openedOn(() => openIdbProfileStore('paint'));
    expect((await later.profile()).paramsHash).toBe(one!.paramsHash);
  });

  test('what one forgets the other does not bring back', async () => {
    globalThis.indexedDB = new IDBFactory();
    const [one, two] = await Promise.all([1, 2].map(() => openedOn(() => openIdbProfileStore('paint'))));
    await one!.ingest(clicks(6));
    await two!.ingest(clicks(2, 6));
    await one!.forget({ eventId: 'e7' });
    await two!.ingest(clicks(2, 8));
    const profiles = await Promise.all([one!.profile(), two!.profile()]);
    expect(profiles.map(({ eventCount }) => eventCount)).toEqual([9, 9]);
    expect(profiles[0]!.paramsHash).toBe(profiles[1]!.paramsHash);
    expect(await eventIdsOf(two!)).not.toContain('e7');
  });

  test('an erased profile ends the other tab’s worker: every call says so, and the next worker starts anew', async () => {
    globalThis.indexedDB = new IDBFactory();
    const [one, two] = await Promise.all([1, 2].map(() => openedOn(() => openIdbProfileStore('paint'))));
    await one!.ingest(clicks(2));
    await one!.erase();
    const calls = [
      () => two!.ingest(clicks(2)),
      () => two!.rank([{ list: 'home', items: shelf }]),
      () => two!.profile(),
      () => two!.rounds(),
      () => two!.setConsent({ personalise: true, contribute: false }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'closed' });
    await two!.close();
    const next = await openedOn(() => openIdbProfileStore('paint'));
    expect(await next.ingest(clicks(2))).toMatchObject({ ids: ['e0', 'e1'], durable: true });
  });
});
