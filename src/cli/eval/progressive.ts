import { auc } from '../../core/evaluation/ranking-metrics.js';
import { calibrationError } from '../../core/evaluation/calibration-error.js';
import { logLoss } from '../../core/evaluation/log-loss.js';
import type { LinearParams, LinearRule } from '../../core/learners/kernel-types.js';
import { stepAnyLinear } from '../../core/learners/linear-any.js';
import { batchOfRows, type SparseRow } from '../../core/learners/linear-batch.js';
import { log, sigmoid } from '../../core/learners/sigmoid.js';
import type { EvalMetrics } from './dataset.js';

/** Rows between two words of progress. */
const blockRows = 1_000;

/**
 * One pass: each row is predicted, then learned.
 * @returns  [rows], scores before their own update
 */
export function learnProgressively(
  rows: readonly SparseRow[],
  hashBits: number,
  rule: LinearRule,
  tell: (done: number) => void = () => {},
): Float32Array {
  const params = newLinearParams(2 ** hashBits, rule);
  const scores = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += blockRows) {
    scores.set(stepAnyLinear(params, batchOfRows(rows.slice(from, from + blockRows)), rule), from);
    tell(Math.min(rows.length, from + blockRows));
  }
  return scores;
}

/** All zero, with what the rule remembers. */
export function newLinearParams(size: number, rule: LinearRule): LinearParams {
  const zeros = (): Float32Array => new Float32Array(size);
  return {
    weights: zeros(),
    accumulators: zeros(),
    ...(rule.kind === 'ftrl' && { duals: zeros() }),
    ...(rule.isNormalised === true && { scales: zeros() }),
  };
}

/** AUC, logloss in nats, accuracy at ½ and ECE of log-odds. */
export function binaryMetrics(scores: Float32Array, labels: ArrayLike<number>): EvalMetrics {
  const probabilities = Float64Array.from(scores, sigmoid);
  let right = 0;
  for (const [row, score] of scores.entries()) if (score > 0 === (labels[row] === 1)) right += 1;
  return {
    auc: auc(scores, labels),
    logloss: logLoss(scores, labels),
    accuracy: right / scores.length,
    ece: calibrationError(probabilities, labels, 10),
  };
}

/**
 * The baseline that knows no features: log-odds of the share of positives so far, one positive and one negative assumed before.
 * @returns  [rows]
 */
export function runningBaseRate(labels: readonly number[]): Float32Array {
  let positives = 1;
  const scores = new Float32Array(labels.length);
  for (const [row, label] of labels.entries()) {
    scores[row] = log(positives / (row + 2 - positives));
    positives += label;
  }
  return scores;
}
