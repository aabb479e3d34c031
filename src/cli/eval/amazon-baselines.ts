import type { EvalReport } from './dataset.js';
import { createPlaces, top10 } from './place.js';

/** On the same work: how often an item was bought, and how often it came directly after the user's last one. */
export function amazonBaselines(sequences: readonly (readonly number[])[]): EvalReport['baselines'] {
  const items = [...new Set(sequences.flat())];
  const rowOf = new Map(items.map((item, row) => [item, row]));
  const rows = sequences.map((sequence) => sequence.map((item) => rowOf.get(item)!));
  const counts = new Float64Array(items.length);
  const followers = items.map(() => new Map<number, number>());
  for (const sequence of rows)
    for (const [at, row] of sequence.slice(0, -1).entries()) {
      counts[row]! += 1;
      if (at > 0) {
        const after = followers[sequence[at - 1]!]!;
        after.set(row, (after.get(row) ?? 0) + 1);
      }
    }
  const popularity = createPlaces();
  const markov = createPlaces();
  for (const sequence of rows) {
    const seen = new Set(sequence.slice(0, -1));
    if (seen.size === 0) continue;
    const target = sequence.at(-1)!;
    popularity.note(seen.has(target) ? Infinity : placeOfRow(target, counts, seen));
    const after = followers[sequence.at(-2)!]!;
    let place = after.has(target) && !seen.has(target) ? 1 : Infinity;
    for (const [row, count] of after)
      if (row !== target && !seen.has(row)) place += count > after.get(target)! ? 1 : count === after.get(target) ? 0.5 : 0;
    markov.note(place);
  }
  return {
    'popularity, measured': { source: 'measured', ...top10(popularity) },
    'Markov chain, measured': { source: 'measured', ...top10(markov) },
  };
}

/** From 1; equal scores count half. */
function placeOfRow(target: number, scores: Float64Array, excluded: ReadonlySet<number>): number {
  const score = scores[target]!;
  const beats = (other: number): number => (other > score ? 1 : other === score ? 0.5 : 0);
  let place = 1 - beats(score);
  for (const other of scores) place += beats(other);
  for (const row of excluded) place -= beats(scores[row]!);
  return place;
}
