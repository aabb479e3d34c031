import type { Attack } from './attack.js';
import { lowerBound, upperBound } from './clopper-pearson.js';
import { reportsOfDevice } from './devices.js';
import type { Finding } from './finding.js';
import { normalQuantile } from './normal.js';
import { profileOfCell, profileOfVector } from './profiles.js';

/** Two reports of one unchanged device: nothing but its profile may be common to them. */
export const attackIndependence: Attack = ({ policy, reports, bits, falseAlarm }) => {
  const { block, mechanism } = policy;
  if (mechanism.kind === 'vote' && block.kind === 'taste') {
    const [cell] = block.cells;
    const releases = [profileOfCell(cell!.name), profileOfCell(cell!.name)];
    let both = 0;
    for (let at = 0; at < reports; at++) if (reportsOfDevice(policy, releases, bits).every((report) => report[0] === 1)) both++;
    const keep = mechanism.keepNumerator / mechanism.keepDenominator;
    return [deviation('both votes name the own cell', both, reports, keep * keep, falseAlarm)];
  }
  if (mechanism.kind !== 'gaussian' || block.kind !== 'vector') return [];
  // The profile says zero, so what is sent is noise alone; its sign is fair and tells nothing of the other's.
  const nothing = profileOfVector(
    block.names.map(() => 0),
    block.names,
  );
  let agreeing = 0;
  let compared = 0;
  for (let at = 0; at < reports; at++) {
    const [one, two] = reportsOfDevice(policy, [nothing, nothing], bits);
    for (const [row, value] of one!.entries()) {
      if (value === 0 || two![row] === 0) continue;
      compared++;
      if (value > 0 === two![row]! > 0) agreeing++;
    }
  }
  return [deviation('signs of two noises agree', agreeing, compared, 0.5, falseAlarm)];
};

/** A rate that is known if the reports share nothing: how far from it the exact interval lies, at least. */
function deviation(what: string, count: number, trials: number, expected: number, alpha: number): Finding {
  const apart = Math.max(0, lowerBound(count, trials, alpha / 2) - expected, expected - upperBound(count, trials, alpha / 2));
  const smallest = (-normalQuantile(alpha / 2) + 2.33) * Math.sqrt((expected * (1 - expected)) / trials);
  return {
    attack: 'shared between two reports',
    measure: `|rate − ${expected.toFixed(4)}|: ${what}`,
    measured: Math.abs(count / trials - expected),
    atLeast: apart,
    claim: 0,
    verdict: apart > 0 ? 'beaten' : 'holds',
    falseAlarm: alpha,
    sees: `a rate off by ${smallest.toPrecision(2)}`,
  };
}
