import { describe, expect, test } from 'vitest';
import type { LogRecord, Snapshot, StoredEvent } from '../core/profile/records.js';
import type { ProfileStore } from './profile-store.js';

/** A fresh database per call of `make`; each call of what it answers opens it once more, as another tab would. */
export type MakeProfileDatabase = () => Promise<() => Promise<ProfileStore>>;

export function eventOf(id: string, atMs = 1_000): StoredEvent {
  return {
    queued: { id, atMs, event: { type: 'click', source: 'homebody', items: [{ id: 'sku-1', price: 3.5 }] } },
    examples: [
      {
        itemId: 'sku-1',
        label: 1,
        sampleWeight: 0.5,
        indices: Uint32Array.of(7, 65_535),
        values: Float32Array.of(1, 0.25),
        vector: null,
        margin: -0.125,
      },
    ],
  };
}

export function recordOf(ids: readonly string[], atMs = 1_000): Omit<LogRecord, 'position'> {
  return {
    atMs,
    events: ids.map((id) => eventOf(id, atMs)),
    patch: {
      linearIndices: Uint32Array.of(7),
      weights: Float32Array.of(0.5),
      accumulators: Float32Array.of(2),
      user: Float32Array.of(1, 2, 3),
      inverse: Float32Array.of(4, 5, 6),
    },
    misorders: [0.25, 1],
    modelVersion: 3,
  };
}

export function snapshotOf(logPosition: number, weight = 0.75): Snapshot {
  return { ...recordOf([]).patch, weights: Float32Array.of(weight), logPosition, atMs: 5_000, modelVersion: 3, eventCount: logPosition };
}

export function describeProfileStore(name: string, make: MakeProfileDatabase): void {
  const fresh = async (): Promise<ProfileStore> => (await make())();
  const ids = (records: readonly LogRecord[]): string[][] => records.map((record) => record.events.map((event) => event.queued.id));

  describe(`${name} keeps the contract of a profile store`, () => {
    test('starts empty', async () => {
      const store = await fresh();
      expect(await store.readLog(0)).toEqual([]);
      expect(await store.readSnapshot()).toBeNull();
      expect(await store.readBase()).toBeNull();
      expect(await store.getMeta('createdAtMs')).toBeUndefined();
      expect(await store.getChunk('00')).toBeUndefined();
      store.close();
    });

    test('gives back a record as it was written, typed arrays included', async () => {
      const store = await fresh();
      expect(await store.append(recordOf(['a', 'b']), 0)).toEqual({ ok: true, position: 1 });
      expect(await store.readLog(0)).toEqual([{ ...recordOf(['a', 'b']), position: 1 }]);
      store.close();
    });

    test('reads only what came after a position, oldest first', async () => {
      const store = await fresh();
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await store.append(recordOf([id]), index);
      expect(ids(await store.readLog(2))).toEqual([['c'], ['d']]);
      expect((await store.readLog(2)).map((record) => record.position)).toEqual([3, 4]);
      store.close();
    });

    test('what a second opening reads is what the first one wrote', async () => {
      const open = await make();
      const first = await open();
      await first.append(recordOf(['a']), 0);
      await first.writeSnapshot(snapshotOf(1));
      await first.setMeta('createdAtMs', 12);
      await first.putChunk('ab', Uint8Array.of(1, 2, 3));
      first.close();
      const second = await open();
      expect(ids(await second.readLog(0))).toEqual([['a']]);
      expect(await second.readSnapshot()).toEqual(snapshotOf(1));
      expect(await second.getMeta('createdAtMs')).toBe(12);
      expect(await second.getChunk('ab')).toEqual(Uint8Array.of(1, 2, 3));
      second.close();
    });

    test('keeps its own copy of parameters that go on changing', async () => {
      const store = await fresh();
      const record = recordOf(['a']);
      const snapshot = snapshotOf(1);
      await store.append(record, 0);
      await store.writeSnapshot(snapshot);
      record.patch.user.fill(99);
      snapshot.user.fill(99);
      expect((await store.readLog(0))[0]!.patch.user).toEqual(Float32Array.of(1, 2, 3));
      expect((await store.readSnapshot())!.user).toEqual(Float32Array.of(1, 2, 3));
      store.close();
    });

    test('stores a view without the buffer behind it', async () => {
      const store = await fresh();
      const whole = new Float32Array(65_536);
      whole[9] = 0.5;
      const record = recordOf(['a']);
      await store.append({ ...record, patch: { ...record.patch, weights: whole.subarray(9, 10) } }, 0);
      const weights = (await store.readLog(0))[0]!.patch.weights;
      expect(weights).toEqual(Float32Array.of(0.5));
      expect(weights.buffer.byteLength).toBe(4);
      store.close();
    });

    test('hands back what another tab wrote first, and then takes the record', async () => {
      const open = await make();
      const [mine, other] = [await open(), await open()];
      await mine.append(recordOf(['a']), 0);
      await other.append(recordOf(['b']), 1);
      await other.append(recordOf(['c']), 2);
      const answer = await mine.append(recordOf(['d']), 1);
      expect(answer).toMatchObject({ ok: false, reason: 'moved' });
      if (answer.ok || answer.reason !== 'moved') throw new Error('unreachable');
      expect(answer.records.map((record) => record.position)).toEqual([2, 3]);
      expect(ids(answer.records)).toEqual([['b'], ['c']]);
      expect(await mine.append(recordOf(['d']), 3)).toEqual({ ok: true, position: 4 });
      expect(ids(await other.readLog(0))).toEqual([['a'], ['b'], ['c'], ['d']]);
      mine.close();
      other.close();
    });

    test('two tabs that append at once both end in the log, each event once', async () => {
      const open = await make();
      const tabs = await Promise.all([open(), open(), open()]);
      await Promise.all(
        tabs.map(async (tab, tabIndex) => {
          let position = 0;
          for (let n = 0; n < 8;) {
            const answer = await tab.append(recordOf([`${tabIndex}-${n}`]), position);
            if (answer.ok) {
              position = answer.position;
              n += 1;
            } else if (answer.reason === 'moved') position = answer.records.at(-1)!.position;
            else throw new Error(answer.reason);
          }
        }),
      );
      const log = await tabs[0]!.readLog(0);
      expect(log.map((record) => record.position)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
      expect(new Set(ids(log).flat()).size).toBe(24);
      for (const tab of tabs) tab.close();
    });

    test('refuses events that are in the log, names them and writes nothing', async () => {
      const store = await fresh();
      await store.append(recordOf(['a', 'b', 'c']), 0);
      const answer = await store.append(recordOf(['x', 'c', 'a']), 1);
      expect(answer).toMatchObject({ ok: false, reason: 'duplicates' });
      if (answer.ok || answer.reason !== 'duplicates') throw new Error('unreachable');
      expect([...answer.ids].toSorted()).toEqual(['a', 'c']);
      expect(await store.append(recordOf(['x']), 1)).toEqual({ ok: true, position: 2 });
      store.close();
    });

    test('forgets: replaces records, drops empty ones, and takes the snapshot with them', async () => {
      const store = await fresh();
      for (const [index, id] of ['a', 'b', 'c'].entries()) await store.append(recordOf([id, `${id}2`]), index);
      const [first, second] = await store.readLog(0);
      await store.rewrite(
        [
          { ...first!, events: [] },
          { ...second!, events: [eventOf('b2')] },
        ],
        snapshotOf(3, 0.125),
      );
      expect(ids(await store.readLog(0))).toEqual([['b2'], ['c', 'c2']]);
      expect((await store.readSnapshot())!.weights).toEqual(Float32Array.of(0.125));
      expect(await store.append(recordOf(['d']), 3)).toMatchObject({ ok: true });
      expect(ids(await store.readLog(0))).toEqual([['b2'], ['c', 'c2'], ['d']]);
      expect(await store.append(recordOf(['b', 'b2']), (await store.readLog(0)).at(-1)!.position)).toMatchObject({
        reason: 'duplicates',
        ids: ['b2'],
      });
      store.close();
    });

    test('a tab that missed a rewrite is told so until it has read the profile anew', async () => {
      const open = await make();
      const [mine, other] = [await open(), await open()];
      await other.append(recordOf(['a', 'b']), 0);
      expect((await mine.readLog(0)).length).toBe(1);
      const [record] = await other.readLog(0);
      await other.rewrite([{ ...record!, events: [eventOf('b')] }], snapshotOf(1, 0.125));
      expect(await mine.append(recordOf(['c']), 1)).toEqual({ ok: false, reason: 'replaced' });
      expect(await mine.append(recordOf(['c']), 1)).toEqual({ ok: false, reason: 'replaced' });
      expect((await mine.readSnapshot())!.weights).toEqual(Float32Array.of(0.125));
      expect(await mine.append(recordOf(['c']), 1)).toMatchObject({ ok: true });
      expect(ids(await other.readLog(0))).toEqual([['b'], ['c']]);
      mine.close();
      other.close();
    });

    test('a snapshot of a tab that missed a rewrite does not bring back what was forgotten', async () => {
      const open = await make();
      const [mine, other] = [await open(), await open()];
      await other.append(recordOf(['a', 'b']), 0);
      await mine.readLog(0);
      const [record] = await other.readLog(0);
      await other.rewrite([{ ...record!, events: [eventOf('b')] }], snapshotOf(1, 0.125));
      await mine.writeSnapshot(snapshotOf(1, 0.75));
      expect((await other.readSnapshot())!.weights).toEqual(Float32Array.of(0.125));
      await other.writeSnapshot(snapshotOf(1, 0.25));
      expect((await mine.readSnapshot())!.weights).toEqual(Float32Array.of(0.25));
      await mine.writeSnapshot(snapshotOf(1, 0.5));
      expect((await other.readSnapshot())!.weights).toEqual(Float32Array.of(0.5));
      mine.close();
      other.close();
    });

    test('refuses to rewrite a log that has moved on', async () => {
      const open = await make();
      const [mine, other] = [await open(), await open()];
      await mine.append(recordOf(['a']), 0);
      const [record] = await mine.readLog(0);
      await other.append(recordOf(['b']), 1);
      await expect(mine.rewrite([{ ...record!, events: [] }], snapshotOf(1))).rejects.toMatchObject({ code: 'invalid-state' });
      expect(ids(await other.readLog(0))).toEqual([['a'], ['b']]);
      expect(await other.readSnapshot()).toBeNull();
      mine.close();
      other.close();
    });

    test('prunes the oldest records, keeps what they taught, and stops tabs that stood before', async () => {
      const open = await make();
      const [mine, sleeper] = [await open(), await open()];
      for (const [index, id] of ['a', 'b', 'c'].entries()) await mine.append(recordOf([id]), index);
      await mine.writeSnapshot(snapshotOf(3));
      await mine.prune(2, snapshotOf(2, 0.25));
      expect(ids(await mine.readLog(0))).toEqual([['c']]);
      expect((await mine.readBase())!.weights).toEqual(Float32Array.of(0.25));
      expect((await mine.readSnapshot())!.logPosition).toBe(3);
      expect(await mine.append(recordOf(['d']), 3)).toEqual({ ok: true, position: 4 });
      expect(await sleeper.append(recordOf(['e']), 1)).toEqual({ ok: false, reason: 'replaced' });
      mine.close();
      sleeper.close();
    });

    test('positions are never given twice, even when the whole log is gone', async () => {
      const open = await make();
      const store = await open();
      await store.append(recordOf(['a']), 0);
      await store.append(recordOf(['b']), 1);
      await store.writeSnapshot(snapshotOf(2));
      await store.prune(2, snapshotOf(2));
      store.close();
      const next = await open();
      const snapshot = await next.readSnapshot();
      expect(await next.append(recordOf(['c']), snapshot!.logPosition)).toEqual({ ok: true, position: 3 });
      next.close();
    });

    test('keeps only the chunks that are still wanted', async () => {
      const store = await fresh();
      for (const hash of ['aa', 'bb', 'cc']) await store.putChunk(hash, Uint8Array.of(hash.charCodeAt(0)));
      await store.dropChunksExcept(['bb']);
      expect(await store.getChunk('aa')).toBeUndefined();
      expect(await store.getChunk('bb')).toEqual(Uint8Array.of(98));
      store.close();
    });

    test('a closed store answers with a code', async () => {
      const store = await fresh();
      expect(store.lost()).toBeNull();
      store.close();
      expect(store.lost()).toMatchObject({ code: 'closed' });
      await expect(store.readLog(0)).rejects.toMatchObject({ code: 'closed' });
      await expect(store.append(recordOf(['a']), 0)).rejects.toMatchObject({ code: 'closed' });
    });

    test('destroy leaves nothing behind', async () => {
      const open = await make();
      const store = await open();
      await store.append(recordOf(['a']), 0);
      await store.writeSnapshot(snapshotOf(1));
      await store.setMeta('createdAtMs', 1);
      await store.putChunk('aa', Uint8Array.of(1));
      await store.destroy();
      const next = await open();
      expect(await next.readLog(0)).toEqual([]);
      expect(await next.readSnapshot()).toBeNull();
      expect(await next.getMeta('createdAtMs')).toBeUndefined();
      expect(await next.getChunk('aa')).toBeUndefined();
      expect(await next.append(recordOf(['a']), 0)).toEqual({ ok: true, position: 1 });
      next.close();
    });
  });
}
