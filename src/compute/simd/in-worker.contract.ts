import { stepLinear } from '../../core/learners/linear.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import { adagrad, floats, itemMatrix, linearParams, relativeL2, sparseBatch } from '../engine-cases.contract.js';
import { createSimdEngine } from './entry.js';

/** Runs where the engine runs in life. Answers with the distances to the reference. */
export interface WorkerFindings {
  readonly linear: number;
  readonly topK: number;
}

async function find(): Promise<WorkerFindings> {
  const engine = createSimdEngine();
  const linear = linearParams(65_536, 1);
  const want = { weights: linear.weights.slice(), accumulators: linear.accumulators.slice() };
  for (let seed = 3; seed < 7; seed++) {
    const batch = sparseBatch({ rows: 25, size: 65_536, nonZeros: 40, seed });
    stepLinear(want, batch, adagrad);
    await engine.stepLinear(linear, batch, adagrad);
  }
  const items = itemMatrix(5000, 32, 8);
  const got = await engine.scoreTopK(floats(32, 9), items, 50);
  return {
    linear: Math.max(relativeL2(linear.weights, want.weights), relativeL2(linear.accumulators, want.accumulators)),
    topK: relativeL2(got.scores, scoreTopK(floats(32, 9), items, 50).scores),
  };
}

find().then(
  (findings) => self.postMessage(findings, { transfer: [] }),
  (error: unknown) => self.postMessage(String(error), { transfer: [] }),
);
