import type { ReleaseTerms } from '../core/federated/round-policy.js';

/**
 * The privacy ledger: database `homebody-ledger`, one per *origin*, over all sites, tasks and endpoints. Every write is
 * one strict-durability transaction. `erase()` keeps the spend dates (they have no content) and drops the rest.
 */

/** One spend of the privacy budget. Never deleted before its window has passed. */
export interface LedgerEntry {
  /** 16 bytes in hex; also the idempotency key at the endpoint. */
  readonly reportId: string;
  readonly taskId: string;
  readonly policyHash: string;
  readonly round: number;
  /** min(local clock, server epoch) raised to the high-water mark. */
  readonly atMs: number;
  /** Replacement adjacency, of this one release. */
  readonly epsilon: number;
  readonly dpDelta: number;
  /** What this release's policy promised of the whole origin; binds later releases. Absent in entries of an older SDK. */
  readonly terms?: ReleaseTerms;
}

/** The exact bytes to send; every retry sends the same. Deleted after delivery, and after a failed or expired round. */
export interface OutboxEntry {
  readonly reportId: string;
  readonly endpoint: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Not before this time (uniform over the round), epoch ms. */
  readonly sendAtMs: number;
  /** Not after this time, epoch ms. */
  readonly expiresAtMs: number;
}

/** A finished or pending upload, for the shopper's “Sent” page. No payload beyond its hash. */
export interface SentEntry {
  readonly reportId: string;
  readonly atMs: number;
  readonly sizeBytes: number;
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string;
  readonly claim: string;
  readonly outcome: 'waiting' | 'sent' | 'expired' | 'refused';
}

export interface LedgerState {
  readonly entries: readonly LedgerEntry[];
  readonly outbox: readonly OutboxEntry[];
  readonly sent: readonly SentEntry[];
  /** When this database was born: the start of probation. */
  readonly createdAtMs: number;
  /** The latest time ever seen; time never runs back. */
  readonly highWaterMs: number;
}

export interface LedgerStore {
  read(): Promise<LedgerState>;
  /**
   * One strict transaction: hands the *current* state to `decide` (synchronous, pure) and commits what it answers.
   * `decide` throws to refuse; then nothing is written. Two tabs are serialised by the transaction.
   */
  transact(decide: (state: LedgerState) => LedgerChange): Promise<LedgerState>;
  close(): void;
  /** `erase()`: outbox and sent go, entries and times stay. */
  clearContent(): Promise<void>;
}

export interface LedgerChange {
  readonly addEntry?: LedgerEntry;
  readonly addOutbox?: OutboxEntry;
  readonly removeOutbox?: string;
  readonly putSent?: SentEntry;
  readonly highWaterMs?: number;
}
