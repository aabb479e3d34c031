import { log } from '../../core/learners/sigmoid.js';
import { addTransition, tellShares, type Transitions } from '../../core/learners/sequence/transitions.js';

/** How the sequence learner's transitions join the score of the factors. */
export interface TransitionRule {
  /** A pair d steps apart counts 1/d, up to so many steps. */
  readonly maxSteps: number;
  /** So many of the last items are asked for what follows them, the one at lag l with 1/l. */
  readonly lastItems: number;
  /** Weight of log(share + floor) beside the factors' score, which is a log-odds too. */
  readonly weight: number;
  /** The share counts in relation to popularity to this power: 0 not at all, 1 as a lift. */
  readonly liftPower: number;
}

/** A share below it is all but told from nothing. */
const FLOOR = 1e-4;

/** What followed what in the histories, without decay. */
export function countTransitions(histories: readonly (readonly number[])[], items: number, { maxSteps }: TransitionRule): Transitions {
  const table: Transitions = {
    scale: { halfLifeMs: Infinity, landmarkMs: 0 },
    maxRows: items,
    maxEntriesPerRow: items,
    rows: new Map(),
  };
  for (const history of histories)
    for (let at = 1; at < history.length; at++)
      for (let steps = 1; steps <= Math.min(maxSteps, at); steps++) addTransition(table, history[at - steps]!, history[at]!, 1 / steps, 0);
  return table;
}

/**
 * What the end of one history says of each item: weight · (log(share + floor) − liftPower · log popularity share).
 * @param popularity  [items] counts
 * @returns           [items]
 */
export function transitionScores(
  table: Transitions,
  history: readonly number[],
  popularity: Float64Array,
  rule: TransitionRule,
): Float64Array {
  const shares = new Float64Array(popularity.length);
  const depth = Math.min(rule.lastItems, history.length);
  let harmonic = 0;
  for (let lag = 1; lag <= depth; lag++) harmonic += 1 / lag;
  for (let lag = 1; lag <= depth; lag++)
    tellShares(table, history[history.length - lag]!, 0, (to, share) => (shares[to]! += share / lag / harmonic));
  const total = popularity.reduce((sum, count) => sum + count + 1, 0);
  return shares.map((share, item) => {
    const usual = (popularity[item]! + 1) / total;
    return rule.weight * (log(share + FLOOR) - rule.liftPower * log(usual));
  });
}
