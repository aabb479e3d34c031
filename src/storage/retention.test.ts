import { describe, expect, test } from 'vitest';
import { openMemoryProfileStore } from './memory-store.js';
import { recordOf, snapshotOf } from './profile-store.contract.js';
import { DEFAULT_RETENTION, pruneLog, pruneThrough } from './retention.js';

const dayMs = 86_400_000;
const nowMs = 1_000 * dayMs;
const aged = (...days: number[]) => days.map((day, index) => ({ position: index + 1, atMs: nowMs - day * dayMs }));

describe('retention', () => {
  test('keeps a record of exactly ninety days and drops an older one', () => {
    expect(pruneThrough(aged(91, 90, 3), 3, nowMs, DEFAULT_RETENTION)).toBe(1);
  });

  test('drops the oldest above the cap however young they are', () => {
    expect(pruneThrough(aged(4, 3, 2, 1), 4, nowMs, { ttlMs: 90 * dayMs, maxRecords: 3 })).toBe(1);
  });

  test('never drops what the snapshot does not hold yet', () => {
    expect(pruneThrough(aged(99, 98, 97), 2, nowMs, DEFAULT_RETENTION)).toBe(2);
    expect(pruneThrough(aged(99, 98, 97), 0, nowMs, DEFAULT_RETENTION)).toBe(0);
  });

  test('a record with a clock ahead of its time stops the pruning, and nothing younger goes', () => {
    expect(pruneThrough(aged(99, -5, 98), 3, nowMs, DEFAULT_RETENTION)).toBe(1);
  });

  test('hands the records that go to the fold, with the base they stand on', async () => {
    const store = openMemoryProfileStore();
    for (const [index, age] of [99, 95, 1].entries()) await store.append(recordOf([`e${index}`], nowMs - age * dayMs), index);
    const seen: number[][] = [];
    const fold = (base: unknown, records: readonly { position: number }[]) => {
      seen.push(records.map((record) => record.position));
      expect(base).toBeNull();
      return snapshotOf(2);
    };
    expect(await pruneLog(store, 3, nowMs, fold)).toBe(2);
    expect(seen).toEqual([[1, 2]]);
    expect((await store.readBase())!.logPosition).toBe(2);
    expect(await pruneLog(store, 3, nowMs, fold)).toBe(0);
  });
});
