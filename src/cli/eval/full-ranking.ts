import type { EvalMetrics } from './dataset.js';
import { placeAmong } from './place.js';

/** Figures of users who have several right answers each among all items they have not met. */
export interface FullRanking {
  /**
   * @param scores    [items]
   * @param known     items that are not ranked
   * @param relevant  the right answers, none of them known
   */
  note(scores: Float64Array, known: ReadonlySet<number>, relevant: readonly number[]): void;
  readonly count: number;
  /** HR@10: share of users with a right answer among the first ten; NDCG@10 against the best order of that user's answers. */
  metrics(): Required<Pick<EvalMetrics, 'hr10' | 'ndcg10'>>;
}

const CUT = 10;

/** Equal scores count half; a user without a right answer is not counted. */
export function createFullRanking(): FullRanking {
  let count = 0;
  let hits = 0;
  let gains = 0;
  return {
    note(scores, known, relevant) {
      if (relevant.length === 0) return;
      const ranked = scores.filter((_, item) => !known.has(item));
      let hasHit = false;
      let gain = 0;
      let ideal = 0;
      for (const [at, item] of relevant.entries()) {
        const score = scores[item]!;
        const place = placeAmong(score, ranked) - 0.5; // it stands among the ranked itself, as its own equal
        if (place <= CUT) {
          hasHit = true;
          gain += 1 / Math.log2(place + 1);
        }
        if (at < CUT) ideal += 1 / Math.log2(at + 2);
      }
      count += 1;
      hits += hasHit ? 1 : 0;
      gains += gain / ideal;
    },
    get count() {
      return count;
    },
    metrics: () => ({ hr10: hits / count, ndcg10: gains / count }),
  };
}
