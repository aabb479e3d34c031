import { chooseLeast } from './choose.js';
import type { Dataset, EvalContext, EvalMetrics } from './dataset.js';
import { createFullRanking } from './full-ranking.js';
import { readPositiveSets, type Likes } from './ml-1m-files.js';
import { shuffled } from './shuffled.js';
import { scoreOf, trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

const MOVIES: EmbeddingTraining = {
  loss: 'logistic',
  dim: 64,
  epochs: 12,
  negatives: 4,
  learningRate: 0.2,
  l2: 0.015,
  biasL2: 0.001,
  epsilon: 1e-6,
};
const grid: readonly EmbeddingTraining[] = [0.01, 0.015, 0.02].map((l2) => ({ ...MOVIES, l2 }));

/** Share of each user's learned items that `--tune` predicts. */
const TUNE_SHARE = 0.12;

export const ml1mPos: Dataset = {
  name: 'ml-1m-pos',
  summary: 'MovieLens 1M, positives only: the held-back items of each user among all that user has not met',
  async run(context) {
    const { users, items, learned, asked, learnedFrom, askedIn } = await readPositiveSets(context.dir);
    const size = { users, items };
    const training = context.isTuning ? tune(learned, size, context) : MOVIES;
    const model = rank(learned, asked, size, training, context.seed, context.progress);
    return {
      dataset: 'ml-1m-pos',
      protocol: `${learnedFrom.join(' and ')} is learned, in no order (the files have no times); the items of ${askedIn} are ranked among all ${items.toLocaleString('en')} items but those learned from the same user (${model.users.toLocaleString('en')} users). HR@10: a right item among the first ten; NDCG@10 against the user's best order; equal scores count half`,
      seed: context.seed,
      config: {
        chosen: `best NDCG@10 of ${grid.length} trainings on ${TUNE_SHARE * 100} % of each user's learned items, drawn by the seed${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
        ...training,
      },
      metrics: model.homebody,
      baselines: { popularity: { source: 'measured', ...model.popularity } },
    };
  },
};

function rank(
  learned: Likes,
  asked: Likes,
  size: { readonly users: number; readonly items: number },
  training: EmbeddingTraining,
  seed: number,
  progress: EvalContext['progress'] = () => {},
): { readonly homebody: EvalMetrics; readonly popularity: EvalMetrics; readonly users: number } {
  const rows = [...learned].flatMap(([user, liked]) => liked.map((item) => [user, item] as const));
  const popularity = new Float64Array(size.items);
  for (const [, item] of rows) popularity[item]! += 1;
  const params = trainEmbeddings(
    { users: Uint32Array.from(rows, ([user]) => user), items: Uint32Array.from(rows, ([, item]) => item) },
    size,
    training,
    seed,
    (epochs) => progress('epochs', epochs, training.epochs),
  );
  const own = createFullRanking();
  const popular = createFullRanking();
  const scores = new Float64Array(size.items);
  for (const [user, relevant] of asked) {
    const known = new Set(learned.get(user));
    for (let item = 0; item < size.items; item++) scores[item] = scoreOf(params, user, item);
    own.note(scores, known, relevant);
    popular.note(popularity, known, relevant);
    if (own.count % 500 === 0) progress('users ranked', own.count, asked.size);
  }
  return { homebody: own.metrics(), popularity: popular.metrics(), users: own.count };
}

function tune(
  learned: Likes,
  size: { readonly users: number; readonly items: number },
  { seed, progress }: EvalContext,
): EmbeddingTraining {
  const kept = new Map<number, readonly number[]>();
  const held = new Map<number, readonly number[]>();
  for (const [user, liked] of learned) {
    const drawn = shuffled(liked, seed + user);
    const count = Math.round(drawn.length * TUNE_SHARE);
    held.set(user, drawn.slice(0, count));
    kept.set(user, drawn.slice(count));
  }
  return chooseLeast(
    grid,
    (training) => -rank(kept, held, size, training, seed).homebody.ndcg10!,
    (done, of) => progress('tuning: trainings', done, of),
  );
}
