import { claimedEpsilon } from '../../core/privacy/claim.js';
import type { GaussianTerms } from '../../core/federated/round-policy.js';
import type { Policy } from '../../wire/policy.js';
import type { Attack, AttackContext } from './attack.js';
import { atLeast, atMost, epsilonOf, separationOf } from './bounded-rates.js';
import type { Profile } from './devices.js';
import type { Finding } from './finding.js';
import { reportsForNoise, seenNoise, seenNoiseByEpsilon, type GaussianTest } from './power.js';
import { profileOfCell, profileOfVector, silentProfile } from './profiles.js';
import { bestEvent, drawSample, ratesOf, type Statistic, type WorldPair } from './two-worlds.js';

/** A pair, and how far apart its worlds must look through the claimed noise, or the attack has missed its aim. */
interface AimedPair extends WorldPair {
  readonly separation?: number;
}

/** Worst pairs of profiles, one report of each device. */
export const attackOneReport: Attack = (context) => attackPairs(context, 1, pairsOf(context.policy));

/** Worst pairs over two reports of each device: what is shared between them shows beyond the claim for two releases. */
export const attackTwoReports: Attack = (context) => attackPairs(context, 2, longPairsOf(context.policy));

function attackPairs(context: AttackContext, releases: number, pairs: readonly AimedPair[]): readonly Finding[] {
  const { policy, reports, bits, falseAlarm } = context;
  const { mechanism, dpDelta } = policy;
  const alpha = falseAlarm / pairs.length / (mechanism.kind === 'gaussian' ? 3 : 1);
  const claim = claimedEpsilon(policy, releases);
  const attack = releases === 1 ? 'two worlds' : 'two worlds, two reports';
  return pairs.flatMap((pair) => {
    const pilot = drawSample(policy, pair, Math.ceil(reports / 5), bits);
    const sample = drawSample(policy, pair, reports, bits);
    const shown = (hit: number, falseHit: number): number => epsilonOf(hit, falseHit, dpDelta);
    const rates = ratesOf(sample, bestEvent(pilot, reports, alpha, shown));
    const epsilon = Math.max(0, atLeast(rates, alpha, shown));
    const findings: Finding[] = [
      {
        attack,
        measure: `ε, ${pair.name}`,
        measured: Math.max(0, shown(rates.hits / reports, rates.falseHits / reports)),
        atLeast: epsilon,
        claim,
        verdict: epsilon > claim ? 'beaten' : 'holds',
        falseAlarm: alpha,
        sees: mechanism.kind === 'gaussian' ? epsilonPower(testOf(mechanism, releases, alpha), reports, dpDelta, claim) : 'see “own cell”',
      },
    ];
    if (mechanism.kind === 'gaussian') {
      const test = testOf(mechanism, releases, alpha);
      const wide = ratesOf(sample, bestEvent(pilot, reports, alpha, separationOf));
      const separation = Math.max(0, atLeast(wide, alpha, separationOf));
      const isBlunt = pair.separation !== undefined && atMost(wide, alpha, separationOf) < 0.9 * pair.separation;
      findings.push({
        attack,
        measure: `μ, ${pair.name}`,
        measured: separationOf(wide.hits / reports, wide.falseHits / reports),
        atLeast: separation,
        claim: test.separation,
        verdict: separation > test.separation ? 'beaten' : isBlunt ? 'blunt' : 'holds',
        falseAlarm: pair.separation === undefined ? alpha : 2 * alpha, // bounded from above too
        sees: pair.separation === undefined ? 'gross faults' : separationPower(test, reports),
      });
    }
    return findings;
  });
}

/** μ of k reports whose vectors lie 2B apart: √k · 2 / σ; its zCDP cost μ²/2 is what the claim's accountant adds up. */
function testOf({ sigmaNumerator, sigmaDenominator }: GaussianTerms, releases: number, alpha: number): GaussianTest {
  return { separation: (Math.sqrt(releases) * 2 * sigmaDenominator) / sigmaNumerator, alpha };
}

function separationPower(test: GaussianTest, reports: number): string {
  const factor = seenNoise(test, reports);
  const needed = reportsForNoise(test, 0.9).toLocaleString('en');
  return `${factor === 0 ? 'gross faults' : `σ × ${factor.toFixed(2)}`}; σ × 0.9 from ${needed} reports a world`;
}

function epsilonPower(test: GaussianTest, reports: number, dpDelta: number, claim: number): string {
  const factor = seenNoiseByEpsilon(test, reports, dpDelta, claim);
  return factor === 0 ? 'nothing at this size' : `σ × ${factor.toFixed(2)}`;
}

function pairsOf({ block, mechanism }: Policy): readonly AimedPair[] {
  if (mechanism.kind === 'vote') {
    if (block.kind !== 'taste') return [];
    const { first, last, lean } = voteEnds(block.cells);
    return [
      { name: 'one group against another', first: [first], second: [last], statistics: [([one]) => lean(one!)] },
      {
        name: 'one group against silence',
        first: [first],
        second: [silentProfile],
        statistics: [([one]) => lean(one!), ([one]) => one![0]!],
      },
    ];
  }
  if (block.kind !== 'vector') return [];
  const { names } = block;
  const { dim, clipNorm } = mechanism;
  const axis = names.map((_, row) => (row === 0 ? clipNorm : 0));
  const far = names.map(() => (2 * clipNorm) / Math.sqrt(dim) + clipNorm); // longer than the clip in every direction
  const onAxis: Statistic = ([one]) => one![0]!;
  const diagonal: Statistic = ([one]) => one!.reduce((sum, value) => sum + value, 0);
  const energy: Statistic = ([one]) => one!.reduce((sum, value) => sum + value * value, 0);
  const profile = (values: readonly number[]): Profile => profileOfVector(values, names);
  const separation = reach(mechanism);
  return [
    { name: 'opposite, at the clip', first: [profile(axis)], second: [profile(negated(axis))], statistics: [onAxis], separation },
    { name: 'opposite, beyond the clip', first: [profile(far)], second: [profile(negated(far))], statistics: [diagonal], separation },
    { name: 'loud against silence', first: [profile(axis)], second: [silentProfile], statistics: [onAxis, energy] },
  ];
}

function longPairsOf({ block, mechanism }: Policy): readonly AimedPair[] {
  if (mechanism.kind === 'vote') {
    if (block.kind !== 'taste') return [];
    const { first, last, lean } = voteEnds(block.cells);
    const sum: Statistic = ([one, two]) => lean(one!) + lean(two!);
    const change: Statistic = ([one, two]) => lean(one!) - lean(two!);
    return [
      { name: 'the same twice against another twice', first: [first, first], second: [last, last], statistics: [sum] },
      {
        name: 'unchanged against changed',
        first: [first, first],
        second: [first, last],
        statistics: [change, ([one, two]) => overlap(one!, two!)],
      },
    ];
  }
  if (block.kind !== 'vector') return [];
  const { names } = block;
  const axis = names.map((_, row) => (row === 0 ? mechanism.clipNorm : 0));
  const [yes, no] = [profileOfVector(axis, names), profileOfVector(negated(axis), names)];
  const sum: Statistic = ([one, two]) => one![0]! + two![0]!;
  const change: Statistic = ([one, two]) => one![0]! - two![0]!;
  return [
    {
      name: 'the same twice against another twice',
      first: [yes, yes],
      second: [no, no],
      statistics: [sum],
      separation: Math.SQRT2 * reach(mechanism),
    },
    { name: 'unchanged against changed', first: [yes, yes], second: [yes, no], statistics: [change] },
  ];
}

/** What whole grid steps leave of 2C, over σB. */
function reach({ scale, clipNorm, bound, sigmaNumerator, sigmaDenominator }: GaussianTerms): number {
  return (2 * Math.floor(scale * clipNorm) * sigmaDenominator) / (bound * sigmaNumerator);
}

function voteEnds(cells: readonly { readonly name: string }[]): {
  readonly first: Profile;
  readonly last: Profile;
  readonly lean: (report: readonly number[]) => number;
} {
  const end = cells.length - 1;
  return {
    first: profileOfCell(cells[0]!.name),
    last: profileOfCell(cells[end]!.name),
    lean: (report) => report[0]! - report[end]!,
  };
}

const negated = (values: readonly number[]): readonly number[] => values.map((value) => -value);
const overlap = (one: readonly number[], two: readonly number[]): number => one.reduce((sum, named, cell) => sum + named * two[cell]!, 0);
