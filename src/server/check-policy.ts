import { expectAboveFloor } from '../core/privacy/floor.js';
import { devicesNeeded, LARGEST_PREDICTED_ERROR, predictedError } from '../core/privacy/predicted-error.js';
import type { Policy } from '../wire/policy.js';
import { payloadBytes } from '../wire/payload.js';

/**
 * What the schema cannot say. An operator hears it here, before devices would refuse the task silently.
 * @param isLoopback  may a test on this computer go below the schedule's floor?
 * @throws SdkError `policy-refused`, `bad-dimension`
 */
export function checkPolicy(policy: Policy, isLoopback: boolean): void {
  payloadBytes(policy);
  expectAboveFloor(policy, { isLoopbackPage: isLoopback, isLoopbackEndpoint: isLoopback });
}

/** Why devices will not join although the policy is sound; null where they will. */
export function policyWarning(policy: Policy): string | null {
  const error = predictedError(policy);
  if (error <= LARGEST_PREDICTED_ERROR) return null;
  return `task ${policy.taskId}: with ${policy.minimumBatch} reports the predicted error is ${error.toFixed(2)}, devices refuse above ${LARGEST_PREDICTED_ERROR}; ask for a batch of at least ${devicesNeeded(policy)}`;
}
