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
  /** HR@k and the gains of the first k: 1 / place for MRR@k, 1 / log2(place + 1) for NDCG@k with one right answer. */
  hitRate(k: 10 | 20): number;
  reciprocalRank(k: 10 | 20): number;
  ndcg(k: 10 | 20): number;
}

export function createPlaces(): Places {
  const places: number[] = [];
  const mean = (k: number, gain: (place: number) => number): number =>
    places.reduce((sum, place) => sum + (place <= k ? gain(place) : 0), 0) / places.length;
  return {
    note: (place) => void places.push(place),
    get count() {
      return places.length;
    },
    hitRate: (k) => mean(k, () => 1),
    reciprocalRank: (k) => mean(k, (place) => 1 / place),
    ndcg: (k) => mean(k, (place) => 1 / Math.log2(place + 1)),
  };
}

export const top10 = (places: Places): Required<Pick<EvalMetrics, 'hr10' | 'ndcg10'>> => ({
  hr10: places.hitRate(10),
  ndcg10: places.ndcg(10),
});
export const top20 = (places: Places): Required<Pick<EvalMetrics, 'hr20' | 'mrr20'>> => ({
  hr20: places.hitRate(20),
  mrr20: places.reciprocalRank(20),
});
