import { stepEmbeddings } from '../../core/learners/embeddings.js';
import { stepFactors } from '../../core/learners/factors.js';
import { stepLinear } from '../../core/learners/linear.js';
import { stepMlp } from '../../core/learners/mlp.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import {
  adagrad,
  bpr,
  denseBatch,
  embeddingBatch,
  embeddingParams,
  factorParams,
  factorRule,
  floats,
  itemMatrix,
  linearParams,
  mlpParams,
  mlpRule,
  relativeL2,
  sparseBatch,
} from '../engine-cases.contract.js';
import { createWebglEngine } from './entry.js';

/** Runs where the engine runs in life: in a worker, on its own OffscreenCanvas. Answers with the distances to the reference. */
export interface WorkerFindings {
  readonly linear: number;
  readonly factors: number;
  readonly topK: number;
  readonly embeddings: number;
  readonly mlp: number;
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
  const embeddings = embeddingParams(5, 60, 32, 10);
  const wantEmbeddings = structuredClone(embeddings);
  stepEmbeddings(wantEmbeddings, embeddingBatch(40, 5, 60, 11), bpr);
  await engine.stepEmbeddings(embeddings, embeddingBatch(40, 5, 60, 11), bpr);
  const mlp = mlpParams([48, 32, 1], 12);
  const wantMlp = structuredClone(mlp);
  stepMlp(wantMlp, denseBatch(40, 48, 13), { ...mlpRule, dropout: 0.3 });
  await engine.stepMlp(mlp, denseBatch(40, 48, 13), { ...mlpRule, dropout: 0.3 });
  const { recoveries, textures } = engine.describe();
  engine.close();
  return {
    linear: Math.max(relativeL2(linear.weights, wantLinear.weights), relativeL2(linear.accumulators, wantLinear.accumulators)),
    factors: Math.max(relativeL2(factors.user, wantFactors.user), relativeL2(factors.inverse, wantFactors.inverse)),
    topK: relativeL2(got.scores, want.scores),
    embeddings: Math.max(relativeL2(embeddings.users, wantEmbeddings.users), relativeL2(embeddings.items, wantEmbeddings.items)),
    mlp: relativeL2(mlp.weights, wantMlp.weights),
    recoveries: recoveries ?? 0,
    textures,
  };
}

find().then(
  (findings) => self.postMessage(findings, { transfer: [] }),
  (error: unknown) => self.postMessage(String(error), { transfer: [] }),
);
