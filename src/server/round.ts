import { SdkError } from '../core/errors.js';

/** A round and its life: open (no report yet) → collecting → closed (enough reports) or abandoned. Pure. */

export type RoundPhase = 'open' | 'collecting' | 'closed' | 'abandoned';

export interface Round {
  readonly taskId: string;
  /** From 1, by one. */
  readonly round: number;
  readonly policyHash: string;
  readonly phase: RoundPhase;
  readonly opensAtMs: number;
  readonly closesAtMs: number;
  /** null while it runs. */
  readonly endedAtMs: number | null;
  readonly tally: Tally;
}

/** vote: how often each cell was named. gaussian: the sum of each coordinate, grid units. Exact integers. */
export interface Tally {
  readonly reports: number;
  readonly sums: readonly number[];
}

/** A report that was opened and checked. */
export interface OpenedReport {
  /** 16 bytes, hex. */
  readonly reportId: string;
  /** SHA-256 of the whole body, hex: the same id with other bytes is a replay. */
  readonly bodyHash: string;
  readonly taskId: string;
  readonly round: number;
  /** What it adds to the sums: [cells] of 0 and 1, or [dim] grid units. */
  readonly addend: readonly number[];
}

export type FoldOutcome = 'counted' | 'repeat' | 'replay';

/**
 * The fold: adds one report to a tally. Commutative (integers below 2^53 add exactly) and idempotent by report id: one
 * that was counted before changes nothing. Pure; the caller keeps the index of counted ids.
 *
 * @param countedAs  hash of the body under which this report id was counted, null for a new one
 */
export function foldReport(
  tally: Tally,
  countedAs: string | null,
  report: OpenedReport,
): { readonly tally: Tally; readonly outcome: FoldOutcome } {
  if (countedAs !== null) return { tally, outcome: countedAs === report.bodyHash ? 'repeat' : 'replay' };
  const sums = tally.sums.map((sum, row) => sum + report.addend[row]!);
  return { tally: { reports: tally.reports + 1, sums }, outcome: 'counted' };
}

export function emptyTally(size: number): Tally {
  return { reports: 0, sums: Array.from({ length: size }, () => 0) };
}

export type RoundEvent =
  | { readonly kind: 'tallied'; readonly tally: Tally }
  /** The deadline has come, or the operator ends the round now. `isPlausible` false: nothing of it is published. */
  | { readonly kind: 'ended'; readonly atMs: number; readonly minimumBatch: number; readonly isPlausible?: boolean };

/** The one transition. @throws SdkError `round-closed` for anything that happens to a round which has ended */
export function nextRound(round: Round, event: RoundEvent): Round {
  if (!isRunning(round)) throw new SdkError('round-closed', `round ${round.round} of ${round.taskId} is ${round.phase}`);
  switch (event.kind) {
    case 'tallied':
      return { ...round, tally: event.tally, phase: event.tally.reports > 0 ? 'collecting' : 'open' };
    case 'ended':
      return {
        ...round,
        endedAtMs: event.atMs,
        phase: round.tally.reports >= event.minimumBatch && event.isPlausible !== false ? 'closed' : 'abandoned',
      };
    default:
      return event satisfies never;
  }
}

export function isRunning(round: Pick<Round, 'phase'>): boolean {
  return round.phase === 'open' || round.phase === 'collecting';
}
