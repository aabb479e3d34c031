import { SdkError } from '../core/errors.js';
import type { LogRecord, Snapshot } from '../core/profile/records.js';
import { copyPatch, copyRecord } from './compact.js';
import type { AppendResult, MetaRecords, ProfileStore } from './profile-store.js';

/** What several stores of one process share, as tabs share a database. */
export interface MemoryDatabase {
  log: LogRecord[];
  /** Highest position ever given. */
  head: number;
  /** Positions up to here were rewritten or pruned. */
  settled: number;
  readonly eventIds: Set<string>;
  latest: Snapshot | null;
  base: Snapshot | null;
  readonly meta: Map<string, unknown>;
  readonly chunks: Map<string, Uint8Array<ArrayBuffer>>;
}

export function createMemoryDatabase(): MemoryDatabase {
  return { log: [], head: 0, settled: 0, eventIds: new Set(), latest: null, base: null, meta: new Map(), chunks: new Map() };
}

/** A profile that ends with the process: the fallback where there is no disk, and the store of simulated devices. */
export function openMemoryProfileStore(database: MemoryDatabase = createMemoryDatabase()): ProfileStore {
  let settled = database.settled;
  let known = settled;
  let closed: SdkError | null = null;
  const close = (): void => {
    closed ??= new SdkError('closed', 'the memory store is closed');
  };

  /** Throws as the disk would: late, as a rejection. */
  const answer = async <Result>(work: () => Result): Promise<Result> => {
    if (closed !== null) throw closed;
    return work();
  };
  const after = (position: number): LogRecord[] => database.log.filter((record) => record.position > position);
  const replaceLog = (log: LogRecord[]): void => {
    database.log = log;
    database.eventIds.clear();
    for (const id of log.flatMap(idsOf)) database.eventIds.add(id);
  };

  return {
    durable: false,

    append: (record, expectedPosition) =>
      answer((): AppendResult => {
        const base = Math.max(expectedPosition, settled);
        if (database.settled > base) return { ok: false, reason: 'replaced' };
        const records = database.head === base ? [] : after(base);
        if (records.length > 0) {
          known = database.head;
          return { ok: false, reason: 'moved', records };
        }
        const ids = idsOf(record).filter((id) => database.eventIds.has(id));
        if (ids.length > 0) return { ok: false, reason: 'duplicates', ids };
        database.head += 1;
        known = database.head;
        database.log.push(copyRecord({ ...record, position: database.head }));
        for (const id of idsOf(record)) database.eventIds.add(id);
        return { ok: true, position: database.head };
      }),

    readLog: (position) =>
      answer(() => {
        known = database.head;
        return after(position);
      }),

    readSnapshot: () =>
      answer(() => {
        settled = database.settled;
        known = Math.max(known, settled);
        return database.latest;
      }),

    writeSnapshot: (snapshot) =>
      answer(() => {
        if (database.settled <= Math.max(snapshot.logPosition, settled)) database.latest = copyPatch(snapshot);
      }),

    rewrite: (records, snapshot) =>
      answer(() => {
        if (database.head > known)
          throw new SdkError(
            'invalid-state',
            `the log has moved to ${database.head}, this tab knows it up to ${known}; read it again and re-learn`,
          );
        const replaced = new Map(records.map((record) => [record.position, copyRecord(record)]));
        replaceLog(database.log.map((record) => replaced.get(record.position) ?? record).filter((record) => record.events.length > 0));
        database.latest = copyPatch(snapshot);
        database.head += 1;
        known = settled = database.settled = database.head;
      }),

    readBase: () => answer(() => database.base),

    prune: (position, base) =>
      answer(() => {
        replaceLog(after(position));
        database.base = copyPatch(base);
        database.settled = Math.max(database.settled, position);
      }),

    getMeta: <Key extends keyof MetaRecords>(key: Key) =>
      // The one writer of this key is setMeta below, which takes the same type.
      answer(() => database.meta.get(key) as MetaRecords[Key] | undefined),
    setMeta: (key, value) =>
      answer(() => {
        database.meta.set(key, value);
      }),

    getChunk: (hash) => answer(() => database.chunks.get(hash)),
    putChunk: (hash, bytes) =>
      answer(() => {
        database.chunks.set(hash, bytes.slice());
      }),
    dropChunksExcept: (hashes) =>
      answer(() => {
        for (const hash of database.chunks.keys()) if (!hashes.includes(hash)) database.chunks.delete(hash);
      }),

    lost: () => closed,
    close,

    async destroy() {
      close();
      Object.assign(database, { log: [], head: 0, settled: 0, latest: null, base: null });
      for (const held of [database.eventIds, database.meta, database.chunks]) held.clear();
    },
  };
}

function idsOf(record: Pick<LogRecord, 'events'>): string[] {
  return record.events.map((event) => event.queued.id);
}
