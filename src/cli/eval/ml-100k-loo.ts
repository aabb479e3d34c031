import type { EmbeddingParams } from '../../core/learners/kernel-types.js';
import { cutsOf, earlierQueries, readCandidateList, type CandidateList, type Query } from './candidate-lists.js';
import { chooseLeast } from './choose.js';
import type { EvalContext, EvalMetrics, EvalReport } from './dataset.js';
import { countTransitions, transitionScores, type TransitionRule } from './item-transitions.js';
import { createMovieLensIds, historiesOf, listFiles, ratingsFile, readRatings, type Rating } from './ml-100k-files.js';
import { createPlaces, placeAmong, top10 } from './place.js';
import { scoreOf, trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

/** A shared model trained centrally, and the transitions of the sequence learner beside it. */
interface LeaveOneOutConfig {
  readonly embeddings: EmbeddingTraining;
  readonly transitions: TransitionRule;
}

const embeddings: EmbeddingTraining = {
  loss: 'logistic',
  dim: 64,
  epochs: 30,
  negatives: 4,
  learningRate: 0.2,
  l2: 0.015,
  biasL2: 0.001,
  epsilon: 1e-6,
};

const LEAVE_ONE_OUT: LeaveOneOutConfig = { embeddings, transitions: { maxSteps: 20, lastItems: 8, weight: 2, liftPower: 0.5 } };

const embeddingGrid: readonly EmbeddingTraining[] = [
  ...[0.01, 0.015, 0.02].map((l2) => ({ ...embeddings, l2 })),
  { ...embeddings, loss: 'bpr', epochs: 60, negatives: 1, learningRate: 0.1, l2: 0.005 },
];
const transitionGrid: readonly TransitionRule[] = [10, 20, 40].flatMap((maxSteps) =>
  [3, 5, 8].flatMap((lastItems) =>
    [1, 1.4, 2, 2.8].flatMap((weight) => [0, 0.5, 1].map((liftPower) => ({ maxSteps, lastItems, weight, liftPower }))),
  ),
);

const published: EvalReport['baselines'] = {
  popularity: { source: 'published', hr10: 0.414, ndcg10: 0.228 },
  ItemKNN: { source: 'published', hr10: 0.624, ndcg10: 0.362 },
  BPR: { source: 'published', hr10: 0.668, ndcg10: 0.384 },
  EASE: { source: 'published', hr10: 0.668, ndcg10: 0.388 },
  'iALS d32': { source: 'published', hr10: 0.691, ndcg10: 0.401 },
  'noiseless federated, 100 rounds': { source: 'published', hr10: 0.654, ndcg10: 0.392 },
};

/** Leave-last-out on listed candidates: the mean over the lists, each list in a table. */
export async function leaveOneOut(context: EvalContext): Promise<EvalReport> {
  const ids = createMovieLensIds();
  const ratings = await readRatings(await ratingsFile(context.dir), ids);
  const files = context.lists.length > 0 ? context.lists : await listFiles(context.dir);
  if (files.length === 0) throw new Error(`no loo99*.tsv[.gz] in ${context.dir}; give the candidate lists with --lists`);
  const lists: CandidateList[] = [];
  for (const file of files) lists.push(await readCandidateList(file, ids));
  const histories = historiesOf(ratings, ids.users.count);
  const items = ids.items.count;

  const tuningCuts = cutsOf(lists[0]!, histories, ids);
  const config = context.isTuning ? tune(histories, tuningCuts, items, context) : LEAVE_ONE_OUT;
  const models = new Map<string, Model>(); // lists that leave the same to learn share a model
  const rows = lists.map((list) => {
    const cuts = cutsOf(list, histories, ids);
    const key = cuts.join();
    const model =
      models.get(key) ??
      learn(histories, cuts, items, config, context.seed, (done) =>
        context.progress('leave-last-out: epochs', done, config.embeddings.epochs),
      );
    models.set(key, model);
    const scorers: Readonly<Record<'homebody' | 'factors' | 'popularity', Scorer>> = {
      homebody: blended(model, config.transitions),
      factors: (user) => (item) => scoreOf(model.params, user, item),
      popularity: () => (item) => model.popularity[item]!,
    };
    return { list: list.name, queries: list.queries.length, ...mapValues(scorers, (scorer) => answer(list.queries, scorer)) };
  });
  const mean = (name: 'homebody' | 'factors' | 'popularity'): EvalMetrics => ({
    hr10: rows.reduce((sum, row) => sum + row[name].hr10, 0) / rows.length,
    ndcg10: rows.reduce((sum, row) => sum + row[name].ndcg10, 0) / rows.length,
  });
  return {
    dataset: 'ml-100k',
    protocol: `leave-last-out: each user's test item among the listed negatives (${lists.map(({ name }) => name).join(', ')}; mean over lists), learned from what came before it by (time, row) and from all of who is not asked about; equal scores count half`,
    seed: context.seed,
    config: {
      chosen: `best NDCG@10 of ${embeddingGrid.length} trainings, then of ${transitionGrid.length} blends, on each user's item before the test item among 99 negatives of our own seed, learned from what came before that${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
      ...config,
    },
    metrics: mean('homebody'),
    targets: { hr10: 0.66, ndcg10: 0.385 },
    baselines: {
      'embeddings without transitions': { source: 'measured', ...mean('factors') },
      'popularity here': { source: 'measured', ...mean('popularity') },
      ...published,
    },
    tables: {
      'leave-last-out, by list': rows.map(({ list, queries, homebody, factors, popularity }) => ({
        list,
        queries,
        HR: homebody.hr10,
        NDCG: homebody.ndcg10,
        'HR embeddings': factors.hr10,
        'NDCG embeddings': factors.ndcg10,
        'HR popularity': popularity.hr10,
        'NDCG popularity': popularity.ndcg10,
      })),
    },
  };
}

/** Answers, for a user, the score of an item. */
type Scorer = (user: number) => (item: number) => number;

interface Model {
  readonly params: EmbeddingParams;
  /** [items] */
  readonly popularity: Float64Array;
  /** [users] item after item */
  readonly paths: readonly (readonly number[])[];
}

function learn(
  histories: readonly (readonly Rating[])[],
  cuts: readonly number[],
  items: number,
  config: Pick<LeaveOneOutConfig, 'embeddings'>,
  seed: number,
  tell: (epochs: number) => void,
): Model {
  const learned = histories.flatMap((history, user) => history.slice(0, cuts[user]));
  const popularity = new Float64Array(items);
  for (const { item } of learned) popularity[item]! += 1;
  const params = trainEmbeddings(
    { users: Uint32Array.from(learned, ({ user }) => user), items: Uint32Array.from(learned, ({ item }) => item) },
    { users: histories.length, items },
    config.embeddings,
    seed,
    tell,
  );
  return { params, popularity, paths: histories.map((history, user) => history.slice(0, cuts[user]).map(({ item }) => item)) };
}

function blended({ params, popularity, paths }: Model, rule: TransitionRule): Scorer {
  const table = countTransitions(paths, popularity.length, rule);
  return (user) => {
    const following = transitionScores(table, paths[user]!, popularity, rule);
    return (item) => scoreOf(params, user, item) + following[item]!;
  };
}

function answer(queries: readonly Query[], scorer: Scorer): { readonly hr10: number; readonly ndcg10: number } {
  const places = createPlaces();
  for (const { user, item, others } of queries) {
    const score = scorer(user);
    places.note(placeAmong(score(item), others.map(score)));
  }
  return top10(places);
}

/** On the item before the test item, with negatives of our own; the test item and what follows are not looked at as answers. */
function tune(histories: readonly (readonly Rating[])[], cuts: readonly number[], items: number, context: EvalContext): LeaveOneOutConfig {
  const earlier = cuts.map((cut) => Math.max(0, cut - 1));
  const queries = earlierQueries(histories, cuts, items, context.seed);
  const models = new Map<EmbeddingTraining, Model>();
  const training = chooseLeast(
    embeddingGrid,
    (each) => {
      const model = learn(histories, earlier, items, { embeddings: each }, context.seed, () => {});
      models.set(each, model);
      return -answer(queries, (user) => (item) => scoreOf(model.params, user, item)).ndcg10;
    },
    (done, of) => context.progress('tuning: trainings', done, of),
  );
  const transitions = chooseLeast(
    transitionGrid,
    (each) => -answer(queries, blended(models.get(training)!, each)).ndcg10,
    (done, of) => context.progress('tuning: blends', done, of),
  );
  return { embeddings: training, transitions };
}

function mapValues<Key extends string, From, To>(record: Readonly<Record<Key, From>>, map: (value: From) => To): Readonly<Record<Key, To>> {
  return Object.fromEntries(Object.entries<From>(record).map(([key, value]) => [key, map(value)])) as Record<Key, To>;
}
