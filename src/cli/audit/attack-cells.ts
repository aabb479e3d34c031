import { claimedEpsilon } from '../../core/privacy/claim.js';
import type { Attack } from './attack.js';
import { lowerBound, upperBound } from './clopper-pearson.js';
import { openedReport, type Profile } from './devices.js';
import type { Finding } from './finding.js';
import { normalQuantile } from './normal.js';
import { profileOfCell, silentProfile } from './profiles.js';

/**
 * Votes: how often each cell is named in each of three worlds, and, with own cells drawn at random, by those whose own it
 * is and by the others. All rates are bounded at once, so every ratio of two of them is.
 */
export const attackCells: Attack = ({ policy, reports, bits, falseAlarm }) => {
  const { block, mechanism } = policy;
  if (mechanism.kind !== 'vote' || block.kind !== 'taste') return [];
  const names = block.cells.map(({ name }) => name);
  const profiles = names.map(profileOfCell);
  const claim = claimedEpsilon(policy, 1);
  // Two bounds for each cell of three worlds, and for each cell as own and as another's.
  const alpha = falseAlarm / 2 / (names.length * 2 * 5);

  const worlds = [profiles[0]!, profiles.at(-1)!, silentProfile].map((profile): Count[] => {
    const counts = names.map((): Count => ({ named: 0, reports }));
    for (let at = 0; at < reports; at++) tally(counts, openedReport(policy, profile, bits));
    return counts;
  });
  let ratio: Ratio = { measured: 0, atLeast: 0 };
  for (const [one, first] of worlds.entries())
    for (const [two, second] of worlds.entries())
      if (one !== two) for (const cell of names.keys()) ratio = larger(ratio, ratioOf(first[cell]!, second[cell]!, alpha));

  const { own, other, hits, trials } = drawOwnCells(
    profiles,
    4 * reports,
    () => drawBelow(names.length, bits),
    (profile) => openedReport(policy, profile, bits),
  );
  let pooled: Ratio = { measured: 0, atLeast: 0 };
  for (const cell of names.keys()) {
    pooled = larger(pooled, ratioOf(own[cell]!, other[cell]!, alpha));
    pooled = larger(pooled, ratioOf(other[cell]!, own[cell]!, alpha));
  }
  const finding = (measure: string, found: Ratio, bounds: number): Finding => ({
    attack: 'each cell',
    measure,
    ...found,
    claim,
    verdict: found.atLeast > claim ? 'beaten' : 'holds',
    falseAlarm: bounds * alpha,
    sees: 'a cell that one world never names',
  });
  return [
    finding(`ε, worst of ${names.length} cells, 3 worlds`, ratio, 6 * names.length),
    finding(`ε, worst of ${names.length} cells, own against others’`, pooled, 4 * names.length),
    ownCell(hits, trials, mechanism.subsetSize, names.length, claim, falseAlarm / 4),
    guess(hits, trials, mechanism.subsetSize, names.length, claim, falseAlarm / 4),
  ];
};

interface Count {
  named: number;
  reports: number;
}

interface Ratio {
  readonly measured: number;
  readonly atLeast: number;
}

function drawOwnCells(
  profiles: readonly Profile[],
  trials: number,
  draw: () => number,
  report: (profile: Profile) => readonly number[],
): { readonly own: readonly Count[]; readonly other: readonly Count[]; readonly hits: number; readonly trials: number } {
  const empty = (): Count[] => profiles.map(() => ({ named: 0, reports: 0 }));
  const [own, other] = [empty(), empty()];
  let hits = 0;
  for (let at = 0; at < trials; at++) {
    const cell = draw();
    const sent = report(profiles[cell]!);
    hits += sent[cell]!;
    for (const [each, named] of sent.entries()) {
      const count = (each === cell ? own : other)[each]!;
      count.reports++;
      count.named += named;
    }
  }
  return { own, other, hits, trials };
}

function tally(counts: readonly Count[], report: readonly number[]): void {
  for (const [cell, named] of report.entries()) counts[cell]!.named += named;
}

/** ln of the larger of P₁(named)/P₂(named) and P₁(not)/P₂(not). */
function ratioOf(one: Count, two: Count, alpha: number): Ratio {
  const [rate1, rate2] = [one.named / one.reports, two.named / two.reports];
  const low = lowerBound(one.named, one.reports, alpha);
  const high = upperBound(two.named, two.reports, alpha);
  const notLow = 1 - upperBound(one.named, one.reports, alpha);
  const notHigh = 1 - lowerBound(two.named, two.reports, alpha);
  return {
    measured: Math.max(Math.log(rate1 / rate2), Math.log((1 - rate1) / (1 - rate2))),
    atLeast: Math.max(0, Math.log(low / high), Math.log(notLow / notHigh)),
  };
}

const larger = (one: Ratio, two: Ratio): Ratio => (two.atLeast > one.atLeast ? two : one);

/**
 * The sharpest bound. For every a ≠ b, P_a(a named, b not) ≤ e^ε P_b(a named, b not); both sides averaged over all pairs
 * depend on h alone, how often the own cell is named, as exactly w cells are: ε ≥ ln(h(J − w) / ((1 − h)w)).
 */
function ownCell(hits: number, trials: number, size: number, cells: number, claim: number, alpha: number): Finding {
  const epsilon = (rate: number): number => Math.log((rate * (cells - size)) / ((1 - rate) * size));
  const found = epsilon(lowerBound(hits, trials, alpha / 2));
  const most = epsilon(upperBound(hits, trials, alpha / 2));
  const rate = hits / trials;
  const smallest = (-normalQuantile(alpha / 2) + 2.33) / Math.sqrt(trials * rate * (1 - rate));
  return {
    attack: 'own cell',
    measure: 'ε, averaged over all pairs of cells',
    measured: epsilon(rate),
    atLeast: Math.max(0, found),
    claim,
    verdict: found > claim ? 'beaten' : most < claim - 0.1 ? 'blunt' : 'holds',
    falseAlarm: alpha,
    sees: `ε above the claim by ${smallest.toFixed(3)}`,
  };
}

/** A profile of one event, J groups equally likely, one report: the best guess is a cell that is named. */
function guess(hits: number, trials: number, size: number, cells: number, claim: number, alpha: number): Finding {
  const found = lowerBound(hits, trials, alpha) / size;
  const limit = Math.exp(claim) / (Math.exp(claim) + cells - 1);
  return {
    attack: 'inversion of one event',
    measure: `rate of right guesses among ${cells} groups`,
    measured: hits / trials / size,
    atLeast: found,
    claim: limit,
    verdict: found > limit ? 'beaten' : 'holds',
    falseAlarm: alpha,
    sees: size === 1 ? 'as “own cell”' : 'gross faults',
  };
}

/** The attacker's own coin, from the same stream. */
function drawBelow(n: number, bits: { nextBits(count: number): number }): number {
  const width = 32 - Math.clz32(n - 1);
  for (;;) {
    const drawn = bits.nextBits(width);
    if (drawn < n) return drawn;
  }
}
