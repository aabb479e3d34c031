import { deleteDB, type IDBPDatabase } from 'idb';
import { SdkError } from '../core/errors.js';
import type { LogRecord } from '../core/profile/records.js';
import { compactPatch, compactRecord } from './compact.js';
import { profileMigrations, type LoggedRecord, type ProfileSchema } from './migrations.js';
import { BLOCKED_GRACE_MS, openDatabase } from './open-database.js';
import type { AppendResult, MetaRecords, ProfileStore } from './profile-store.js';
import { storageError } from './storage-error.js';
import { within } from './within.js';

/** Key in `meta`: positions up to here were rewritten or pruned, so no state older than it can be folded forward. */
const SETTLED = 'settledPosition';

/** Thrown within a transaction to undo it; never leaves this file. */
const missed = new Error('the log has moved');

const nothing = new Float32Array(0);
const placeholder: LoggedRecord = {
  atMs: 0,
  events: [],
  patch: { linearIndices: new Uint32Array(0), weights: nothing, accumulators: nothing, user: nothing, inverse: nothing },
  modelVersion: 0,
  eventIds: [],
};

/** Survives the death of the process, not a power cut: 5–20 times faster than `strict`, and enough for events. */
const relaxed = { durability: 'relaxed' } as const;

/**
 * The profile of one site in IndexedDB, database `homebody/<site>`.
 * Errors: `storage-unavailable`, `schema-newer`, `storage-blocked`; later also `storage-full`, `closed`.
 */
export async function openIdbProfileStore(site: string, migrations = profileMigrations): Promise<ProfileStore> {
  const name = `homebody/${site}`;
  const connection = await openDatabase<ProfileSchema>(name, migrations);
  /** The newest rewrite that the state of this tab includes; `readSnapshot`, with which every state begins, says which. */
  let settled = 0;
  /** The newest position that this tab has been told of. */
  let known = 0;

  return {
    durable: true,

    append: (record, expectedPosition) =>
      connection.run('appending to the log', async (database) => {
        const base = Math.max(expectedPosition, settled);
        const logged = toLogged(record);
        const answer = (await appendNext(database, logged, base)) ?? (await appendChecked(database, logged, base));
        if (answer.ok) known = answer.position;
        else if (answer.reason === 'moved') known = answer.records.at(-1)?.position ?? known;
        return answer;
      }),

    readLog: (position) =>
      connection.run('reading the log', async (database) => {
        const records = await database.getAll('log', IDBKeyRange.lowerBound(position, true));
        known = Math.max(known, records.at(-1)?.position ?? 0);
        return records.map(fromLogged);
      }),

    readSnapshot: () =>
      connection.run('reading the profile', async (database) => {
        const transaction = database.transaction(['profile', 'meta']);
        const [snapshot, settledNow] = await Promise.all([
          transaction.objectStore('profile').get('latest'),
          transaction.objectStore('meta').get(SETTLED),
        ]);
        settled = toPosition(settledNow);
        known = Math.max(known, settled);
        return snapshot ?? null;
      }),

    writeSnapshot: (snapshot) =>
      connection.run('writing the profile', async (database) => {
        const transaction = database.transaction(['profile', 'meta'], 'readwrite', relaxed);
        await within(transaction, async () => {
          // Else what another tab has forgotten meanwhile would come back with it.
          if (toPosition(await transaction.objectStore('meta').get(SETTLED)) <= Math.max(snapshot.logPosition, settled))
            await transaction.objectStore('profile').put(compactPatch(snapshot), 'latest');
        });
      }),

    rewrite: (records, snapshot) =>
      connection.run('rewriting the log', async (database) => {
        const transaction = database.transaction(['log', 'profile', 'meta'], 'readwrite', relaxed);
        const next = await within(transaction, async () => {
          const log = transaction.objectStore('log');
          const meta = transaction.objectStore('meta');
          const head = Math.max((await log.openKeyCursor(null, 'prev'))?.key ?? 0, toPosition(await meta.get(SETTLED)));
          if (head > known)
            throw new SdkError(
              'invalid-state',
              `the log has moved to ${head}, this tab knows it up to ${known}; read it again and re-learn`,
            );
          // A record added and deleted moves the key generator on, so that every other tab's next append misses.
          const added = await log.add({ ...placeholder, atMs: snapshot.atMs });
          await Promise.all([
            log.delete(added),
            ...records.map((record) =>
              record.events.length === 0 ? log.delete(record.position) : log.put({ ...toLogged(record), position: record.position }),
            ),
            meta.put(added, SETTLED),
            transaction.objectStore('profile').put(compactPatch(snapshot), 'latest'),
          ]);
          return added;
        });
        settled = next;
        known = next;
      }),

    readBase: () => connection.run('reading the base', async (database) => (await database.get('profile', 'base')) ?? null),

    prune: (position, base) =>
      connection.run('pruning the log', async (database) => {
        const transaction = database.transaction(['log', 'profile', 'meta'], 'readwrite', relaxed);
        await within(transaction, async () => {
          const meta = transaction.objectStore('meta');
          const settledNow = Math.max(position, toPosition(await meta.get(SETTLED)));
          await Promise.all([
            transaction.objectStore('log').delete(IDBKeyRange.upperBound(position)),
            transaction.objectStore('profile').put(compactPatch(base), 'base'),
            meta.put(settledNow, SETTLED),
          ]);
        });
      }),

    getMeta: <Key extends keyof MetaRecords>(key: Key) =>
      // The one writer of this key is setMeta below, which takes the same type.
      connection.run('reading meta', async (database) => (await database.get('meta', key)) as MetaRecords[Key] | undefined),

    setMeta: (key, value) =>
      connection.run('writing meta', async (database) => {
        await database.put('meta', value, key);
      }),

    getChunk: (hash) => connection.run('reading a catalogue chunk', (database) => database.get('catalogue', hash)),

    putChunk: (hash, bytes) =>
      connection.run('storing a catalogue chunk', async (database) => {
        await database.put('catalogue', bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice(), hash);
      }),

    dropChunksExcept: (hashes) =>
      connection.run('dropping catalogue chunks', async (database) => {
        const transaction = database.transaction('catalogue', 'readwrite', relaxed);
        await within(transaction, async () => {
          const stored = await transaction.store.getAllKeys();
          await Promise.all(stored.filter((hash) => !hashes.includes(hash)).map((hash) => transaction.store.delete(hash)));
        });
      }),

    lost: connection.lost,
    close: () => connection.close(),

    async destroy() {
      connection.close();
      await deleteDatabase(name);
    },
  };
}

/** The fast path, one request: adds at the next position, or undoes that and answers null where anything is amiss. */
async function appendNext(database: IDBPDatabase<ProfileSchema>, logged: LoggedRecord, base: number): Promise<AppendResult | null> {
  const transaction = database.transaction('log', 'readwrite', relaxed);
  try {
    return await within(transaction, async () => {
      const position = await transaction.store.add(logged);
      if (position !== base + 1) throw missed;
      return { ok: true, position };
    });
  } catch (thrown) {
    // The index refuses an id that it has; the transaction is undone with it.
    if (thrown === missed || (thrown instanceof Error && thrown.name === 'ConstraintError')) return null;
    throw thrown;
  }
}

/** The slow path: looks before it writes, in one transaction, and says what was amiss. */
async function appendChecked(database: IDBPDatabase<ProfileSchema>, logged: LoggedRecord, base: number): Promise<AppendResult> {
  const transaction = database.transaction(['log', 'meta'], 'readwrite', relaxed);
  return within(transaction, async (): Promise<AppendResult> => {
    const log = transaction.objectStore('log');
    if (toPosition(await transaction.objectStore('meta').get(SETTLED)) > base) return { ok: false, reason: 'replaced' };
    const later = await log.getAll(IDBKeyRange.lowerBound(base, true));
    if (later.length > 0) return { ok: false, reason: 'moved', records: later.map(fromLogged) };
    const ids: string[] = [];
    for (const id of logged.eventIds) if ((await log.index('eventIds').getKey(id)) !== undefined) ids.push(id);
    if (ids.length > 0) return { ok: false, reason: 'duplicates', ids };
    return { ok: true, position: await log.add(logged) };
  });
}

function toPosition(stored: unknown): number {
  return typeof stored === 'number' ? stored : 0;
}

function toLogged(record: Omit<LogRecord, 'position'>): LoggedRecord {
  const { atMs, events, patch, misorders = [], modelVersion } = compactRecord(record);
  return { atMs, events, patch, misorders, modelVersion, eventIds: events.map((event) => event.queued.id) };
}

function fromLogged(logged: LoggedRecord): LogRecord {
  const { atMs, events, patch, misorders = [], modelVersion, position } = logged;
  return { position: position!, atMs, events, patch, misorders, modelVersion }; // the key generator has filled it in
}

/** Other tabs close on `versionchange`; one that does not leaves the deletion waiting, which is an error to tell. */
async function deleteDatabase(name: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void =>
        reject(new SdkError('storage-blocked', `erasing ${name}: another tab holds it open; the browser deletes it when that tab closes`));
      deleteDB(name, { blocked: () => setTimeout(giveUp, BLOCKED_GRACE_MS) }).then(resolve, reject);
    });
  } catch (thrown) {
    throw storageError(thrown, `erasing ${name}`);
  }
}
