import { SdkError } from '../core/errors.js';
import { claimOf, claimSentence } from '../core/privacy/claim.js';
import { estimateShares } from '../core/privacy/subset-selection.js';
import type { ModelDocument } from '../wire/messages.js';
import { decodeVectorPayload, decodeVotePayload } from '../wire/payload.js';
import type { GaussianMechanism, Policy } from '../wire/policy.js';
import type { Round, Tally } from './round.js';

/** The two mechanisms as the endpoint sees them: from an opened payload to an addend, from a tally to an estimate. */

/** Length of the tally. */
export function tallySize(policy: Policy): number {
  if (policy.mechanism.kind === 'gaussian') return policy.mechanism.dim;
  return cellsOf(policy);
}

/** @throws SdkError `bad-dimension`, `bad-frame`, `out-of-range` */
export function addendOf(payload: Uint8Array, policy: Policy): readonly number[] {
  if (policy.mechanism.kind === 'gaussian') return [...decodeVectorPayload(payload, policy.mechanism)];
  const addend = Array.from({ length: cellsOf(policy) }, () => 0);
  for (const cell of decodeVotePayload(payload, policy.mechanism, addend.length)) addend[cell] = 1;
  return addend;
}

export interface Estimate {
  /** Not clamped: clamping would bias it. */
  readonly values: readonly number[];
  readonly noiseL2: number;
}

export function estimateOf(tally: Tally, policy: Policy): Estimate {
  if (policy.mechanism.kind === 'gaussian') return meanOf(tally, policy.mechanism);
  const { estimate, noiseL2 } = estimateShares(tally.sums, tally.reports, policy.mechanism);
  return { values: [...estimate], noiseL2 };
}

/** Mean of the vectors in their own unit; each coordinate of a report has noise of std σ·B and at most 1/4 of rounding variance. */
function meanOf({ reports, sums }: Tally, { bound, sigmaNumerator, sigmaDenominator, scale }: GaussianMechanism): Estimate {
  const noiseStddev = (bound * sigmaNumerator) / sigmaDenominator;
  return {
    values: sums.map((sum) => sum / (reports * scale)),
    noiseL2: Math.sqrt((sums.length * (noiseStddev ** 2 + 0.25)) / reports) / scale,
  };
}

/** @param round  closed */
export function modelOf(round: Round, policy: Policy, version: number, publishedAtMs: number): ModelDocument {
  const { values, noiseL2 } = estimateOf(round.tally, policy);
  return {
    protocol: 1,
    taskId: round.taskId,
    version,
    policyHash: round.policyHash,
    round: round.round,
    publishedAtMs,
    reports: round.tally.reports,
    estimate: [...values],
    noiseL2,
    claim: claimSentence(claimOf(policy)),
  };
}

function cellsOf(policy: Policy): number {
  if (policy.block.kind !== 'taste') throw new SdkError('invalid-options', 'a vote needs a taste block with its cells');
  return policy.block.cells.length;
}
