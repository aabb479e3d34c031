import type { SdkError } from '../core/errors.js';
import type { Item } from '../core/item.js';
import type { LogRecord, Snapshot } from '../core/profile/records.js';

/** One interface, two implementations (`idb-store`, `memory-store`), one shared suite (`profile-store.contract.ts`). */

export interface ProfileStore {
  readonly durable: boolean;
  /**
   * Appends one record in one transaction, unless the log has moved on since `expectedPosition` (another tab wrote):
   * then nothing is written and the records after it are answered, so that the caller folds them in and tries again.
   * Event ids already in the log are refused the same way, by being answered in `duplicates`; ids within one record are
   * distinct, which the caller sees to. `replaced` says that another tab forgot something or pruned past this tab's
   * position: the state must be made anew from `readSnapshot` and `readLog`.
   * Resolves when the record survives the death of this process.
   */
  append(record: Omit<LogRecord, 'position'>, expectedPosition: number): Promise<AppendResult>;
  /** Records after `position`, oldest first. */
  readLog(position: number): Promise<readonly LogRecord[]>;
  /** Whoever rebuilds its state begins here: it tells the store that this tab has seen every rewrite so far. */
  readSnapshot(): Promise<Snapshot | null>;
  /** Replaces the snapshot; the log stays (records live to their TTL). Does nothing where another tab has forgotten something since. */
  writeSnapshot(snapshot: Snapshot): Promise<void>;
  /**
   * Forget: replaces whole log records (an empty list of events deletes the record) and the snapshot, in one transaction.
   * Other tabs learn of it by `replaced`. Rejects with `invalid-state`, and writes nothing, where another tab has
   * appended since this one last read the log: read it again and re-learn.
   */
  rewrite(records: readonly LogRecord[], snapshot: Snapshot): Promise<void>;
  /** What the pruned records left behind: re-learning starts here. Null while nothing was pruned. */
  readBase(): Promise<Snapshot | null>;
  /** Deletes the records up to and including `position` and keeps what they taught as `base`, in one transaction. */
  prune(position: number, base: Snapshot): Promise<void>;
  getMeta<Key extends keyof MetaRecords>(key: Key): Promise<MetaRecords[Key] | undefined>;
  setMeta<Key extends keyof MetaRecords>(key: Key, value: MetaRecords[Key]): Promise<void>;
  /** The catalogue store: opaque chunks by content hash. */
  getChunk(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  putChunk(hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  dropChunksExcept(hashes: readonly string[]): Promise<void>;
  /** Why it is open no longer (`closed`, where another tab has erased it); null while it is. */
  lost(): SdkError | null;
  close(): void;
  /** Closes and deletes everything of this site. */
  destroy(): Promise<void>;
}

export type AppendResult =
  | { readonly ok: true; readonly position: number }
  | { readonly ok: false; readonly reason: 'moved'; readonly records: readonly LogRecord[] }
  | { readonly ok: false; readonly reason: 'duplicates'; readonly ids: readonly string[] }
  | { readonly ok: false; readonly reason: 'replaced' };

export interface MetaRecords {
  /** Epoch ms of the first write to this database. */
  readonly createdAtMs: number;
  /** The last list of candidates per list name, so that hidden shelves are ranked again after learning. */
  readonly lists: Readonly<Record<string, readonly Item[]>>;
  /** How many events did not reach the profile, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly catalogueManifest: unknown;
  /** `ModelManifest.catalogueVersion` of the item vectors that the user vector was learned with. */
  readonly factorBasis: number;
  readonly sharedModel: unknown;
  readonly engineRaces: unknown;
}
