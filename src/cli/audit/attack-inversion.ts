import { claimedEpsilon } from '../../core/privacy/claim.js';
import type { Attack } from './attack.js';
import { lowerBound } from './clopper-pearson.js';
import { openedReport } from './devices.js';
import { profileOfVector } from './profiles.js';

/**
 * Vectors: a profile of one event that carries one of d facets, all equally likely; the largest coordinate of one report is
 * the best guess. An (ε, δ) private report lets nobody be right more often than (e^ε + (d − 1)δ) / (e^ε + d − 1).
 */
export const attackInversion: Attack = ({ policy, reports, bits, falseAlarm }) => {
  const { block, mechanism, dpDelta } = policy;
  if (mechanism.kind !== 'gaussian' || block.kind !== 'vector') return [];
  const { names } = block;
  const profiles = names.map((_, facet) =>
    profileOfVector(
      names.map((_name, row) => (row === facet ? 1 : 0)),
      names,
    ),
  );
  let right = 0;
  for (let at = 0; at < reports; at++) {
    const facet = at % names.length;
    const sent = openedReport(policy, profiles[facet]!, bits);
    if (sent.indexOf(Math.max(...sent)) === facet) right++;
  }
  const e = Math.exp(claimedEpsilon(policy, 1));
  const limit = (e + (names.length - 1) * dpDelta) / (e + names.length - 1);
  const found = lowerBound(right, reports, falseAlarm);
  return [
    {
      attack: 'inversion of one event',
      measure: `rate of right guesses among ${names.length} facets`,
      measured: right / reports,
      atLeast: found,
      claim: limit,
      verdict: found > limit ? 'beaten' : 'holds',
      falseAlarm,
      sees: 'gross faults',
    },
  ];
};
