import { facetVector, noiseVector } from '../core/federated/facet-vector.js';
import { ownHistogram, sampleCell } from '../core/federated/own-histogram.js';
import { SdkError } from '../core/errors.js';
import { selectSubset } from '../core/privacy/subset-selection.js';
import type { StoredEvent } from '../core/profile/records.js';
import { tasteHistogram } from '../core/profile/taste-histogram.js';
import type { SecureBits } from '../core/random.js';
import { sealReport } from '../wire/hpke.js';
import { encodeVectorPayload, encodeVotePayload } from '../wire/payload.js';
import type { Policy } from '../wire/policy.js';

/** Where a profile becomes a report: the only code that reads events and writes bytes that leave. */

export interface ReportRequest {
  readonly policy: Policy;
  /** Own canonical hash of `policy`. */
  readonly hash: string;
  readonly round: number;
  /** [16] */
  readonly reportId: Uint8Array<ArrayBuffer>;
  readonly events: readonly StoredEvent[];
  readonly nowMs: number;
}

export type MakeReport = (request: ReportRequest) => Promise<Uint8Array<ArrayBuffer>>;

/** @returns a maker of whole sealed frames. Its errors: `policy-refused`, `overflow` */
export function createReporter(bits: SecureBits): MakeReport {
  return ({ policy, hash, round, reportId, events, nowMs }) =>
    sealReport({ payload: payloadOf(policy, events, nowMs, bits), policy, hash, round, reportId });
}

/**
 * The report's content before it is sealed: a function of the policy, the block of the profile and the bits, and of
 * nothing else.
 *
 * @param events  what the profile remembers; a vote reads its decayed first categories, a vector the facets it names
 * @throws SdkError `policy-refused`, `overflow`
 */
export function payloadOf(
  policy: Pick<Policy, 'block' | 'mechanism'>,
  events: readonly StoredEvent[],
  nowMs: number,
  bits: SecureBits,
): Uint8Array<ArrayBuffer> {
  const { block, mechanism } = policy;
  if (mechanism.kind === 'vote' && block.kind === 'taste') {
    const cell = sampleCell(ownHistogram(tasteHistogram(events, nowMs), block.cells), bits);
    return encodeVotePayload(selectSubset(cell, block.cells.length, mechanism, bits), block.cells.length);
  }
  if (mechanism.kind === 'gaussian' && block.kind === 'vector') {
    return encodeVectorPayload(noiseVector(facetVector(events, block.names), mechanism, bits), mechanism.bits);
  }
  throw new SdkError('policy-refused', `a ${mechanism.kind} does not fit a ${block.kind} block`);
}
