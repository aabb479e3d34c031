import { claimedEpsilon } from '../../core/privacy/claim.js';
import { auditEpsilon } from '../../core/privacy/one-run-audit.js';
import type { Policy } from '../../wire/policy.js';
import type { Attack } from './attack.js';
import { openedReport, type OpenedReport, type Profile } from './devices.js';
import { profileOfCell, profileOfVector } from './profiles.js';

const LARGEST_ROUND = 4_000;

/** One simulated round whose devices are canaries: a fair coin chose the profile of each, and the attacker guesses the coins. */
export const attackCanaries: Attack = ({ policy, reports, bits, falseAlarm }) => {
  const canaries = Math.min(reports, LARGEST_ROUND);
  const { yes, no, lean, guessed } = canaryOf(policy);
  const round = Array.from({ length: canaries }, () => {
    const isIn = bits.nextBits(1) === 1;
    return { isIn, said: lean(openedReport(policy, isIn ? yes : no, bits)) };
  });
  const sure = round
    .filter(({ said }) => said !== 0)
    .sort((one, two) => Math.abs(two.said) - Math.abs(one.said))
    .slice(0, Math.ceil(canaries * guessed));
  const correct = sure.filter(({ isIn, said }) => said > 0 === isIn).length;
  const claim = claimedEpsilon(policy, 1);
  const found = auditEpsilon({ canaries, guesses: sure.length, correct }, policy.dpDelta, 1 - falseAlarm);
  return [
    {
      attack: 'canaries of one round',
      measure: `ε, ${correct} of ${sure.length} guesses right`,
      measured: Math.log(correct / Math.max(1, sure.length - correct)),
      atLeast: found,
      claim,
      verdict: found > claim ? 'beaten' : 'holds',
      falseAlarm,
      sees: 'gross faults (a smoke test)',
    },
  ];
};

interface Canary {
  readonly yes: Profile;
  readonly no: Profile;
  /** Above 0 speaks for `yes`; 0 says nothing. */
  readonly lean: (report: OpenedReport) => number;
  /** Share of the canaries that are guessed. */
  readonly guessed: number;
}

function canaryOf({ block, mechanism }: Policy): Canary {
  if (block.kind === 'taste') {
    const last = block.cells.length - 1;
    return {
      yes: profileOfCell(block.cells[0]!.name),
      no: profileOfCell(block.cells[last]!.name),
      lean: (report) => report[0]! - report[last]!,
      guessed: 1,
    };
  }
  const { names } = block;
  const size = mechanism.kind === 'gaussian' ? mechanism.clipNorm : 1;
  const axis = (value: number): Profile =>
    profileOfVector(
      names.map((_, row) => (row === 0 ? value : 0)),
      names,
    );
  return { yes: axis(size), no: axis(-size), lean: (report) => report[0]!, guessed: 0.05 };
}
