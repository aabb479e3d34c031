import { saturate } from '../learners/saturate.js';
import { exp } from '../learners/sigmoid.js';

/** What each modality says of an item: image, text, facets … Absent, null or not finite: it says nothing. */
export type ModalityScores = Readonly<Record<string, number | null | undefined>>;

/** How far each modality is trusted, at least 0. Those of a score that is not there are shared out among the others. */
export type ModalityWeights = Readonly<Record<string, number>>;

/**
 * Late fusion: the weighted mean of what is present, Σ w·s / Σ w. An item without a picture is thus judged by its words alone, on the
 * same scale as one with both, and not punished for what nobody said about it.
 *
 * @returns  0 where nothing is present that has a weight: the term is left out, never guessed
 * @see Snoek, Worring, Smeulders 2005, Early versus late fusion in semantic video analysis
 */
export function fuseModalities(scores: ModalityScores, weights: ModalityWeights): number {
  const said = Object.entries(weights).flatMap(([name, weight]) => {
    const score = scores[name];
    return isSaid(score) && weight > 0 ? [{ score: saturate(score), weight: saturate(weight) }] : [];
  });
  const total = said.reduce((sum, { weight }) => sum + weight, 0);
  return said.reduce((sum, { score, weight }) => sum + (weight / total) * score, 0);
}

/**
 * How alike two vectors of one modality are, −1 to 1; null where one is missing, empty, of another length or all 0: it says nothing.
 * @param taste  what the shopper likes: the mean of the vectors of chosen items, say
 */
export function likeness(taste: Float32Array | null | undefined, item: Float32Array | null | undefined): number | null {
  if (!taste || !item || taste.length !== item.length) return null;
  let product = 0;
  let [tasteSquares, itemSquares] = [0, 0];
  for (const [at, value] of taste.entries()) {
    product += value * item[at]!;
    tasteSquares += value * value;
    itemSquares += item[at]! * item[at]!;
  }
  const lengths = Math.sqrt(tasteSquares) * Math.sqrt(itemSquares);
  return lengths > 0 && lengths < Infinity ? Math.max(-1, Math.min(1, product / lengths)) : null;
}

/**
 * Weights after one choice, by the exponentiated gradient: what judged the chosen item better than the mean of the others gains. They
 * stay positive with the sum they had. With no rival, or nothing said of the chosen one, they stay as they are.
 *
 * @param chosen  what was said of it
 * @param others  what was said of what it was preferred to
 * @param rate    learning rate, from 0; 0.1 follows about ten choices
 * @see Kivinen, Warmuth 1997, Exponentiated gradient versus gradient descent for linear predictors
 */
export function learnModalityWeights(
  weights: ModalityWeights,
  chosen: ModalityScores,
  others: readonly ModalityScores[],
  rate: number,
): ModalityWeights {
  const grown = Object.entries(weights).map(([name, weight]) => {
    const rivals = others.map((scores) => scores[name]).filter(isSaid);
    const own = chosen[name];
    if (!isSaid(own) || rivals.length === 0) return [name, weight, weight] as const;
    const margin = own - rivals.reduce((mean, score) => mean + score / rivals.length, 0);
    return [name, weight, weight * exp(rate * Math.max(-1, Math.min(1, margin)))] as const;
  });
  const before = grown.reduce((sum, [, weight]) => sum + weight, 0);
  const after = grown.reduce((sum, [, , weight]) => sum + weight, 0);
  return after > 0 ? Object.fromEntries(grown.map(([name, , weight]) => [name, (weight * before) / after])) : weights;
}

function isSaid(score: number | null | undefined): score is number {
  return Number.isFinite(score);
}
