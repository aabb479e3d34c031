import { blendScores } from './blend.js';
import {
  addValue,
  BACKWARD,
  columns,
  createCandidates,
  EARLIER,
  evidence,
  FORWARD,
  NEIGHBOURS,
  POPULARITY,
  REPEAT,
  TWO_STEPS,
  rowOf,
  type Candidates,
} from './columns.js';
import { tellNeighbours } from './neighbours.js';
import { shareOf } from './popularity.js';
import type { SequenceRule } from './rule.js';
import type { SequenceParams } from './sequence-params.js';
import { tellShares } from './transitions.js';
import { addTwoSteps } from './two-steps.js';

/** Scores from elsewhere (content, factors) for items of the caller's choice, which become candidates. About 0 to 10; 0 is “nothing known”. */
export interface ExtraColumn {
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** A score beyond this says nothing more, and keeps the blend finite. */
const LARGEST_EXTRA = 100;

/** What is expected next: the candidates by score; every other item stands below them, by popularity. */
export interface Prediction {
  readonly candidates: Candidates;
  /** [candidates.items] */
  readonly scores: Float64Array;
  /** How little is known of what follows the last item: 1 for nothing, towards 0. */
  readonly doubt: number;
}

/**
 * What the session's next item may be, from what it has seen so far. Changes nothing.
 * @param extras  [rule.extraColumns]
 */
export function predictNext(
  params: SequenceParams,
  rule: SequenceRule,
  session: number,
  atMs: number,
  extras: readonly ExtraColumn[] = [],
): Prediction {
  const { forward, backward, sessions, popularity, blend } = params;
  const candidates = createCandidates(columns.length + rule.extraColumns);
  const { items, width } = candidates;
  const context = sessions.byKey.get(session)?.items ?? [];
  const depth = Math.min(context.length, rule.lastItems);
  let doubt = 1;
  let harmonic = 0; // Σ 1/lag: the shares of one column sum up to 1 at most
  for (let lag = 1; lag <= depth; lag++) harmonic += 1 / lag;
  for (let lag = 1; lag <= depth; lag++) {
    const item = context[context.length - lag]!;
    if (lag === 1) doubt = tellShares(forward, item, atMs, (to, share) => addValue(candidates, to, FORWARD, share));
    else tellShares(forward, item, atMs, (to, share) => addValue(candidates, to, EARLIER, share / lag / (harmonic - 1)));
    tellShares(backward, item, atMs, (to, share) => addValue(candidates, to, BACKWARD, share / lag / harmonic));
  }
  addTwoSteps(params, candidates, rule.stepsVia, atMs);
  tellNeighbours(sessions, rule, session, context, atMs, (item, share) => addValue(candidates, item, NEIGHBOURS, share));
  for (const item of popularity.leaders) rowOf(candidates, item);
  for (let lag = 1; lag <= context.length; lag++) {
    candidates.values[rowOf(candidates, context[context.length - lag]!) * width + REPEAT + Math.min(lag, 4) - 1] = 1;
  }
  for (const [at, { items: extraItems, scores }] of extras.slice(0, rule.extraColumns).entries()) {
    for (let each = 0; each < extraItems.length; each++) {
      const score = Math.max(-LARGEST_EXTRA, Math.min(LARGEST_EXTRA, scores[each]!));
      if (!Number.isNaN(score)) addValue(candidates, extraItems[each]!, columns.length + at, score);
    }
  }
  const { values } = candidates;
  for (let row = 0, at = 0; row < items.length; row++, at += width) {
    for (let column = FORWARD; column <= TWO_STEPS; column++) values[at + column] = evidence(values[at + column]!);
    values[at + POPULARITY] = evidence(shareOf(popularity, items[row]!));
  }
  return { candidates, scores: blendScores(blend, candidates, doubt), doubt };
}
