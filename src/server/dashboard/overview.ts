import type { ErrorCode } from '../../core/errors.js';
import type { ModelDocument } from '../../wire/messages.js';
import type { Policy } from '../../wire/policy.js';
import type { AppParts } from '../app.js';
import { inTens } from '../metrics.js';
import type { RoundPhase } from '../round.js';

/** What the dashboard shows, as data. Counts of reports are in tens, as everywhere in public. */
export interface Overview {
  readonly atMs: number;
  readonly tasks: readonly TaskOverview[];
  readonly refusals: readonly (readonly [ErrorCode, number])[];
}

export interface TaskOverview {
  readonly policy: Policy;
  readonly policyHash: string;
  readonly rounds: readonly RoundOverview[];
  readonly model: ModelDocument | null;
}

export interface RoundOverview {
  readonly round: number;
  readonly phase: RoundPhase;
  readonly reports: number;
  readonly closesAtMs: number;
  readonly endedAtMs: number | null;
}

const ROUNDS_SHOWN = 8;

export async function overviewOf({
  service,
  store,
  metrics,
  now,
}: Pick<AppParts, 'service' | 'store' | 'metrics' | 'now'>): Promise<Overview> {
  const tasks: TaskOverview[] = [];
  for (const { entry } of await service.tasks()) {
    const rounds = await store.rounds(entry.taskId, ROUNDS_SHOWN);
    const model = await store.model(entry.taskId, 'latest');
    tasks.push({
      policy: entry.policy,
      policyHash: entry.policyHash,
      rounds: rounds.map(({ round, phase, tally, closesAtMs, endedAtMs }) => ({
        round,
        phase,
        reports: inTens(tally.reports),
        closesAtMs,
        endedAtMs,
      })),
      model: model === null ? null : JSON.parse(model.text),
    });
  }
  return { atMs: now(), tasks, refusals: metrics.refusals() };
}
