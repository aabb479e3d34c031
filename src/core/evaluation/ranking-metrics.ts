/** Quality of a ranked list. `gains` are in ranked order, at least 0; binary relevance is 0 or 1. */

/** Discounted cumulative gain of the first k: Σ gain / log2(place + 1), places from 1. */
function dcg(gains: readonly number[], k: number): number {
  let sum = 0;
  for (let at = 0; at < Math.min(k, gains.length); at++) sum += gains[at]! / Math.log2(at + 2);
  return sum;
}

/**
 * Normalised DCG of the first k, 0 to 1; 0 where nothing is relevant.
 * @see Järvelin, Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques
 */
export function ndcg(gains: readonly number[], k: number): number {
  const ideal = dcg(
    [...gains].sort((a, b) => b - a),
    k,
  );
  return ideal === 0 ? 0 : dcg(gains, k) / ideal;
}

/** 1 where one of the first k is relevant, else 0. */
export function hitRate(gains: readonly number[], k: number): number {
  return gains.slice(0, k).some((gain) => gain > 0) ? 1 : 0;
}

/** 1 / place of the first relevant one among the first k, else 0. */
export function reciprocalRank(gains: readonly number[], k: number = gains.length): number {
  const at = gains.slice(0, k).findIndex((gain) => gain > 0);
  return at < 0 ? 0 : 1 / (at + 1);
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties half. NaN where a class is missing.
 * @param labels  0 or 1, as long as `scores`
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) {
      if (labels[order[at]!] !== 1) continue;
      positives += 1;
      rankSum += meanRank;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}
