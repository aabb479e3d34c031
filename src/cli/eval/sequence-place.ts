import { shareOf } from '../../core/learners/sequence/popularity.js';
import type { Prediction, SequenceParams } from '../../core/learners/sequence/sequence.js';
import { placeAmong } from './place.js';

const nobody: ReadonlySet<number> = new Set();

/**
 * Place of `item` in the whole ranking, from 1: candidates by score, then every other known item by popularity; equal ones
 * count half. Infinity where the item was never seen.
 * @param excluded  items that are not ranked
 */
export function placeOf(
  { popularity }: SequenceParams,
  { candidates, scores }: Prediction,
  item: number,
  excluded: ReadonlySet<number> = nobody,
): number {
  if (!popularity.counts.has(item)) return Infinity;
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
  const rest = function* (): Generator<number> {
    for (const other of popularity.counts.keys())
      if (other !== item && !candidates.rowOf.has(other) && !excluded.has(other)) yield shareOf(popularity, other);
  };
  return ahead + placeAmong(shareOf(popularity, item), rest());
}
