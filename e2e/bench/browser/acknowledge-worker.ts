import { openDB } from 'idb';
import type { QueuedEvent } from '../../../src/core/event.js';
import type { Item } from '../../../src/core/item.js';
import { openIdbProfileStore } from '../../../src/storage/idb-store.js';
import type { WorkerOptions } from '../../../src/worker/api/worker-api.js';
import { createService } from '../../../src/worker/service.js';
import { comparison, budget, median, spread, type Figure } from '../figure.js';

/**
 * From an event's arrival in the worker to its acknowledgement (learned, in the log, durable), against a bare put of the same
 * event into a store of its own, by turns. Ruling 10: the clock starts at worker receipt.
 */

const warmUps = 50;
const events = 400;
const firstAtMs = Date.now() - 24 * 3_600_000;

const shop: readonly Item[] = Array.from({ length: 120 }, (_, number) => ({
  id: `P${number}`,
  name: `Paint ${number}`,
  brand: `Maker ${number % 7}`,
  categories: [`Hue ${number % 9}`, `Tone ${number % 5}`],
  price: 10 + (number % 30),
  tags: [`hue:${number % 9}`, `mood:${number % 4}`, `finish:${number % 3}`],
}));

const options: WorkerOptions = {
  protocol: 1,
  site: 'bench',
  storage: 'indexeddb',
  engine: 'reference',
  chunks: null,
  catalogueUrl: null,
  endpoint: null,
  isLoopbackPage: true,
  consent: { personalise: true, contribute: false },
};

async function bench(): Promise<readonly Figure[]> {
  const service = createService({
    clock: {
      now: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(delayMs, task) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    },
    openProfileStore: openIdbProfileStore,
    digest: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
    loadCatalogue: () => Promise.reject(new Error('not here')),
    loadSelector: () => Promise.reject(new Error('not here')),
    loadSimd: () => Promise.reject(new Error('not here')),
    loadWebgl: () => Promise.reject(new Error('not here')),
    createRounds: () => null,
    isGpc: () => false,
  });
  const { durable, notices } = await service.open(options);
  if (!durable) throw new Error(`not durable: ${notices.map(({ message }) => message).join('; ')}`);
  await service.rank([{ list: 'home', items: shop }]);
  // The same durability as the log's: survives the process, not a power cut.
  const bare = await openDB('homebody-bench-bare', 1, {
    upgrade: (database) => void database.createObjectStore('events', { autoIncrement: true }),
  });

  const ours: number[] = [];
  const theirs: number[] = [];
  for (let number = 0; number < warmUps + events; number++) {
    const queued = clickOn(number);
    const putMs = await timed(async () => {
      const transaction = bare.transaction('events', 'readwrite', { durability: 'relaxed' });
      void transaction.store.put(queued);
      await transaction.done;
    });
    const ackMs = await timed(async () => {
      const { ids, durable, dropped } = await service.ingest([queued]);
      if (!durable || ids[0] !== queued.id) throw new Error(`not acknowledged: ${JSON.stringify({ ids, durable, dropped })}`);
    });
    if (number < warmUps) continue;
    theirs.push(putMs);
    ours.push(ackMs);
  }
  const group = Array.from({ length: 100 }, (_, number) => clickOn(10_000 + number));
  const groupMs = await timed(() => service.ingest(group));
  const { eventCount, beliefs } = await service.profile();
  if (eventCount < warmUps + events + 100 || beliefs.length === 0)
    throw new Error(`only ${eventCount} events were learned, ${beliefs.length} beliefs`);
  await service.close();
  bare.close();
  log(`acknowledged ${spread(ours)} ms, bare put ${spread(theirs)} ms`);
  return [
    // Ratio at most 1.5 means that the bare put takes at least 1/1.5 of our time.
    comparison('event-durable-acknowledged-p50', median(ours), 'ms', { name: 'bare IndexedDB put', value: median(theirs) }, 1 / 1.5),
    budget('event-durable-acknowledged-in-a-batch-of-100', groupMs / 100, 'ms', null),
  ];
}

function clickOn(number: number): QueuedEvent {
  const item = shop[(number * 7) % 24]!;
  return {
    id: number.toString(16).padStart(32, '0'),
    atMs: firstAtMs + number * 2_000, // closer together the same click counts as one
    event: {
      type: 'click',
      source: 'homebody',
      list: { id: 'home' },
      items: [
        {
          id: item.id,
          name: item.name!,
          brand: item.brand!,
          categories: item.categories!,
          price: item.price!,
          position: (number * 7) % 24,
        },
      ],
    },
  };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

function log(line: string): void {
  postMessage({ log: line }, { transfer: [] });
}

bench().then(
  (figures) => postMessage({ figures }, { transfer: [] }),
  (error: unknown) => postMessage({ error: String(error) }, { transfer: [] }),
);
