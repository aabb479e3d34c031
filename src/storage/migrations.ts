import type { DBSchema } from 'idb';
import type { LogRecord, Snapshot } from '../core/profile/records.js';
import type { LedgerEntry, OutboxEntry, SentEntry } from './ledger-store.js';
import type { Migration } from './open-database.js';

/** The two schemas and how each version comes from the one before. A shipped migration is never edited. */

export interface ProfileSchema extends DBSchema {
  /** Keys come from the generator: strictly increasing, never used twice, rolled back with an aborted transaction. */
  log: { key: number; value: LoggedRecord; indexes: { eventIds: string } };
  /** `latest` is the state of the log up to its position, `base` what the pruned records left. */
  profile: { key: 'latest' | 'base'; value: Snapshot };
  meta: { key: string; value: unknown };
  /** Catalogue chunks by content hash. */
  catalogue: { key: string; value: Uint8Array<ArrayBuffer> };
}

/** `eventIds` repeats the ids in a place that an index can reach; `position` is filled in by the key generator. */
export type LoggedRecord = Omit<LogRecord, 'position'> & { readonly position?: number; readonly eventIds: readonly string[] };

export const profileMigrations: readonly Migration<ProfileSchema>[] = [
  function createStores(database) {
    const log = database.createObjectStore('log', { keyPath: 'position', autoIncrement: true });
    log.createIndex('eventIds', 'eventIds', { multiEntry: true, unique: true });
    database.createObjectStore('profile');
    database.createObjectStore('meta');
    database.createObjectStore('catalogue');
  },
];

export interface LedgerSchema extends DBSchema {
  entries: { key: string; value: LedgerEntry };
  outbox: { key: string; value: OutboxEntry };
  sent: { key: string; value: SentEntry };
  times: { key: 'times'; value: { readonly createdAtMs: number; readonly highWaterMs: number } };
}

export const ledgerMigrations: readonly Migration<LedgerSchema>[] = [
  function createStores(database) {
    database.createObjectStore('entries', { keyPath: 'reportId' });
    database.createObjectStore('outbox', { keyPath: 'reportId' });
    database.createObjectStore('sent', { keyPath: 'reportId' });
    database.createObjectStore('times');
  },
];
