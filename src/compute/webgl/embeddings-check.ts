import type { EmbeddingBatch, EmbeddingRule } from '../../core/learners/kernel-types.js';
import { sigmoid } from '../../core/learners/sigmoid.js';
import type { Line } from './embeddings-lines.js';
import type { Schedule } from './embeddings-schedule.js';
import { refuse } from './refuse.js';

const TOLERANCE = 1e-3;

/**
 * Refuses what no rows under this rule can give: anything non-finite, accumulators that fell, a step above the learning rate, a
 * first score that the vectors did not have. Every bias went through all steps of its line and depends on nothing but the
 * scores: all are computed again.
 * @param before  [members]
 * @param after   [members]
 * @param scores  [rows of the schedule]
 * @throws SdkError `engine-refused`
 */
export function checkEmbeddings(
  plan: Schedule,
  batch: EmbeddingBatch,
  rule: EmbeddingRule,
  before: readonly Line[],
  after: readonly Line[],
  scores: Float32Array,
): void {
  for (let row = 0; row < plan.rows; row++) if (!Number.isFinite(scores[row])) refuse(`score ${row} is ${scores[row]}`);
  for (const [line, { values, accumulators }] of after.entries()) {
    const old = before[line]!;
    const most = rule.learningRate * plan.touches[line]! * 1.001;
    for (let at = 0; at < values.length; at++) {
      const [value, oldValue] = [values[at]!, old.values[at]!];
      const [accumulator, oldAccumulator] = [accumulators[at]!, old.accumulators[at]!];
      if (!Number.isFinite(value) || !Number.isFinite(accumulator))
        refuse(`number ${at} of line ${line} is ${value}, its accumulator ${accumulator}`);
      // GPUs may flush subnormals to zero: 1e-37 covers them.
      if (accumulator < oldAccumulator * (1 - 1e-6) - 1e-37)
        refuse(`accumulator ${at} of line ${line} fell from ${oldAccumulator} to ${accumulator}`);
      if (Math.abs(value - oldValue) > most + Math.abs(oldValue) * 1e-6 + 1e-37)
        refuse(`number ${at} of line ${line} moved from ${oldValue} to ${value}, at most ${most} is possible`);
    }
  }
  checkFirstScore(plan, batch, rule, before, scores);
  checkBiases(plan, batch, rule, before, after, scores);
}

function checkFirstScore(plan: Schedule, batch: EmbeddingBatch, rule: EmbeddingRule, before: readonly Line[], scores: Float32Array): void {
  const [user, item, rival] = [0, 1, 2].map((part) => before[plan.lines[part]!]!.values) as [Float32Array, Float32Array, Float32Array];
  const isPair = rule.loss === 'bpr';
  const dim = user.length - 1;
  const terms = [batch.margins[plan.firstRow]!, item[dim]!, isPair ? -rival[dim]! : user[dim]!];
  for (let at = 0; at < dim; at++) terms.push(user[at]! * (isPair ? item[at]! - rival[at]! : item[at]!));
  const score = terms.reduce((sum, term) => sum + term, 0);
  const size = terms.reduce((sum, term) => sum + Math.abs(term), 1);
  if (size < 1e37 && Math.abs(scores[0]! - score) > TOLERANCE * size) refuse(`the first score is ${scores[0]}, expected ${score}`);
}

function checkBiases(
  plan: Schedule,
  batch: EmbeddingBatch,
  rule: EmbeddingRule,
  before: readonly Line[],
  after: readonly Line[],
  scores: Float32Array,
): void {
  const dim = before[0]!.values.length - 1;
  const biases = Float64Array.from(before, ({ values }) => values[dim]!);
  const accumulators = Float64Array.from(before, (line) => line.accumulators[dim]!);
  const moved = new Float64Array(before.length);
  const isPair = rule.loss === 'bpr';
  const descend = (line: number, pull: number): void => {
    const gradient = pull + rule.biasL2 * biases[line]!;
    if (gradient === 0) return;
    // Where 32 bits round differently a bias says nothing: cancelled, faint or clamped gradients.
    if (Math.abs(gradient) < 1e-4 * Math.abs(pull) || Math.abs(pull) < 1e-10 || Math.abs(gradient) > 1e15) moved[line] = Infinity;
    accumulators[line]! += gradient * gradient;
    const step = (rule.learningRate * gradient) / (Math.sqrt(accumulators[line]!) + rule.epsilon);
    biases[line]! -= step;
    moved[line]! += Math.abs(step);
  };
  for (let row = 0; row < plan.rows; row++) {
    const sampleWeight = batch.sampleWeights[plan.firstRow + row]!;
    if (sampleWeight === 0) continue;
    const label = isPair ? 1 : batch.labels[plan.firstRow + row]!;
    const slope = sampleWeight * ((rule.loss === 'squared' ? scores[row]! : sigmoid(scores[row]!)) - label);
    const [user, item, rival] = plan.lines.subarray(3 * row, 3 * row + 3) as unknown as [number, number, number];
    descend(item, slope);
    descend(isPair ? rival : user, isPair ? -slope : slope);
  }
  for (const [line, { values }] of after.entries()) {
    const [found, wanted] = [values[dim]!, biases[line]!];
    if (Math.abs(found - wanted) > TOLERANCE * (moved[line]! + Math.abs(wanted)) + 1e-37)
      refuse(`the bias of line ${line} became ${found}, expected ${wanted}`);
  }
}
