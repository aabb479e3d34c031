import { stepFactors } from '../../core/learners/factors.js';
import { stepLinear } from '../../core/learners/linear.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import {
  adagrad,
  denseBatch,
  factorParams,
  factorRule,
  floats,
  itemMatrix,
  linearParams,
  relativeL2,
  sparseBatch,
} from '../engine-cases.contract.js';
import { createWebglEngine } from './entry.js';

/** Runs where the engine runs in life: in a worker, on its own OffscreenCanvas. Answers with the distances to the reference. */
export interface WorkerFindings {
  readonly linear: number;
  readonly factors: number;
  readonly topK: number;
  readonly recoveries: number;
  readonly textures: readonly (readonly [number, number])[];
}

async function find(): Promise<WorkerFindings> {
  const engine = await createWebglEngine();
  const linear = linearParams(65_536, 1);
  const wantLinear = { weights: linear.weights.slice(), accumulators: linear.accumulators.slice() };
  const factors = factorParams(32, 1, 2);
  const wantFactors = { user: factors.user.slice(), inverse: factors.inverse.slice() };
  for (let seed = 3; seed < 7; seed++) {
    const sparse = sparseBatch({ rows: 25, size: 65_536, nonZeros: 40, seed });
    const dense = denseBatch(25, 32, seed);
    stepLinear(wantLinear, sparse, adagrad);
    stepFactors(wantFactors, dense, factorRule);
    const running = engine.stepLinear(linear, sparse, adagrad);
    await Promise.resolve();
    if (seed === 4) engine.loseContext();
    await running;
    await engine.stepFactors(factors, dense, factorRule);
  }
  const items = itemMatrix(5000, 32, 8);
  const got = await engine.scoreTopK(floats(32, 9), items, 50);
  const want = scoreTopK(floats(32, 9), items, 50);
  const { recoveries, textures } = engine.describe();
  engine.close();
  return {
    linear: Math.max(relativeL2(linear.weights, wantLinear.weights), relativeL2(linear.accumulators, wantLinear.accumulators)),
    factors: Math.max(relativeL2(factors.user, wantFactors.user), relativeL2(factors.inverse, wantFactors.inverse)),
    topK: relativeL2(got.scores, want.scores),
    recoveries: recoveries ?? 0,
    textures,
  };
}

find().then(
  (findings) => self.postMessage(findings, { transfer: [] }),
  (error: unknown) => self.postMessage(String(error), { transfer: [] }),
);
