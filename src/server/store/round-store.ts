import type { Policy } from '../../wire/policy.js';
import type { ModelDocument } from '../../wire/messages.js';
import type { OpenedReport, Round } from '../round.js';

/**
 * What the endpoint remembers. Each method is one transaction: it happened wholly or not at all, and when its promise
 * resolves it survives a kill of the process (SQLite and PostgreSQL also a loss of power). `round-store.contract.ts` holds the laws.
 */
export interface RoundStore {
  /**
   * Appends a policy to the public log of its task and makes it the task's policy; the same policy again changes nothing.
   * Opens the task's first round where there is none.
   */
  publishPolicy(entry: PolicyEntry, firstRound: RoundOpening): Promise<void>;
  /** The log of a task, oldest first; entries never change or go. */
  policies(taskId: string): Promise<readonly PolicyEntry[]>;
  /** The latest policy of each task, by task id. */
  tasks(): Promise<readonly PolicyEntry[]>;
  /** The running round, or null for an unknown task. */
  currentRound(taskId: string): Promise<Round | null>;
  /** Newest first. */
  rounds(taskId: string, limit: number): Promise<readonly Round[]>;
  /** Has this report been counted, and with which body? Ids are kept for ever. */
  bodyHashOf(reportId: string): Promise<string | null>;
  /** Counts a group of reports of any tasks; answers one outcome each, in order. */
  commitReports(reports: readonly OpenedReport[]): Promise<readonly CommitOutcome[]>;
  /**
   * Ends the running round: `decide` (pure, synchronous) sees its final tally and says how; round, model and next round
   * are written together. Answers null where another call has ended that round before.
   */
  endRound(taskId: string, round: number, decide: (round: Round, latestVersion: number) => RoundEnd): Promise<RoundEnd | null>;
  /** Publishes a model outside a round's end, as the next version: `make` (pure, synchronous) sees the latest. The round goes on. */
  publishModel(taskId: string, make: (latestVersion: number) => ModelDocument): Promise<ModelDocument>;
  /** JSON text of a model exactly as published. */
  model(taskId: string, version: number | 'latest'): Promise<StoredModel | null>;
  /**
   * Is it this process that ends rounds at their time? Of all that have the store open one is told yes. It may be wrong for a
   * moment after a lost connection, so `endRound` does not rely on it.
   */
  isLeader(): Promise<boolean>;
  close(): Promise<void>;
}

export interface PolicyEntry {
  readonly taskId: string;
  readonly policyHash: string;
  readonly policy: Policy;
  readonly publishedAtMs: number;
}

export interface RoundOpening {
  readonly policyHash: string;
  readonly opensAtMs: number;
  readonly closesAtMs: number;
  /** Length of the tally: cells or dim. */
  readonly size: number;
}

export interface RoundEnd {
  /** Ended: `closed` or `abandoned`. */
  readonly round: Round;
  readonly model: ModelDocument | null;
  readonly next: RoundOpening;
}

export interface StoredModel {
  readonly version: number;
  readonly text: string;
}

export type CommitOutcome = 'counted' | 'repeat' | 'replay' | 'round-closed';
