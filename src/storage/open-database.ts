import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { SdkError } from '../core/errors.js';
import { storageError } from './storage-error.js';

/** One step of the schema: version n is reached by running the first n of them. Never edit one that has shipped. */
export type Migration<Schema extends DBSchema> = (
  database: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
) => void;

/**
 * How long a tab may take to let go after `blocked`. Chromium sends that event even when the other tab's answer to
 * `versionchange` is already on its way, so it alone is no verdict.
 */
export const BLOCKED_GRACE_MS = 1_000;

/** An open database together with the reason why it no longer is, once that happens. */
export interface Connection<Schema extends DBSchema> {
  readonly database: IDBPDatabase<Schema>;
  /** Runs `work`; whatever it throws becomes an `SdkError` that says what was being done. */
  run<Result>(doing: string, work: (database: IDBPDatabase<Schema>) => Promise<Result>): Promise<Result>;
  /** Why it is open no longer; null while it is. */
  lost(): SdkError | null;
  close(): void;
}

/**
 * Opens `name` at version `migrations.length`.
 * Errors: `storage-unavailable` (no IndexedDB, refused, broken), `schema-newer`, `storage-blocked` (another tab with an
 * older SDK keeps the old schema open).
 */
export async function openDatabase<Schema extends DBSchema>(
  name: string,
  migrations: readonly Migration<Schema>[],
): Promise<Connection<Schema>> {
  let lost: SdkError | null = null;
  let close = (): void => {};
  const lose = (error: SdkError): void => {
    lost ??= error;
    close();
  };
  const database = await new Promise<IDBPDatabase<Schema>>((resolve, reject) => {
    let gaveUp = false;
    openDB<Schema>(name, migrations.length, {
      upgrade: (opened, oldVersion, _newVersion, transaction) => {
        for (const migrate of migrations.slice(oldVersion)) migrate(opened, transaction);
      },
      blocked: (currentVersion) => {
        setTimeout(() => {
          gaveUp = true; // should it open after all, it is closed again
          reject(
            new SdkError(
              'storage-blocked',
              `opening ${name}: another tab keeps version ${currentVersion} open and does not let go; close it or reload it. Until then this tab runs in memory.`,
            ),
          );
        }, BLOCKED_GRACE_MS);
      },
      blocking: (_currentVersion, blockedVersion) =>
        lose(
          blockedVersion === null
            ? new SdkError('closed', `${name} was erased by another tab`)
            : new SdkError(
                'schema-newer',
                `${name} is being moved to schema ${blockedVersion} by a newer SDK in another tab; reload this one`,
              ),
        ),
      terminated: () => lose(new SdkError('storage-unavailable', `the browser closed ${name} (site data cleared, or the disk failed)`)),
    }).then(
      (opened) => (gaveUp ? opened.close() : resolve(opened)),
      (thrown: unknown) => reject(storageError(thrown, `opening ${name}`)),
    );
  });
  close = () => database.close();

  return {
    database,
    async run(doing, work) {
      if (lost !== null) throw lost;
      try {
        return await work(database);
      } catch (thrown) {
        throw lost ?? storageError(thrown, doing);
      }
    },
    lost: () => lost,
    close: () => lose(new SdkError('closed', `${name} is closed`)),
  };
}
