import { SdkError, toSdkError } from '../core/errors.js';
import { weightedChoice } from '../core/federated/own-histogram.js';
import { decideRelease, ledgerTime } from '../core/federated/release-rules.js';
import { claimedEpsilon, claimOf, claimSentence } from '../core/privacy/claim.js';
import { expectAboveFloor } from '../core/privacy/floor.js';
import { expectUsefulRound } from '../core/privacy/predicted-error.js';
import { uniformBelow } from '../core/privacy/uniform.js';
import type { StoredEvent } from '../core/profile/records.js';
import type { SecureBits } from '../core/random.js';
import type { LedgerState, LedgerStore } from '../storage/ledger-store.js';
import { policyHash, toHex } from '../wire/canonical.js';
import type { RoundInfo, TasksDocument } from '../wire/messages.js';
import { isLoopbackHost } from './loopback.js';
import type { MakeReport } from './report.js';

/**
 * One device in private rounds: judges every task by its own floor, reserves a release in the ledger together with the
 * exact bytes, and only then lets them be sent. When and whether it takes part depends on consent, the age of its storage
 * and coins, never on what the profile says.
 */

export interface ParticipantParts {
  readonly site: string;
  /** Base URL of the rounds endpoint. */
  readonly endpoint: string;
  readonly isLoopbackPage: boolean;
  readonly ledger: LedgerStore;
  /** For ids, coins and times; the report's own bits are the reporter's. */
  readonly bits: SecureBits;
  /** Epoch ms of this device's clock. */
  readonly now: () => number;
  readonly events: () => Promise<readonly StoredEvent[]>;
  readonly makeReport: MakeReport;
  /** Asked once more right before the spend. */
  readonly isAllowed: () => boolean;
}

/** By task id: why the device does not take part, null where it has or does. */
export type Verdicts = ReadonlyMap<string, SdkError | null>;

export type Task = TasksDocument['tasks'][number];

/** A report of the last second would come too late. */
const MARGIN_MS = 1_000;

/**
 * Judges the tasks and takes part in one of those that may: its report is in the ledger and the outbox when this resolves.
 * A task that is refused is a verdict, not an exception.
 */
export async function takePart(parts: ParticipantParts, { serverTimeMs, tasks }: TasksDocument): Promise<Verdicts> {
  const { ledger, bits } = parts;
  const state = await ledger.read();
  const nowMs = ledgerTime(parts.now(), serverTimeMs, state.highWaterMs);
  const verdicts = new Map(await judgeTasks(parts, tasks, state, nowMs, serverTimeMs));
  const willing = tasks.filter((task) => verdicts.get(task.policy.taskId) === null && !hasSpoken(state, task));
  if (willing.length === 0) return verdicts;
  const weights = willing.map(({ policy }) => policy.weight);
  const chosen = willing[weightedChoice(weights, bits)]!;
  try {
    await reserve(parts, chosen, nowMs, serverTimeMs);
  } catch (thrown) {
    verdicts.set(chosen.policy.taskId, toSdkError(thrown, 'internal')); // another tab was faster, or nothing could be sealed
  }
  return verdicts;
}

type Judging = Pick<ParticipantParts, 'site' | 'endpoint' | 'isLoopbackPage'>;

export async function judgeTasks(
  parts: Judging,
  tasks: readonly Task[],
  state: LedgerState,
  nowMs: number,
  serverMs: number,
): Promise<Verdicts> {
  const judged = tasks.map(async (task) => {
    const refusal = await judge(parts, task, state, nowMs, serverMs).catch((thrown: unknown) => toSdkError(thrown, 'internal'));
    return [task.policy.taskId, refusal] as const;
  });
  return new Map(await Promise.all(judged));
}

async function judge(
  { site, endpoint, isLoopbackPage }: Judging,
  task: Task,
  state: LedgerState,
  nowMs: number,
  serverMs: number,
): Promise<null> {
  const { policy, policyHash: told, round } = task;
  if (policy.site !== site) throw new SdkError('policy-refused', `the policy is for ${policy.site}, this is ${site}`);
  if ((await policyHash(policy)) !== told)
    throw new SdkError('policy-refused', 'the policy does not have the hash that it is published under');
  expectAboveFloor(policy, { isLoopbackPage, isLoopbackEndpoint: isLoopbackHost(new URL(endpoint).hostname) });
  expectUsefulRound(policy);
  if (hasSpoken(state, task)) return null;
  if (!hasTimeLeft(round, serverMs)) throw new SdkError('round-closed', 'no round is open for reports now');
  decideRelease(state, { taskId: policy.taskId, policyHash: told, round: round.round, terms: policy }, nowMs);
  return null;
}

function hasTimeLeft(round: RoundInfo | null, serverMs: number): round is RoundInfo {
  return round !== null && round.closesAtMs - MARGIN_MS > serverMs;
}

function hasSpoken(state: LedgerState, { policy, policyHash: hash, round }: Task): boolean {
  return state.entries.some((entry) => entry.taskId === policy.taskId && entry.policyHash === hash && entry.round === round?.round);
}

/** Reserves one release: the spend, the bytes and the line of the “Sent” page, in one strict transaction. */
async function reserve(parts: ParticipantParts, { policy, policyHash: hash, round }: Task, nowMs: number, serverMs: number): Promise<void> {
  if (!hasTimeLeft(round, serverMs)) return;
  const { bits, endpoint } = parts;
  const idBytes = Uint8Array.from({ length: 16 }, () => bits.nextBits(8));
  const body = await parts.makeReport({
    policy,
    hash,
    round: round.round,
    reportId: idBytes,
    events: await parts.events(),
    nowMs: parts.now(),
  });
  const bodyHash = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)));
  const reportId = toHex(idBytes);
  const sendAtMs = serverMs + uniformBelow(bits, round.closesAtMs - MARGIN_MS - serverMs);
  const { taskId, dpDelta, separationDays, windowDays, releasesPerWindow } = policy;
  const terms = { separationDays, windowDays, releasesPerWindow };
  await parts.ledger.transact((state) => {
    if (!parts.isAllowed()) throw new SdkError('no-consent', 'consent to contribute was taken back');
    const { atMs } = decideRelease(state, { taskId, policyHash: hash, round: round.round, terms }, nowMs);
    return {
      addEntry: { reportId, taskId, policyHash: hash, round: round.round, atMs, epsilon: claimedEpsilon(policy, 1), dpDelta, terms },
      addOutbox: { reportId, endpoint, body, sendAtMs, expiresAtMs: round.closesAtMs },
      putSent: { reportId, atMs, sizeBytes: body.length, bodyHash, claim: claimSentence(claimOf(policy)), outcome: 'waiting' },
      highWaterMs: atMs,
    };
  });
}
