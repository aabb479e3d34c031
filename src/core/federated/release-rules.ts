import { SdkError } from '../errors.js';
import type { ReleaseTerms } from './round-policy.js';

/**
 * When one origin may release, over all tasks and endpoints. A pure rule on what the ledger holds; the ledger store runs
 * it inside the transaction that commits the spend.
 */

const DAY_MS = 86_400_000;

/** One spend, as far as the rule reads it. */
export interface PastRelease {
  readonly taskId: string;
  readonly policyHash: string;
  readonly round: number;
  readonly atMs: number;
  /** What the policy of this release promised; it binds later releases under other policies too. */
  readonly terms?: ReleaseTerms;
}

export interface ReleaseHistory {
  readonly entries: readonly PastRelease[];
  /** Birth of the storage: the start of probation. */
  readonly createdAtMs: number;
  /** The latest time ever seen. */
  readonly highWaterMs: number;
}

export interface ReleaseRequest {
  readonly taskId: string;
  readonly policyHash: string;
  readonly round: number;
  readonly terms: ReleaseTerms;
}

export interface ReleaseDecision {
  /** The time of the spend, and the new high-water mark. */
  readonly atMs: number;
}

/** Most releases in a window: what the policy says, and never more than fit at its separation. */
export function releaseCap({ separationDays, windowDays, releasesPerWindow }: ReleaseTerms): number {
  return separationDays > 0 ? Math.min(releasesPerWindow, Math.ceil(windowDays / separationDays)) : releasesPerWindow;
}

/**
 * Time never runs back: min(local clock, server epoch), raised to the high-water mark. A clock that was ahead once makes
 * the device wait; none makes it spend sooner.
 */
export function ledgerTime(localMs: number, serverMs: number, highWaterMs: number): number {
  return Math.max(Math.min(localMs, serverMs), highWaterMs);
}

/**
 * @param nowMs  min(local clock, server epoch)
 * @throws SdkError `probation` while storage is younger than the separation; `budget-spent` where a separation or a cap
 *         in force forbids it, or this device has already spoken in the round
 */
export function decideRelease(history: ReleaseHistory, request: ReleaseRequest, nowMs: number): ReleaseDecision {
  const atMs = Math.max(nowMs, history.highWaterMs);
  const { terms } = request;
  const readyAtMs = history.createdAtMs + terms.separationDays * DAY_MS;
  if (atMs < readyAtMs) {
    throw new SdkError(
      'probation',
      `this storage is new; it may take part in ${daysBetween(atMs, readyAtMs)}, so that clearing it never buys a release`,
    );
  }
  if (
    history.entries.some(
      ({ taskId, policyHash, round }) => taskId === request.taskId && policyHash === request.policyHash && round === request.round,
    )
  ) {
    throw new SdkError('budget-spent', `this device has its report in round ${request.round}`);
  }
  const last = history.entries.reduce((latest, entry) => Math.max(latest, entry.atMs), -Infinity);
  for (const promise of promisesInForce(history, terms, atMs)) {
    const freeAtMs = last + promise.separationDays * DAY_MS;
    if (atMs < freeAtMs) {
      throw new SdkError(
        'budget-spent',
        `the last release was too recent: ${promise.separationDays} days lie between two, the next may follow in ${daysBetween(atMs, freeAtMs)}`,
      );
    }
    const windowMs = promise.windowDays * DAY_MS;
    const within = history.entries
      .map((entry) => entry.atMs)
      .filter((each) => each > atMs - windowMs)
      .sort((a, b) => a - b);
    const cap = releaseCap(promise);
    if (within.length >= cap) {
      const freeAtMs = within.at(-cap)! + windowMs; // when so many have left the window that one fits
      throw new SdkError(
        'budget-spent',
        `${within.length} of at most ${cap} releases in ${promise.windowDays} days are spent, the next may follow in ${daysBetween(atMs, freeAtMs)}`,
      );
    }
  }
  return { atMs };
}

/** The request's own terms, and those of every release whose window has not passed. */
function promisesInForce({ entries }: ReleaseHistory, own: ReleaseTerms, atMs: number): readonly ReleaseTerms[] {
  const earlier = entries.flatMap((entry) =>
    entry.terms !== undefined && entry.atMs > atMs - entry.terms.windowDays * DAY_MS ? [entry.terms] : [],
  );
  return [own, ...earlier];
}

function daysBetween(fromMs: number, toMs: number): string {
  const days = Math.ceil((toMs - fromMs) / DAY_MS);
  return days === 1 ? '1 day' : `${days} days`;
}
