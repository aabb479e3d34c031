import { proxy, transferHandlers, wrap, type Remote } from 'comlink';
import { afterEach, describe, expect, test } from 'vitest';
import { keepErrorCodes } from '../core/error-transfer.js';
import type { QueuedEvent } from '../core/event.js';
import type { Item } from '../core/item.js';
import type { WorkerApi, WorkerOptions, WorkerSignal } from './api/worker-api.js';

/** The real worker with a real IndexedDB, spoken to as the page does. */

keepErrorCodes(transferHandlers);

let sites = 0;
const workers: Worker[] = [];
const freshSite = (): string => `worker-${Date.now()}-${sites++}.example`;

function started(): { api: Remote<WorkerApi>; worker: Worker } {
  const worker = new Worker(new URL('./entry.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return { api: wrap<WorkerApi>(worker), worker };
}

function optionsOf(site: string, overrides: Partial<WorkerOptions> = {}): WorkerOptions {
  return {
    protocol: 1,
    site,
    storage: 'indexeddb',
    engine: 'auto',
    chunks: null,
    catalogueUrl: null,
    endpoint: null,
    isLoopbackPage: true,
    consent: { personalise: true, contribute: false },
    ...overrides,
  };
}

const shelf: readonly Item[] = Array.from({ length: 24 }, (_, at) => ({
  id: `p${at}`,
  name: `paint ${at}`,
  categories: ['Walls'],
  tags: [`hue:${['red', 'green', 'blue'][at % 3]}`],
}));

function clicks(count: number, first = 0): QueuedEvent[] {
  const startMs = Date.now() - 3_600_000;
  return Array.from({ length: count }, (_, at) => ({
    id: `e${first + at}`,
    atMs: startMs + (first + at) * 1_000,
    event: { type: 'click', source: 'homebody', items: [shelf[(first + at) % 24]!], list: { id: 'home' } },
  }));
}

afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

describe('the real worker', () => {
  test('keeps what it acknowledged when it is killed at once, to the bit', async () => {
    const site = freshSite();
    const first = started();
    expect(await first.api.open(optionsOf(site))).toMatchObject({ durable: true, eventCount: 0, notices: [] });
    await first.api.rank([{ list: 'home', items: shelf }]);
    const { paramsHash } = await first.api.ingest(clicks(30)).then(() => first.api.profile());
    const ack = await first.api.ingest(clicks(30, 30));
    first.worker.terminate();
    expect(ack).toMatchObject({ durable: true, dropped: [] });
    expect(ack.ids).toHaveLength(30);

    const second = started();
    expect(await second.api.open(optionsOf(site))).toMatchObject({ eventCount: 60 });
    const after = await second.api.profile();
    expect(after.timeline).toHaveLength(60);
    expect(after.paramsHash).not.toBe(paramsHash);
    // Sent again, as a page does that never heard the acknowledgement.
    expect(await second.api.ingest(clicks(30, 30))).toMatchObject({ ids: ack.ids });
    expect(await second.api.profile()).toMatchObject({ eventCount: 60, paramsHash: after.paramsHash });
    await second.api.erase();
  });

  test('killed 12 times in the middle of its work, it ends where an undisturbed one does', async () => {
    const [site, calmSite] = [freshSite(), freshSite()];
    const opened = async (of: string): Promise<ReturnType<typeof started>> => {
      const one = started();
      await one.api.open(optionsOf(of));
      await one.api.rank([{ list: 'home', items: shelf }]);
      return one;
    };
    const events = clicks(120);
    const acknowledged = new Set<string>();
    for (let kill = 0; kill < 12; kill++) {
      const { api, worker } = await opened(site);
      // As the page does: whatever is not acknowledged is sent again, in order, in small batches at once.
      const waiting = events.filter(({ id }) => !acknowledged.has(id)).slice(0, 30);
      for (let at = 0; at < waiting.length; at += 5) {
        void api.ingest(waiting.slice(at, at + 5)).then(({ ids }) => ids.forEach((id) => acknowledged.add(id)));
      }
      // Each kill falls elsewhere: the n-th one after about n commits.
      const enough = acknowledged.size + Math.min(kill % 4, waiting.length);
      const deadline = performance.now() + 2_000;
      while (acknowledged.size < enough && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 0));
      worker.terminate();
    }
    const last = await opened(site);
    const survived = new Set((await last.api.profile()).timeline.map(({ eventId }) => eventId));
    expect([...acknowledged].filter((id) => !survived.has(id))).toEqual([]);
    await last.api.ingest(events);
    const calm = await opened(calmSite);
    await calm.api.ingest(events);
    const [disturbed, undisturbed] = [await last.api.profile(), await calm.api.profile()];
    expect(disturbed.eventCount).toBe(120);
    expect(disturbed.paramsHash).toBe(undisturbed.paramsHash);
    await Promise.all([last.api.erase(), calm.api.erase()]);
  }, 60_000);

  test('two of them on one site end with one profile', async () => {
    const site = freshSite();
    const tabs = [started(), started()];
    await Promise.all(tabs.map(({ api }) => api.open(optionsOf(site))));
    await Promise.all(clicks(40).map((event, at) => tabs[at % 2]!.api.ingest([event])));
    const [one, two] = await Promise.all(tabs.map(({ api }) => api.profile()));
    expect(one!.eventCount).toBe(40);
    expect(two!.paramsHash).toBe(one!.paramsHash);
    await tabs[0]!.api.erase();
    await expect(tabs[1]!.api.ingest(clicks(1, 90))).rejects.toMatchObject({ code: 'closed' });
  });

  test('tells the new order after a lesson, and errors arrive with their code', async () => {
    const { api } = started();
    const signals: WorkerSignal[] = [];
    const told = new Promise<void>((resolve) => {
      void api.listen(
        proxy((signal) => (signals.push(signal), signal.kind === 'ranked' && signal.results[0]!.rung !== 'shop' && resolve())),
      );
    });
    await expect(api.profile()).rejects.toMatchObject({ name: 'SdkError', code: 'invalid-state' });
    await api.open(optionsOf(freshSite()));
    await api.rank([{ list: 'home', items: shelf }]);
    await api.ingest(clicks(3));
    await told;
    await expect(api.why('attic', 'p1')).rejects.toMatchObject({ code: 'not-found' });
    await expect(api.loseGpu()).rejects.toMatchObject({ code: 'engine-unavailable' });
    await api.erase();
    await expect(api.rank([])).rejects.toMatchObject({ code: 'closed' });
  });

  test('erase removes the database of the site', async () => {
    const site = freshSite();
    const { api } = started();
    await api.open(optionsOf(site));
    await api.ingest(clicks(2));
    expect((await indexedDB.databases()).map(({ name }) => name)).toContain(`homebody/${site}`);
    await api.erase();
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(`homebody/${site}`);
  });

  test('opens no database before it is told to, and none for a profile in memory', async () => {
    const site = freshSite();
    const { api } = started();
    await expect(api.rank([])).rejects.toMatchObject({ code: 'invalid-state' });
    expect(await api.open(optionsOf(site, { storage: 'memory' }))).toMatchObject({ durable: false, notices: [] });
    await api.ingest(clicks(2));
    expect((await indexedDB.databases()).filter(({ name }) => name?.includes(site))).toEqual([]);
  });
});
