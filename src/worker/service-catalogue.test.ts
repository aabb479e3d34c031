import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildCatalogue } from '../core/catalogue/build-catalogue.js';
import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import type { Catalogue } from '../core/catalogue/format.js';
import { canonicalRow, vectorAt } from '../core/catalogue/read-catalogue.js';
import { SdkError } from '../core/errors.js';
import { relearn } from '../core/profile/learn.js';
import { paramsBytes } from '../core/profile/state.js';
import { createMemoryDatabase, type MemoryDatabase } from '../storage/memory-store.js';
import type { WorkerApi, WorkerSignal } from './api/worker-api.js';
import type { ManualClock } from './manual-clock.contract.js';
import { createService } from './service.js';
import { clicks, eventOf, lastingStore, shelf, startMs, testOptions, testParts } from './service-parts.contract.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The shelf as the shop's feed has it: each product with two variants. `extra` items change the basis of the vectors. */
function filesOf(extra = 0): Pick<Catalogue, 'manifest'> & { readonly chunks: ReadonlyMap<string, Uint8Array<ArrayBuffer>> } {
  const more = Array.from({ length: extra }, (_, at) => ({
    id: `x${at}`,
    name: `metal tool ${at}`,
    categories: ['Tools', `kind ${at % 7}`],
    tags: [`use:${at % 3}`],
  }));
  const items = [...shelf, ...more].map((item) => ({ ...item, variantIds: [`${item.id}-1l`, `${item.id}-5l`] }));
  const { pool } = buildCatalogue(items, { poolSize: 5_000, hash });
  return { manifest: pool.manifest, chunks: new Map([...pool.files.values()].map((bytes) => [hash(bytes), bytes])) };
}

function catalogueOf(extra = 0): Catalogue {
  const { manifest, chunks } = filesOf(extra);
  return decodeCatalogue(manifest, chunks);
}

const catalogueUrl = 'https://shop.example/catalogue.json';

/** As an earlier visit has left it, long ago. */
function databaseWith({ manifest, chunks }: ReturnType<typeof filesOf>): MemoryDatabase {
  const database = createMemoryDatabase();
  database.meta.set('catalogueManifest', { url: catalogueUrl, fetchedAtMs: startMs - 30 * 86_400_000, manifest });
  for (const [key, bytes] of chunks) database.chunks.set(key, bytes);
  return database;
}

async function openedWith(
  catalogue: () => Promise<Catalogue>,
  database: MemoryDatabase = createMemoryDatabase(),
): Promise<{ service: WorkerApi; clock: ManualClock; signals: WorkerSignal[] }> {
  const parts = testParts({ loadCatalogue: catalogue, openProfileStore: async () => lastingStore(database) });
  const service = createService(parts);
  const signals: WorkerSignal[] = [];
  await service.listen((signal) => signals.push(signal));
  await service.open(testOptions({ catalogueUrl }));
  await parts.clock.advance(200);
  return { service, clock: parts.clock, signals };
}

const oneLitre = shelf.map(({ id }) => ({ id: `${id}-1l` }));
const blueClicks = ['p2', 'p5', 'p8'].map((id, at) => eventOf(`b${at}`, 'click', [`${id}-5l`], startMs + at * 1_000));

describe('with a catalogue', () => {
  test('ids are enough, events of a variant teach about its product, and the page gets its own ids back', async () => {
    const { service } = await openedWith(async () => catalogueOf());
    await service.rank([{ list: 'home', items: oneLitre }]);
    await service.ingest(blueClicks);
    const [result] = await service.rank([{ list: 'home', items: oneLitre }]);
    expect(result).toMatchObject({ rung: 'session', matched: 24, unmatched: 0 });
    expect(result!.items.map(({ id }) => id).sort()).toEqual(oneLitre.map(({ id }) => id).sort());
    const top = result!.items.slice(0, 6).filter(({ id }) => Number.parseInt(id.slice(1), 10) % 3 === 2);
    expect(top.length).toBeGreaterThanOrEqual(5);
    const profile = await service.profile();
    expect(profile.timeline.map(({ itemIds }) => itemIds)).toEqual([['p8'], ['p5'], ['p2']]);
    expect((await service.why('home', 'p11-1l')).parts.map(({ key }) => key)).toContain('factors');
  });

  test('over a tenth of unknown ids keeps the shop’s order and says so; a tenth does not', async () => {
    const { service } = await openedWith(async () => catalogueOf());
    await service.ingest(blueClicks);
    const strangers = (count: number): { id: string }[] => Array.from({ length: count }, (_, at) => ({ id: `stranger-${at}` }));
    const items = [...strangers(2), ...oneLitre.slice(0, 18)];
    const [few] = await service.rank([{ list: 'few', items }]);
    expect(few).toMatchObject({ matched: 18, unmatched: 2, rung: 'session' });
    expect(few).not.toHaveProperty('code');
    const [many] = await service.rank([{ list: 'many', items: [...strangers(3), ...oneLitre.slice(0, 17)] }]);
    expect(many).toMatchObject({ matched: 17, unmatched: 3, rung: 'shop', code: 'ids-unmatched' });
    expect(many!.items.map(({ shopPosition }) => shopPosition)).toEqual([...many!.items.keys()]);
  });

  test('that cannot be had, the page’s own items still rank, and a notice says why', async () => {
    const { service, signals } = await openedWith(() => Promise.reject(new SdkError('catalogue-unavailable', '404')));
    await service.ingest(['p2', 'p5', 'p8'].map((id, at) => eventOf(`b${at}`, 'click', [id], startMs + at * 1_000)));
    expect((await service.rank([{ list: 'home', items: shelf }]))[0]!.rung).toBe('session');
    expect(signals.filter(({ kind }) => kind === 'notice')).toMatchObject([{ notice: { code: 'catalogue-unavailable' } }]);
  });

  test('that arrives late has the remembered lists ranked again', async () => {
    let arrive: (catalogue: Catalogue) => void = () => {};
    const { service, clock, signals } = await openedWith(() => new Promise((resolve) => (arrive = resolve)));
    await service.rank([{ list: 'home', items: oneLitre }]);
    const ingested = service.ingest(['p2', 'p5', 'p8'].map((id, at) => eventOf(`b${at}`, 'click', [id], startMs + at * 1_000)));
    await clock.advance(500); // longer than this no lesson waits
    await ingested;
    const [before] = await service.rank([{ list: 'home', items: oneLitre }]);
    signals.length = 0;
    arrive(catalogueOf());
    await clock.advance(10);
    const told = signals.flatMap((signal) => (signal.kind === 'ranked' ? signal.results : []));
    expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)!.revision).toBeGreaterThan(before!.revision);
    expect(told.at(-1)!.items.map(({ id }) => id)).not.toEqual(before!.items.map(({ id }) => id));
  });

  test('whose vectors have another basis, the user vector is learned again from the items’ new vectors', async () => {
    const database = createMemoryDatabase();
    const old = await openedWith(async () => catalogueOf(), database);
    await old.service.rank([{ list: 'home', items: oneLitre }]);
    await old.service.ingest(blueClicks);
    await old.service.close();
    expect(database.meta.get('factorBasis')).toBe(1);

    const next = catalogueOf(60);
    const newer: Catalogue = { ...next, manifest: { ...next.manifest, model: { ...next.manifest.model!, catalogueVersion: 9 } } };
    const { service } = await openedWith(async () => newer, database);
    expect(database.meta.get('factorBasis')).toBe(9);
    const events = database.log.flatMap((record) => record.events);
    for (const { itemId, vector } of events.flatMap(({ examples }) => examples)) {
      expect(vector).toEqual(vectorAt(newer, canonicalRow(newer, itemId)!));
    }
    const expected = paramsBytes(relearn(null, events));
    expect(await service.profile()).toMatchObject({ eventCount: 3, paramsHash: hash(expected) });
    // The next worker starts from it.
    const reopened = await openedWith(async () => newer, database);
    expect((await reopened.service.profile()).paramsHash).toBe(hash(expected));
    expect((await reopened.service.why('home', 'p11-1l')).parts.map(({ key }) => key)).toContain('factors');
  });
});

describe('the copy of an earlier visit', () => {
  /** A network that answers when it is told to. */
  function network(): { load: () => Promise<Catalogue>; asked: () => number; answer: (catalogue: Catalogue) => void; fail: () => void } {
    let asked = 0;
    let settle: [(catalogue: Catalogue) => void, (error: unknown) => void] = [() => {}, () => {}];
    const load = (): Promise<Catalogue> => ((asked += 1), new Promise((...both) => (settle = both)));
    return {
      load,
      asked: () => asked,
      answer: (catalogue) => settle[0](catalogue),
      fail: () => settle[1](new SdkError('catalogue-unavailable', '404')),
    };
  }

  async function openedAtOnce(database: MemoryDatabase, load: () => Promise<Catalogue>, store = lastingStore(database)) {
    const parts = testParts({ loadCatalogue: load, openProfileStore: async () => store });
    const service = createService(parts);
    const signals: WorkerSignal[] = [];
    await service.listen((signal) => signals.push(signal));
    const opening = service.open(testOptions({ catalogueUrl }));
    return { service, opening, clock: parts.clock, signals };
  }

  const viewed = ['p2', 'p5', 'p8'].map((id, at) => ({
    ...eventOf(`v${at}`, 'view', [`${id}-1l`], startMs),
    event: { type: 'view' as const, source: 'ga4' as const, items: [{ id: `${id}-1l` }] },
  }));

  test('is in use before anything is ranked, learned or explained, and the network is asked only after that', async () => {
    const database = databaseWith(filesOf());
    const { load, asked } = network();
    const { service, opening, clock } = await openedAtOnce(database, load);
    await opening;
    expect(await service.rank([{ list: 'home', items: oneLitre }])).toMatchObject([{ matched: 24, unmatched: 0 }]);
    await service.ingest(viewed); // by ids alone, and nobody waits for the network
    expect(asked()).toBe(0);
    const own = database.log.flatMap(({ events }) => events).flatMap(({ examples }) => examples.filter(({ label }) => label === 1));
    expect(own.map(({ facets }) => facets!.includes('hue:blue'))).toEqual([true, true, true]);
    expect(own.every(({ vector }) => vector !== null)).toBe(true);
    expect((await service.why('home', 'p11-1l')).parts.map(({ key }) => key)).toContain('factors');
    await clock.advance(100);
    expect(asked()).toBe(1);
  });

  test('gives way to the newest, and the lists are ranked again', async () => {
    const { load, answer } = network();
    const { service, opening, clock, signals } = await openedAtOnce(databaseWith(filesOf()), load);
    await opening;
    await service.ingest(viewed);
    const [before] = await service.rank([{ list: 'home', items: [...oneLitre, { id: 'x1' }] }]);
    expect(before).toMatchObject({ unmatched: 1 });
    await clock.advance(100);
    signals.length = 0;
    answer(catalogueOf(60));
    await clock.advance(10);
    const told = signals.flatMap((signal) => (signal.kind === 'ranked' ? signal.results : []));
    expect(told.at(-1)).toMatchObject({ unmatched: 0 });
  });

  test('that cannot be read blocks nothing: the first shelf waits for it at most 300 ms', async () => {
    const database = databaseWith(filesOf());
    const { load } = network();
    const broken = await openedAtOnce(database, load, { ...lastingStore(database), getChunk: () => Promise.reject(new Error('disk')) });
    await broken.opening;
    expect((await broken.service.rank([{ list: 'home', items: shelf }]))[0]).toMatchObject({ matched: 24 });

    const stuck = await openedAtOnce(database, load, { ...lastingStore(database), getChunk: () => new Promise(() => {}) });
    let isOpen = false;
    void stuck.opening.then(() => (isOpen = true));
    await stuck.clock.advance(299);
    expect(isOpen).toBe(false);
    await stuck.clock.advance(1);
    expect(isOpen).toBe(true);
  });

  test('where there is none, the first lesson waits for the network, and knows tags and vectors', async () => {
    const database = createMemoryDatabase();
    const { load, asked, answer } = network();
    const { service, opening, clock } = await openedAtOnce(database, load);
    await opening;
    const ingested = service.ingest(viewed);
    await clock.advance(20);
    expect(asked()).toBe(1); // sooner than it would have been asked anyway
    answer(catalogueOf());
    await ingested;
    const own = database.log.flatMap(({ events }) => events).flatMap(({ examples }) => examples.filter(({ label }) => label === 1));
    expect(own.map(({ facets, vector }) => facets!.includes('hue:blue') && vector !== null)).toEqual([true, true, true]);
  });

  test('the wait for a silent network ends after half a second and is not repeated; a failing or closing one ends it', async () => {
    const { load, fail } = network();
    const { service, opening, clock } = await openedAtOnce(createMemoryDatabase(), load);
    await opening;
    const first = service.ingest(clicks(1));
    await clock.advance(499);
    expect((await service.profile()).eventCount).toBe(0);
    await clock.advance(1);
    await first;
    await service.ingest(clicks(1, 1)); // the network is as silent as before
    expect((await service.profile()).eventCount).toBe(2);

    const refused = await openedAtOnce(createMemoryDatabase(), load);
    await refused.opening;
    const second = refused.service.ingest(clicks(1));
    await refused.clock.advance(1);
    fail();
    await second;

    const database = createMemoryDatabase();
    const leaving = await openedAtOnce(database, load);
    await leaving.opening;
    const third = leaving.service.ingest(clicks(1));
    await leaving.clock.advance(1);
    await leaving.service.close();
    await third;
    expect(database.log).toHaveLength(1);
  });
});
