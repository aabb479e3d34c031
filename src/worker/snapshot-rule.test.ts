import { expect, test } from 'vitest';
import { createMemoryDatabase } from '../storage/memory-store.js';
import { createService } from './service.js';
import { clicks, lastingStore, testOptions, testParts } from './service-parts.contract.js';

/** A cold start reads what the snapshot does not hold, so a snapshot is due by events, however few records they came in. */

test.each([
  { events: 31, held: 0 },
  { events: 40, held: 40 },
])('$events events in a single record: $held of them are in the snapshot a second later', async ({ events, held }) => {
  const database = createMemoryDatabase();
  const parts = testParts({ openProfileStore: async () => lastingStore(database) });
  const service = createService(parts);
  await service.open(testOptions());
  const { ids } = await service.ingest(clicks(events));
  expect(ids).toHaveLength(events);
  await parts.clock.advance(2_000);
  const snapshot = await lastingStore(database).readSnapshot();
  expect(snapshot?.eventCount ?? 0).toBe(held);
});
