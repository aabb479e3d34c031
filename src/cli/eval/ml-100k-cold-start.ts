import { toFoldInBasis } from '../../core/learners/fold-in-basis.js';
import type { FoldInEvent } from '../../core/learners/fold-in.js';
import { log } from '../../core/learners/sigmoid.js';
import { seededRandom } from '../../core/random.js';
import { cutsOf, earlierQueries, readCandidateList, type Query } from './candidate-lists.js';
import { chooseLeast } from './choose.js';
import { newcomerCurve, type Curve, type Newcomer, type NewcomerRule, type SharedItems } from './cold-start-curve.js';
import type { EvalContext, EvalReport } from './dataset.js';
import { createMovieLensIds, historiesOf, listFiles, ratingsFile, readRatings, type Rating } from './ml-100k-files.js';
import { shuffled } from './shuffled.js';
import { trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

interface ColdStartConfig extends NewcomerRule {
  readonly embeddings: EmbeddingTraining;
  /** Items drawn to compare each event with, from what the newcomer has not met yet. */
  readonly others: number;
}

const embeddings: EmbeddingTraining = {
  loss: 'logistic',
  dim: 24,
  epochs: 30,
  negatives: 4,
  learningRate: 0.2,
  l2: 0.015,
  biasL2: 0.001,
  epsilon: 1e-6,
};
export const COLD_START: ColdStartConfig = {
  embeddings,
  foldIn: { minCurvature: 0, ridge: 1, othersWeight: 4 },
  others: 12,
  k: 30,
};
const grid: readonly ColdStartConfig[] = [16, 24, 32].flatMap((dim) =>
  [1, 2].flatMap((ridge) =>
    [10, 20, 30, 50].map((k) => ({
      ...COLD_START,
      embeddings: { ...embeddings, dim },
      foldIn: { ...COLD_START.foldIn, ridge },
      k,
    })),
  ),
);

/** Events of the longest profile asked for, users held out of one training, trainings. */
const LONGEST = 39;
const HELD_OUT = 189;
/** Where fewer users are eligible, so large a share of them is held out. */
const HELD_OUT_SHARE = 0.3;
const RUNS = 3;
/** An event with this rating counts 1. */
const USUAL_RATING = 3.5;

/** In which order a newcomer's history is met. */
const orders = ['time', 'drawn'] as const;

/** Newcomers to a model trained on the others: how good is it after N events? */
export async function coldStart(context: EvalContext): Promise<EvalReport> {
  const ids = createMovieLensIds();
  const ratings = await readRatings(await ratingsFile(context.dir), ids);
  const [file] = context.lists.length > 0 ? context.lists : await listFiles(context.dir);
  if (file === undefined) throw new Error(`no loo99*.tsv[.gz] in ${context.dir}; give a candidate list with --lists`);
  const list = await readCandidateList(file, ids);
  const histories = historiesOf(ratings, ids.users.count);
  const cuts = cutsOf(list, histories, ids);
  const data: ColdStartData = { histories, items: ids.items.count, learnedOf: (user) => histories[user]!.slice(0, cuts[user]) };
  const config = context.isTuning ? tune(data, cuts, context) : COLD_START;

  const curves = runs(data, list.queries, LONGEST, config, context, (users, order, shared, seed) =>
    newcomerCurve(newcomersOf(data, users, order, config, seed), shared, config, LONGEST, true),
  );
  const { time, drawn } = { time: meanOf(curves.time), drawn: meanOf(curves.drawn) };
  const figures = { time: figuresOf(time), drawn: figuresOf(drawn) };
  return {
    dataset: 'ml-100k',
    protocol: `cold start: ${curves.users} users with at least ${LONGEST} events before their test item are held out of the shared model, mean of ${RUNS} draws; NDCG@10 of the test item of ${list.name} after N events, in time order (the first N) and as N drawn from what came before the test item; equal scores count half`,
    seed: context.seed,
    config: {
      chosen: `best mean NDCG@10 over N = 1 … ${LONGEST - 1} in time order of ${grid.length} configurations, on the item before the test item among 99 negatives of our own seed, with held-out users of other seeds${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
      ...config,
    },
    metrics: { ndcg10: time.online[20]! },
    targets: { ndcg10: 0.28 },
    baselines: {
      'popularity here (N = 20)': { source: 'measured', ndcg10: time.popularity },
      'exact logistic (N = 20)': { source: 'measured', ndcg10: time.exact[20]! },
      'N = 20 drawn from the history': { source: 'measured', ndcg10: drawn.online[20]! },
      popularity: { source: 'published', ndcg10: 0.245 },
      'EASE (N = 20)': { source: 'published', ndcg10: 0.284 },
      'blend (N = 20)': { source: 'published', ndcg10: 0.294 },
      'plain SGD (N = 20)': { source: 'published', ndcg10: 0.232 },
    },
    tables: {
      'cold start, in short': orders.map((order) => ({ order, ...figures[order] })),
      'cold start, NDCG@10 after N events': Array.from({ length: LONGEST + 1 }, (_, count) => ({
        N: count,
        popularity: time.popularity,
        'in time order': time.online[count]!,
        'exact logistic': time.exact[count]!,
        drawn: drawn.online[count]!,
        'exact of drawn': drawn.exact[count]!,
      })),
    },
  };
}

interface ColdStartData {
  readonly histories: readonly (readonly Rating[])[];
  readonly items: number;
  /** What came before the item that is asked for. */
  learnedOf(user: number): readonly Rating[];
}

type Order = (typeof orders)[number];

function figuresOf({ online, exact, popularity }: Curve): Readonly<Record<string, number>> {
  const ratios = Array.from(online, (value, count) => value / exact[count]!);
  return {
    'N = 5': online[5]!,
    'N = 20': online[20]!,
    'N = 39': online[39]!,
    popularity,
    'least above popularity': Math.min(...online) - popularity,
    'least share of exact': Math.min(...ratios),
  };
}

/** Trains on everybody who is not held out, once per draw, and asks `answer` about the held-out ones. */
function runs(
  data: ColdStartData,
  queries: readonly Query[],
  least: number,
  { embeddings: training }: ColdStartConfig,
  { seed, progress }: Pick<EvalContext, 'seed' | 'progress'>,
  answer: (users: readonly Query[], order: Order, shared: SharedItems, seed: number) => Curve,
): Readonly<Record<Order, readonly Curve[]>> & { readonly users: number } {
  const eligible = queries.filter(({ user }) => data.learnedOf(user).length >= least);
  const users = Math.min(HELD_OUT, Math.floor(eligible.length * HELD_OUT_SHARE));
  if (users === 0)
    throw new Error(
      `cold start wants users with at least ${least} events before their test item, got ${eligible.length} of ${queries.length}`,
    );
  const curves: Record<Order, Curve[]> = { time: [], drawn: [] };
  for (let run = 0; run < RUNS; run++) {
    const drawn = shuffled(eligible, seed + run).slice(0, users);
    const shared = sharedWithout(data, new Set(drawn.map(({ user }) => user)), training, seed + run, (epochs) =>
      progress('cold start: epochs', run * training.epochs + epochs, RUNS * training.epochs),
    );
    for (const order of orders) curves[order].push(answer(drawn, order, shared, seed + run));
  }
  return { ...curves, users };
}

function sharedWithout(
  { histories, items }: ColdStartData,
  heldOut: ReadonlySet<number>,
  training: EmbeddingTraining,
  seed: number,
  tell: (epochs: number) => void,
): SharedItems {
  const learned = histories.filter((_, user) => !heldOut.has(user));
  const popularity = new Float64Array(items);
  for (const history of learned) for (const { item } of history) popularity[item]! += 1;
  const params = trainEmbeddings(
    {
      users: Uint32Array.from(learned.flatMap((history, user) => history.map(() => user))),
      items: Uint32Array.from(learned.flatMap((history) => history.map(({ item }) => item))),
    },
    { users: learned.length, items },
    training,
    seed,
    tell,
  );
  return { items: toFoldInBasis(params), prior: popularity.map((count) => log(1 + count)) };
}

function newcomersOf(
  { items, learnedOf }: ColdStartData,
  users: readonly Query[],
  order: Order,
  { others }: ColdStartConfig,
  seed: number,
): readonly Newcomer[] {
  const random = seededRandom(seed ^ 0xc01d);
  return users.map(({ user, item, others: candidates }) => {
    const history = order === 'time' ? learnedOf(user) : shuffled(learnedOf(user), seed + user);
    const met = new Set<number>();
    const events = history.slice(0, LONGEST).map((rating): FoldInEvent => {
      met.add(rating.item);
      const drawn: number[] = [];
      while (drawn.length < others) {
        const other = random.nextUint32() % items;
        if (!met.has(other)) drawn.push(other);
      }
      return { item: rating.item, sampleWeight: rating.rating / USUAL_RATING, others: drawn };
    });
    return { events, item, others: candidates };
  });
}

function meanOf(curves: readonly Curve[]): Curve {
  const mean = (of: (curve: Curve) => Float64Array): Float64Array =>
    of(curves[0]!).map((_, at) => curves.reduce((sum, curve) => sum + of(curve)[at]!, 0) / curves.length);
  return {
    online: mean(({ online }) => online),
    exact: mean(({ exact }) => exact),
    popularity: curves.reduce((sum, { popularity }) => sum + popularity, 0) / curves.length,
  };
}

/** On the item before the test item, with held-out users of other seeds. */
function tune(data: ColdStartData, cuts: readonly number[], { seed, progress }: EvalContext): ColdStartConfig {
  const earlier: ColdStartData = { ...data, learnedOf: (user) => data.histories[user]!.slice(0, Math.max(0, cuts[user]! - 1)) };
  const length = LONGEST - 1;
  const queries = earlierQueries(data.histories, cuts, data.items, seed);
  const tuneSeed = seed + 1000;
  return chooseLeast(
    grid,
    (config) => {
      const { time } = runs(earlier, queries, length, config, { seed: tuneSeed, progress: () => {} }, (users, order, shared, runSeed) =>
        newcomerCurve(order === 'time' ? newcomersOf(earlier, users, order, config, runSeed) : [], shared, config, length, false),
      );
      return -meanOf(time)
        .online.subarray(1)
        .reduce((sum, value) => sum + value, 0);
    },
    (done, of) => progress('tuning: cold start', done, of),
  );
}
