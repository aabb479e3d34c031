import { generateKeyPair } from '../../wire/hpke.js';
import type { Policy } from '../../wire/policy.js';
import { streamBits } from '../conformance/stream-bits.js';
import type { Attack } from './attack.js';
import { attackCanaries } from './attack-canaries.js';
import { attackCells } from './attack-cells.js';
import { attackForgery } from './attack-forgery.js';
import { attackIndependence } from './attack-independence.js';
import { attackInversion } from './attack-inversion.js';
import { attackReplay } from './attack-replay.js';
import { attackOneReport, attackTwoReports } from './attack-worlds.js';
import type { Finding } from './finding.js';
import { shippedPolicies } from './policies.js';

/** Chance that a clean run, over all its policies, attacks and seeds, accuses anybody. */
export const FALSE_ALARM = 1e-6;
/** Reports per world at which the mutants are found. */
export const FULL_REPORTS = 50_000;

const attacks: readonly Attack[] = [
  attackReplay, // first: it throws where devices refuse the policy
  attackForgery,
  attackOneReport,
  attackTwoReports,
  attackIndependence,
  attackCells,
  attackInversion,
  attackCanaries,
];

export interface AuditOptions {
  readonly reports: number;
  readonly seeds: readonly number[];
  /** Task ids of the shipped policies; all where absent. */
  readonly only?: readonly string[];
  readonly onAttack?: (done: number, of: number) => void | Promise<void>;
}

export interface PolicyFindings {
  readonly policy: Policy;
  readonly seed: number;
  readonly findings: readonly Finding[];
}

export async function runAudit({ reports, seeds, only, onAttack }: AuditOptions): Promise<readonly PolicyFindings[]> {
  const keys = await generateKeyPair();
  const policies = shippedPolicies(keys.publicKey).filter(({ taskId }) => only === undefined || only.includes(taskId));
  const total = seeds.length * policies.length * attacks.length;
  const falseAlarm = FALSE_ALARM / total;
  const all: PolicyFindings[] = [];
  for (const seed of seeds) {
    for (const [row, policy] of policies.entries()) {
      const bits = streamBits(seed * 64 + row);
      const findings: Finding[] = [];
      for (const attack of attacks) {
        findings.push(...(await attack({ policy, keys, reports, bits, falseAlarm })));
        await onAttack?.(1, total);
      }
      all.push({ policy, seed, findings });
    }
  }
  return all;
}

export function isBeaten(results: readonly PolicyFindings[]): boolean {
  return results.some(({ findings }) => findings.some(({ verdict }) => verdict !== 'holds'));
}
