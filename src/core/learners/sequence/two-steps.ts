import { addValue, BACKWARD, EARLIER, FORWARD, TWO_STEPS, type Candidates } from './columns.js';
import type { SequenceParams } from './sequence-params.js';
import { tellShares } from './transitions.js';

/** Three columns of shares that sum up to 1 at most, each followed in two directions. */
const LARGEST_SUM = 6;

/**
 * Goes on from the likeliest items to what stands beside *them*: where an item has been seen a few times only, most of what may
 * come next has never followed it directly. A walk of two steps over the counts, cut to its `via` widest paths.
 *
 * @param candidates  with the columns `FORWARD`, `EARLIER` and `BACKWARD` filled with shares; gets `TWO_STEPS`
 * @see Cooper, Lee, Radinsky, Siantos 2014, Random walks in recommender systems: exact computation and simulations
 */
export function addTwoSteps({ forward, backward }: SequenceParams, candidates: Candidates, via: number, atMs: number): void {
  const { items, values, width } = candidates;
  const near = items.map((item, row): readonly [item: number, share: number] => {
    const at = row * width;
    return [item, values[at + FORWARD]! + values[at + EARLIER]! + values[at + BACKWARD]!];
  });
  near.sort((a, b) => b[1] - a[1]);
  for (const [item, share] of near.slice(0, via)) {
    const add = (to: number, next: number): void => addValue(candidates, to, TWO_STEPS, (share * next) / LARGEST_SUM);
    tellShares(forward, item, atMs, add);
    tellShares(backward, item, atMs, add);
  }
}
