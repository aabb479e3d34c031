import { analyseVote } from '../../core/privacy/subset-selection.js';
import { toNumber, subtract } from '../../core/privacy/rational.js';
import { addendOf, estimateOf, tallySize } from '../../server/estimate.js';
import { encodeVectorPayload, encodeVotePayload, payloadBytes, vectorRange } from '../../wire/payload.js';
import type { Policy } from '../../wire/policy.js';
import type { Attack } from './attack.js';
import { openedReport, type OpenedReport } from './devices.js';
import { certain, type Finding } from './finding.js';
import { silentProfile } from './profiles.js';

const FORGED_SHARE = 0.05;

/**
 * Some devices of a round are one attacker's, who sends what the policy lets pass and no noise at all. Nothing is verified
 * in local mode, so each counts as much as an honest extreme does; more than that, and anything malformed, is refused.
 */
export const attackForgery: Attack = ({ policy, reports, bits }): readonly Finding[] => {
  const devices = Math.min(reports, policy.minimumBatch);
  const forged = Math.ceil(devices * FORGED_SHARE);
  const honest = Array.from({ length: devices }, () => openedReport(policy, silentProfile, bits));
  const extreme = addendOf(extremePayload(policy), policy);
  const attacked = honest.map((report, at) => (at < forged ? extreme : report));
  const [before, after] = [estimate(policy, honest), estimate(policy, attacked)];
  const moved = Math.max(...after.map((value, row) => Math.abs(value - before[row]!)));
  return [
    certain(
      'forged cohort',
      `shift of an estimate, ${forged} of ${devices} forged`,
      moved,
      (forged / devices) * influenceOf(policy),
      'any',
    ),
    certain('forged cohort', 'malformed reports that count', malformed(policy).filter((payload) => isCounted(policy, payload)).length, 0),
  ];
};

function estimate(policy: Policy, reports: readonly OpenedReport[]): readonly number[] {
  const sums = Array.from({ length: tallySize(policy) }, () => 0);
  for (const report of reports) for (const [row, value] of report.entries()) sums[row] = sums[row]! + value;
  return estimateOf({ reports: reports.length, sums }, policy).values;
}

/** What replacing all reports could move one estimate by: 1 / (p − q), or the whole plausible range. */
function influenceOf({ block, mechanism }: Policy): number {
  if (mechanism.kind === 'gaussian') return (2 * vectorRange(mechanism)) / mechanism.scale;
  const { keep, q } = analyseVote(block.kind === 'taste' ? block.cells.length : block.names.length, mechanism);
  return 1 / toNumber(subtract(keep, q));
}

function extremePayload({ block, mechanism }: Policy): Uint8Array {
  if (mechanism.kind === 'gaussian') return encodeVectorPayload(new Int32Array(mechanism.dim).fill(vectorRange(mechanism)), mechanism.bits);
  const cells = block.kind === 'taste' ? block.cells.length : 0;
  return encodeVotePayload(
    Array.from({ length: mechanism.subsetSize }, (_, cell) => cell),
    cells,
  );
}

function malformed(policy: Policy): readonly Uint8Array[] {
  const { block, mechanism } = policy;
  const size = payloadBytes(policy);
  const full = new Uint8Array(size).fill(0xff);
  const wrongSizes = [new Uint8Array(size - 1), new Uint8Array(size + 1)];
  if (mechanism.kind === 'gaussian') {
    const tooFar = new Int32Array(mechanism.dim);
    tooFar[0] = vectorRange(mechanism) + 1;
    const padded = new Uint8Array(size);
    padded[size - 1] = 1;
    return [
      ...wrongSizes,
      ...(tooFar[0] < 2 ** (mechanism.bits - 1) ? [encodeVectorPayload(tooFar, mechanism.bits)] : []),
      ...(size > (mechanism.dim * mechanism.bits) / 8 ? [padded] : []),
    ];
  }
  const cells = block.kind === 'taste' ? block.cells.length : 0;
  const naming = (count: number): Uint8Array =>
    encodeVotePayload(
      Array.from({ length: count }, (_, cell) => cell),
      cells,
    );
  return [...wrongSizes, full, naming(0), naming(mechanism.subsetSize + 1), naming(mechanism.subsetSize - 1)];
}

function isCounted(policy: Policy, payload: Uint8Array): boolean {
  try {
    addendOf(payload, policy);
    return true;
  } catch {
    return false; // refused, as it should be
  }
}
