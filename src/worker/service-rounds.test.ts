import { describe, expect, test } from 'vitest';
import { POSITION_LAMBDA } from '../core/ranking/constants.js';
import { createMemoryDatabase } from '../storage/memory-store.js';
import type { Consent, WorkerApi, WorkerOptions } from './api/worker-api.js';
import type { ManualClock } from './manual-clock.contract.js';
import type { SharedModel } from './model-holder.js';
import type { RoundsContext, ServiceParts } from './parts.js';
import { noRounds } from './rounds.js';
import { createService } from './service.js';
import { clicks, lastingStore, shelf, testOptions, testParts } from './service-parts.contract.js';

/** What the service allows rounds to do, with rounds that only write down what they were told. */

interface Told {
  readonly consents: Consent[];
  readonly calls: string[];
  context: RoundsContext | null;
}

async function opened(
  options: Partial<WorkerOptions>,
  overrides: Partial<ServiceParts> = {},
): Promise<{ service: WorkerApi; clock: ManualClock; told: Told }> {
  const told: Told = { consents: [], calls: [], context: null };
  const parts = testParts({
    openProfileStore: async () => lastingStore(createMemoryDatabase()),
    createRounds: (context) => {
      told.context = context;
      return {
        setConsent: async (consent) => void told.consents.push(consent),
        status: async () => noRounds,
        refresh: async () => (told.calls.push('refresh'), noRounds),
        ledger: async () => ({ entries: [] }),
        stop: () => void told.calls.push('stop'),
        erase: async () => void told.calls.push('erase'),
      };
    },
    ...overrides,
  });
  const service = createService(parts);
  await service.open(testOptions(options));
  await parts.clock.advance(200);
  return { service, clock: parts.clock, told };
}

const both: Consent = { personalise: true, contribute: true };
const blueModel: SharedModel = {
  taskId: 'taste-1',
  version: 3,
  reports: 600,
  noiseL2: 0.1,
  cells: [
    { name: 'Walls', estimate: 0.2, share: 0.4, prior: -0.7 },
    { name: 'Wood', estimate: 0.7, share: 0.3, prior: 0.8 },
    { name: 'other', estimate: 0.1, share: 0.3, prior: -1 },
  ],
};

describe('taking part', () => {
  test('needs both consents, a store that lasts, and a browser that does not object', async () => {
    const contributes = async (options: Partial<WorkerOptions>, overrides: Partial<ServiceParts> = {}): Promise<boolean[]> =>
      (await opened(options, overrides)).told.consents.map(({ contribute }) => contribute);
    expect(await contributes({ consent: both })).toEqual([true]);
    expect(await contributes({ consent: { personalise: true, contribute: false } })).toEqual([false]);
    expect(await contributes({ consent: { personalise: false, contribute: true } })).toEqual([false]);
    expect(await contributes({ consent: both, storage: 'memory' })).toEqual([false]);
    expect(await contributes({ consent: both }, { isGpc: () => true })).toEqual([false]);
    expect(await contributes({ consent: both }, { openProfileStore: () => Promise.reject(new Error('no disk')) })).toEqual([false]);
  });

  test('begins and ends with the second consent', async () => {
    const { service, told } = await opened({});
    await service.setConsent(both);
    await service.setConsent({ personalise: true, contribute: false });
    expect(told.consents.map(({ contribute }) => contribute)).toEqual([false, true, false]);
  });

  test('is applied before the first refresh, however early somebody asks for it', async () => {
    const order: string[] = [];
    const service = createService(
      testParts({
        createRounds: () => ({
          setConsent: async ({ personalise }) => void order.push(`consent ${personalise}`),
          status: async () => noRounds,
          refresh: async () => (order.push('refresh'), noRounds),
          ledger: async () => null,
          stop: () => {},
          erase: async () => {},
        }),
      }),
    );
    await service.open(testOptions({ storage: 'memory' }));
    await service.refreshRounds();
    expect(order).toEqual(['consent true', 'refresh']);
  });

  test('is not begun by a page that leaves at once', async () => {
    const told: Consent[] = [];
    const parts = testParts({
      createRounds: () => ({
        setConsent: async (consent) => void told.push(consent),
        status: async () => noRounds,
        refresh: async () => noRounds,
        ledger: async () => null,
        stop: () => {},
        erase: async () => {},
      }),
    });
    const service = createService(parts);
    await service.open(testOptions({ consent: both }));
    await service.close();
    await parts.clock.advance(1_000);
    expect(told).toEqual([]);
  });

  test('reads what the log holds, and ends before anything is erased', async () => {
    const { service, told } = await opened({ consent: both });
    await service.ingest(clicks(3));
    expect((await told.context!.events()).map(({ queued }) => queued.id)).toEqual(['e0', 'e1', 'e2']);
    expect(JSON.parse(await service.exportProfile()).ledger).toEqual({ entries: [] });
    await service.erase();
    expect(told.calls).toEqual(['stop', 'erase']);
  });
});

describe('the published model', () => {
  const mixed = shelf.map((item, at) => ({ ...item, categories: [at % 4 === 3 ? 'Wood' : 'Walls'] }));

  test('gives somebody new a first shelf, and is there at the next visit', async () => {
    const database = createMemoryDatabase();
    const overrides = { openProfileStore: async () => lastingStore(database) };
    const { service, told } = await opened({}, overrides);
    const [before] = await service.rank([{ list: 'home', items: mixed }]);
    await told.context!.model.set(blueModel);
    const [after] = await service.rank([{ list: 'home', items: mixed }]);
    expect([before!.rung, after!.rung]).toEqual(['shop', 'taste']);
    expect(after!.revision).toBeGreaterThan(before!.revision);
    expect(after!.items.slice(0, 6).map(({ id }) => id)).toEqual(['p3', 'p7', 'p11', 'p15', 'p19', 'p23']);
    const next = await opened({}, overrides);
    expect((await next.service.rank([{ list: 'home', items: mixed }]))[0]!.items).toEqual(after!.items);
  });

  test('is named in what is learned under it, and enters the margins', async () => {
    const database = createMemoryDatabase();
    const { service, told } = await opened({}, { openProfileStore: async () => lastingStore(database) });
    await told.context!.model.set(blueModel);
    await service.rank([{ list: 'home', items: mixed }]);
    await service.ingest(clicks(1, 3));
    expect(database.log[0]!.modelVersion).toBe(3);
    // p3 stands in place 3 of the list and is of the cell Wood
    expect(database.log[0]!.events[0]!.examples[0]!.margin).toBeCloseTo(0.8 - POSITION_LAMBDA * Math.log(4), 5);
  });

  test('that was stored by another SDK in another shape is left alone', async () => {
    const database = createMemoryDatabase();
    database.meta.set('sharedModel', { taskId: 'taste-1', version: 1, cells: [{ name: 'x' }] });
    const { service } = await opened({}, { openProfileStore: async () => lastingStore(database) });
    expect((await service.rank([{ list: 'home', items: mixed }]))[0]!.rung).toBe('shop');
  });
});
