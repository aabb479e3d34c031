import type { EvalMetrics } from './dataset.js';

/**
 * Place of one item among others, from 1; equal scores count half.
 * @param scores  of the others
 */
export function placeAmong(score: number, scores: Iterable<number>): number {
  let place = 1;
  for (const other of scores) place += other > score ? 1 : other === score ? 0.5 : 0;
  return place;
}

/** Figures of a stream of places; Infinity is a miss. */
export interface Places {
  note(place: number): void;
  readonly count: number;
  metrics(): Required<Pick<EvalMetrics, 'hr10' | 'ndcg10' | 'hr20' | 'mrr20'>>;
}

export function createPlaces(): Places {
  let count = 0;
  let hits10 = 0;
  let gain10 = 0;
  let hits20 = 0;
  let reciprocal20 = 0;
  return {
    note(place) {
      count += 1;
      if (place <= 10) {
        hits10 += 1;
        gain10 += 1 / Math.log2(place + 1);
      }
      if (place <= 20) {
        hits20 += 1;
        reciprocal20 += 1 / place;
      }
    },
    get count() {
      return count;
    },
    metrics: () => ({ hr10: hits10 / count, ndcg10: gain10 / count, hr20: hits20 / count, mrr20: reciprocal20 / count }),
  };
}
