import { tastePrior } from '../core/federated/taste-prior.js';
import type { ModelDocument, TasksDocument } from '../wire/messages.js';
import type { SharedModel } from './model-holder.js';

/**
 * From a published estimate to the model in force. Null where the document is not of this task, or holds numbers that
 * are none of a taste estimate: no model is better than a guess.
 */
export function sharedModelOf({ policy }: TasksDocument['tasks'][number], document: ModelDocument): SharedModel | null {
  const { taskId, version, reports, estimate, noiseL2 } = document;
  if (policy.block.kind !== 'taste' || taskId !== policy.taskId || estimate.length !== policy.block.cells.length) return null;
  const { cells } = policy.block;
  const shares = cells.map(({ share }) => share);
  const prior = tastePrior(estimate, shares, noiseL2);
  return {
    taskId,
    version,
    reports,
    noiseL2,
    cells: cells.map(({ name, share }, cell) => ({ name, share, estimate: estimate[cell]!, prior: prior[cell]! })),
  };
}
