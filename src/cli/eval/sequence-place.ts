import { shareOf } from '../../core/learners/sequence/popularity.js';
import type { Prediction } from '../../core/learners/sequence/predict-next.js';
import type { SequenceParams } from '../../core/learners/sequence/sequence-params.js';
import { placeAmong } from './place.js';

/** No figure asks for a place beyond. */
const FAR = 100;

const nothing: ReadonlySet<number> = new Set();

/**
 * Place of `item` in the whole ranking, from 1: candidates by score, then every other item by popularity; equal ones count half.
 * Infinity for an item that is not ranked, and for one behind more candidates than any figure asks for.
 *
 * @param items     all that are ranked
 * @param excluded  those of them that are not
 */
export function placeOf(
  { popularity }: SequenceParams,
  { candidates, scores }: Prediction,
  item: number,
  items: ReadonlySet<number> | ReadonlyMap<number, unknown>,
  excluded: ReadonlySet<number> = nothing,
): number {
  if (!items.has(item) || excluded.has(item)) return Infinity;
  const row = candidates.rowOf.get(item);
  if (row !== undefined) {
    const others = function* (): Generator<number> {
      for (let other = 0; other < scores.length; other++)
        if (other !== row && !excluded.has(candidates.items[other]!)) yield scores[other]!;
    };
    return placeAmong(scores[row]!, others());
  }
  let ahead = 0;
  for (const candidate of candidates.items) if (!excluded.has(candidate)) ahead += 1;
  if (ahead > FAR) return Infinity;
  const rest = function* (): Generator<number> {
    for (const other of items.keys())
      if (other !== item && !candidates.rowOf.has(other) && !excluded.has(other)) yield shareOf(popularity, other);
  };
  return ahead + placeAmong(shareOf(popularity, item), rest());
}
