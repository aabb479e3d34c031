import { softplus } from '../learners/sigmoid.js';

/** Logistic loss of one prediction in nats, from the score (log-odds), so that no probability rounds to 0 or 1. */
export function logLossOf(score: number, label: number): number {
  return softplus(label === 1 ? -score : score);
}

/** Mean logistic loss in nats; NaN for no rows. */
export function logLoss(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) sum += logLossOf(scores[row]!, labels[row]!);
  return sum / scores.length;
}

/** Loss of each row as it was predicted before it was learned (prequential): honest without a held-out set. */
export interface ProgressiveLoss {
  readonly rows: number;
  /** Sample-weighted sum, nats. */
  readonly lossSum: number;
  readonly weightSum: number;
}

export const noLoss: ProgressiveLoss = { rows: 0, lossSum: 0, weightSum: 0 };

/**
 * Adds what a kernel answered.
 * @param scores  [rows] before the update
 * @see Dawid 1984, The prequential approach
 */
export function addLoss(
  loss: ProgressiveLoss,
  scores: Float32Array,
  batch: { readonly labels: Float32Array; readonly sampleWeights: Float32Array },
): ProgressiveLoss {
  let { lossSum, weightSum } = loss;
  for (const [row, score] of scores.entries()) {
    lossSum += batch.sampleWeights[row]! * logLossOf(score, batch.labels[row]!);
    weightSum += batch.sampleWeights[row]!;
  }
  return { rows: loss.rows + scores.length, lossSum, weightSum };
}

/** Sample-weighted mean in nats; NaN before the first row. */
export function meanLossOf({ lossSum, weightSum }: ProgressiveLoss): number {
  return lossSum / weightSum;
}
