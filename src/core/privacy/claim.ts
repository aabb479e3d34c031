import type { RoundPolicy } from '../federated/round-policy.js';
import { zcdpEpsilon } from './rdp.js';
import { analyseVote } from './subset-selection.js';

/** A privacy claim with nothing left out. There is no other way in the house to show an ε. */
export interface PrivacyClaim {
  readonly adversary: string;
  readonly adjacency: 'replacement';
  readonly unit: string;
  readonly accountant: string;
  /** One release. */
  readonly epsilon: number;
  /** Of one release and of each total. */
  readonly dpDelta: number;
  readonly windowDays: number;
  readonly releasesWithoutEviction: number;
  readonly epsilonWithoutEviction: number;
  /** ⌈window / separation⌉; null (no limit) only where the separation is 0, on loopback. */
  readonly releasesWithEviction: number | null;
  readonly epsilonWithEviction: number | null;
}

type ClaimedPolicy = Pick<RoundPolicy, 'block' | 'mechanism' | 'dpDelta' | 'separationDays' | 'windowDays' | 'releasesPerWindow'>;

/**
 * ε of `releases` reports under this policy, replacement adjacency, at its δ. Votes add up; Gaussian reports add their
 * zCDP cost ρ = (2B)² / 2(σB)² and are converted once. The continuous curve is no bound for the discrete mechanism.
 */
export function claimedEpsilon(
  { block, mechanism, dpDelta }: Pick<ClaimedPolicy, 'block' | 'mechanism' | 'dpDelta'>,
  releases: number,
): number {
  if (mechanism.kind === 'vote') {
    return releases * analyseVote(block.kind === 'taste' ? block.cells.length : block.names.length, mechanism).epsilon;
  }
  const sigma = mechanism.sigmaNumerator / mechanism.sigmaDenominator;
  return zcdpEpsilon((releases * 2) / (sigma * sigma), dpDelta);
}

/** Most releases in a window when storage is lost again and again: probation is as long as the separation. */
export function releasesWithEviction({ separationDays, windowDays }: Pick<ClaimedPolicy, 'separationDays' | 'windowDays'>): number | null {
  return separationDays === 0 ? null : Math.ceil(windowDays / separationDays);
}

export function claimOf(policy: ClaimedPolicy): PrivacyClaim {
  const evicted = releasesWithEviction(policy);
  const kept = evicted === null ? policy.releasesPerWindow : Math.min(policy.releasesPerWindow, evicted);
  return {
    adversary: 'anyone who reads the opened reports, the operator of the endpoint included',
    adjacency: 'replacement',
    unit: 'one browser profile on one origin',
    accountant:
      policy.mechanism.kind === 'vote'
        ? 'pure ε of subset selection, summed'
        : 'zCDP of the discrete Gaussian, converted over Rényi orders',
    epsilon: claimedEpsilon(policy, 1),
    dpDelta: policy.dpDelta,
    windowDays: policy.windowDays,
    releasesWithoutEviction: kept,
    epsilonWithoutEviction: claimedEpsilon(policy, kept),
    releasesWithEviction: evicted,
    epsilonWithEviction: evicted === null ? null : claimedEpsilon(policy, evicted),
  };
}

/** The whole claim as one plain sentence; every ε is rounded up. */
export function claimSentence(claim: PrivacyClaim): string {
  const delta = claim.dpDelta === 0 ? '0' : String(claim.dpDelta);
  const withEviction =
    claim.releasesWithEviction === null || claim.epsilonWithEviction === null
      ? 'with its storage cleared in between there is no limit (test setting, this computer only)'
      : `even with its storage cleared in between at most ${count(claim.releasesWithEviction)}, ε ${roundUp(claim.epsilonWithEviction)}`;
  return (
    `Against ${claim.adversary}, with everything that ${claim.unit} did replaced by anything else: ` +
    `ε ${roundUp(claim.epsilon)}, δ ${delta} per release; ` +
    `at most ${count(claim.releasesWithoutEviction)} in ${claim.windowDays} days, ε ${roundUp(claim.epsilonWithoutEviction)}; ${withEviction}.`
  );
}

const count = (releases: number): string => `${releases} ${releases === 1 ? 'release' : 'releases'}`;

/** Two digits below 20, one above, always up: 3.98898 → 3.99, 51.857 → 51.9. */
export function roundUp(epsilon: number): string {
  const digits = epsilon < 20 ? 2 : 1;
  // A last bit of floating point above a round number is no reason for a step up.
  return (Math.ceil(epsilon * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits);
}
