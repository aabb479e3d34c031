import { SdkError } from '../core/errors.js';
import { claimOf, claimSentence } from '../core/privacy/claim.js';
import { predictedError } from '../core/privacy/predicted-error.js';
import type { LedgerState } from '../storage/ledger-store.js';
import type { RoundStatus, TaskView } from './api/worker-api.js';
import type { SharedModel } from './model-holder.js';
import type { Task } from './participant.js';

/** What a shopper is told about rounds. */

export function taskViewOf(task: Task, refusal: SdkError | null, model: SharedModel | null): TaskView {
  const { policy, policyHash, round, modelVersion } = task;
  return {
    taskId: policy.taskId,
    policyHash,
    summary: summaryOf(task),
    claim: attempt(() => claimSentence(claimOf(policy)), 'The policy makes no claim that this SDK accepts.'),
    round: round?.round ?? null,
    closesAtMs: round?.closesAtMs ?? null,
    reports: round?.reports ?? 0,
    minimumBatch: policy.minimumBatch,
    predictedError: attempt(() => predictedError(policy), Infinity),
    separationDays: policy.separationDays,
    refusal: refusal === null ? null : { code: refusal.code, message: refusal.message },
    modelVersion,
    model:
      model === null || model.taskId !== policy.taskId
        ? null
        : { version: model.version, reports: model.reports, noiseL2: model.noiseL2, cells: model.cells },
  };
}

function summaryOf({ policy: { block, mechanism } }: Task): string {
  if (mechanism.kind === 'gaussian') return `${mechanism.dim} numbers about your taste, blurred on this device before they leave it`;
  const cells = block.kind === 'taste' ? block.cells.length : block.names.length;
  const kept = Math.round((100 * mechanism.keepNumerator) / mechanism.keepDenominator);
  return mechanism.subsetSize === 1
    ? `one vote for one of ${cells} groups: yours with ${kept} % chance, else one of the others at random`
    : `one vote for ${mechanism.subsetSize} of ${cells} groups: yours is among them with ${kept} % chance`;
}

export function roundStatusOf(sent: LedgerState['sent'], tasks: readonly TaskView[]): RoundStatus {
  return {
    sent: sent.toReversed(),
    bytesSent: sent.reduce((sum, { outcome, sizeBytes }) => (outcome === 'sent' ? sum + sizeBytes : sum), 0),
    tasks,
  };
}

/** A policy that nobody can account for is refused; it must not take the view down with it. */
function attempt<T>(compute: () => T, otherwise: T): T {
  try {
    return compute();
  } catch {
    return otherwise;
  }
}
