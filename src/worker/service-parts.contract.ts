import { createHash } from 'node:crypto';
import { createEngineSelector } from '../compute/select.js';
import { SdkError } from '../core/errors.js';
import type { EventType, QueuedEvent } from '../core/event.js';
import type { Item } from '../core/item.js';
import { openMemoryProfileStore, type MemoryDatabase } from '../storage/memory-store.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { WorkerOptions } from './api/worker-api.js';
import { manualClock, type ManualClock } from './manual-clock.contract.js';
import type { ServiceParts } from './parts.js';

/** Parts and data for tests of the service: a paint shop in two hues and a clock moved by hand. */

export const startMs = 1_750_000_000_000;

/** A store on disk, as far as the service can tell: memory that outlives it. */
export function lastingStore(database: MemoryDatabase): ProfileStore {
  return { ...openMemoryProfileStore(database), durable: true };
}

export function testParts(overrides: Partial<ServiceParts> = {}): ServiceParts & { readonly clock: ManualClock } {
  return {
    clock: manualClock(startMs),
    openProfileStore: async () => openMemoryProfileStore(),
    digest: async (bytes) => createHash('sha256').update(bytes).digest(),
    loadCatalogue: async () => {
      throw new SdkError('catalogue-unavailable', 'no catalogue in this test');
    },
    loadSelector: async () => createEngineSelector,
    loadSimd: async () => {
      throw new SdkError('engine-unavailable', 'no WebAssembly in this test');
    },
    loadWebgl: async () => {
      throw new SdkError('engine-unavailable', 'no GPU in this test');
    },
    createRounds: () => null,
    isGpc: () => false,
    ...overrides,
  } as ServiceParts & { readonly clock: ManualClock }; // tests that bring another clock bring a manual one
}

export function testOptions(overrides: Partial<WorkerOptions> = {}): WorkerOptions {
  return {
    protocol: 1,
    site: 'paint',
    storage: 'indexeddb',
    engine: 'auto',
    chunks: null,
    catalogueUrl: null,
    endpoint: null,
    isLoopbackPage: false,
    consent: { personalise: true, contribute: false },
    ...overrides,
  };
}

/** 24 paints: every third one blue, the first ones red and green. */
export const shelf: readonly Item[] = Array.from({ length: 24 }, (_, at) => {
  const hue = ['red', 'green', 'blue'][at % 3]!;
  return {
    id: `p${at}`,
    name: `${hue} paint ${at}`,
    brand: `maker ${at % 5}`,
    categories: ['Walls', hue],
    price: 10 + at,
    tags: [`hue:${hue}`],
  };
});

export function eventOf(id: string, type: EventType, itemIds: readonly string[], atMs = startMs): QueuedEvent {
  const items = itemIds.map((itemId) => ({ ...(shelf.find((item) => item.id === itemId) ?? { id: itemId }) }));
  return { id, atMs, event: { type, source: 'homebody', items, list: { id: 'home' } } };
}

/** Clicks on different items, a second apart. */
export function clicks(count: number, first = 0): readonly QueuedEvent[] {
  return Array.from({ length: count }, (_, at) =>
    eventOf(`e${first + at}`, 'click', [`p${(first + at) % shelf.length}`], startMs - 3_600_000 + (first + at) * 1_000),
  );
}
