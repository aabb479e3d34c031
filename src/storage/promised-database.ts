import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';

/**
 * The few calls of IndexedDB that this house makes, as promises, under idb's types and with its behaviour. Written out because idb's
 * proxies and iterators would be 4 % of the worker, and again of `rounds.js`. Tests and benchmarks use idb itself.
 */

interface Opening<Schema extends DBSchema> {
  /** Creating stores and indexes is synchronous: what it is given is the bare database. */
  upgrade(
    database: IDBPDatabase<Schema>,
    oldVersion: number,
    transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
  ): void;
  blocked(currentVersion: number): void;
  /** Another tab wants another version; null: wants it gone. */
  blocking(blockedVersion: number | null): void;
  terminated(): void;
}

export async function openPromised<Schema extends DBSchema>(
  name: string,
  version: number,
  opening: Opening<Schema>,
): Promise<IDBPDatabase<Schema>> {
  const request = indexedDB.open(name, version);
  // As idb types them; see `upgrade`.
  request.addEventListener('upgradeneeded', ({ oldVersion }) =>
    opening.upgrade(request.result as never, oldVersion, request.transaction as never),
  );
  request.addEventListener('blocked', ({ oldVersion }) => opening.blocked(oldVersion));
  const database = await answerOf(request);
  database.addEventListener('versionchange', ({ newVersion }) => opening.blocking(newVersion));
  database.addEventListener('close', opening.terminated);
  return promisedDatabase(database) as unknown as IDBPDatabase<Schema>; // of its calls those that are made here
}

export async function deletePromised(name: string, blocked: () => void): Promise<void> {
  const request = indexedDB.deleteDatabase(name);
  request.addEventListener('blocked', blocked);
  await answerOf(request);
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

const calls = ['get', 'getKey', 'getAll', 'getAllKeys', 'put', 'add', 'delete', 'clear', 'openKeyCursor'] as const;

type Call = (...args: readonly unknown[]) => Promise<unknown>;
type Calls = Readonly<Record<(typeof calls)[number], Call>>;

function promisedStore(store: IDBObjectStore | IDBIndex): Calls {
  const call =
    (name: (typeof calls)[number]): Call =>
    (...args) =>
      answerOf((store as unknown as Record<string, (...given: readonly unknown[]) => IDBRequest>)[name]!(...args)); // an index has no writing calls; nobody makes them
  return {
    ...Object.fromEntries(calls.map((name) => [name, call(name)])),
    index: (name: string) => promisedStore((store as IDBObjectStore).index(name)),
  } as unknown as Calls;
}

function promisedTransaction(transaction: IDBTransaction) {
  const done = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    for (const type of ['error', 'abort'])
      transaction.addEventListener(type, () => reject(transaction.error ?? new DOMException(type, 'AbortError')));
  });
  done.catch(() => undefined); // whoever asks for it hears of it
  const objectStore = (name: string) => promisedStore(transaction.objectStore(name));
  return {
    done,
    objectStore,
    /** The only one, or the first. */
    get store() {
      return objectStore(transaction.objectStoreNames[0]!);
    },
    abort: () => transaction.abort(),
  };
}

function promisedDatabase(database: IDBDatabase) {
  const transaction = (...args: Parameters<IDBDatabase['transaction']>) => promisedTransaction(database.transaction(...args));
  return {
    transaction,
    get: (name: string, key: unknown) => transaction(name).store.get(key),
    getAll: (name: string, range: unknown) => transaction(name).store.getAll(range),
    async put(name: string, value: unknown, key: unknown) {
      const { store, done } = transaction(name, 'readwrite');
      await store.put(value, key);
      await done;
    },
    close: () => database.close(),
  };
}
