import { cutsOf, earlierQueries, readCandidateList, type Query } from './candidate-lists.js';
import { chooseLeast } from './choose.js';
import { meanCurve, newcomerCurve, type Curve, type NewcomerRule } from './cold-start-curve.js';
import { drawNewcomers, newcomerOf, orders, type Draw, type Order } from './cold-start-draws.js';
import type { EvalContext, EvalReport } from './dataset.js';
import { createMovieLensIds, historiesOf, listFiles, ratingsFile, readRatings, type Rating } from './ml-100k-files.js';
import type { EmbeddingTraining } from './train-embeddings.js';

interface ColdStartConfig extends NewcomerRule {
  readonly embeddings: EmbeddingTraining;
  /** Items drawn to compare each event with. */
  readonly others: number;
}

const COLD_START: ColdStartConfig = {
  embeddings: { loss: 'logistic', dim: 24, epochs: 30, negatives: 4, learningRate: 0.2, l2: 0.015, biasL2: 0.001, epsilon: 1e-6 },
  foldIn: { minCurvature: 0, ridge: 0.25, othersWeight: 4 },
  others: 12,
  k: 30,
};
const ridges = [0.1, 0.25, 0.5, 1];
const trusts = [12, 20, 30, 50];

/** Events of the longest profile asked for. */
const LONGEST = 39;
/** `--tune` predicts the last so many items before the test item, and may fall so far below popularity. */
const BACKS = [1, 2, 3];
const TOLERATED = 0.004;

/** Newcomers to a model trained on the others: how good is it after N events? */
export async function coldStart(context: EvalContext): Promise<EvalReport> {
  const ids = createMovieLensIds();
  const ratings = await readRatings(await ratingsFile(context.dir), ids);
  const [file] = context.lists.length > 0 ? context.lists : await listFiles(context.dir);
  if (file === undefined) throw new Error(`no loo99*.tsv[.gz] in ${context.dir}; give a candidate list with --lists`);
  const list = await readCandidateList(file, ids);
  const histories = historiesOf(ratings, ids.users.count);
  const data = { histories, cuts: cutsOf(list, histories, ids), items: ids.items.count };
  const config = context.isTuning ? tune(data, context) : COLD_START;

  const eligible = list.queries.map(({ user }) => user).filter((user) => data.cuts[user]! >= LONGEST);
  const draws = drawNewcomers(histories, data.items, eligible, config.embeddings, context.seed, (done, of) =>
    context.progress('cold start: epochs', done, of),
  );
  if (draws[0]!.heldOut.length === 0)
    throw new Error(
      `cold start wants users with ${LONGEST} events before their test item, got ${eligible.length} of ${list.queries.length}`,
    );
  let told = 0;
  const curveOf = (order: Order): Curve =>
    meanCurve(
      draws.map((draw) => {
        context.progress('cold start: newcomers, online and exact', told++, orders.length * draws.length);
        return curve(data, draw, list.queries, order, LONGEST, 0, config, true);
      }),
    );
  const [drawn, time] = [curveOf('drawn'), curveOf('time')];
  return {
    dataset: 'ml-100k',
    protocol: `cold start: ${draws[0]!.heldOut.length} users with at least ${LONGEST} events before their test item are held out of the shared model, mean of ${draws.length} draws; NDCG@10 of the test item of ${list.name} after N events drawn from what came before it (EASE measured so gives the published rows; the first N in time order, harder for everybody, stand beside); equal scores count half`,
    seed: context.seed,
    config: {
      chosen: `best mean NDCG@10 over N and both orders among ${ridges.length * trusts.length} configurations, of those that fall nowhere more than ${TOLERATED} below popularity, on the ${BACKS.length} items before the test item among 99 negatives of our own seed, with held-out users of other seeds${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
      ...config,
    },
    metrics: { ndcg10: drawn.online[20]! },
    targets: { ndcg10: 0.28 },
    baselines: {
      'exact logistic, N = 20': { source: 'measured', ndcg10: drawn.exact[20]! },
      'popularity here': { source: 'measured', ndcg10: drawn.popularity },
      'in time order, N = 20': { source: 'measured', ndcg10: time.online[20]! },
      popularity: { source: 'published', ndcg10: 0.245 },
      'EASE, N = 20': { source: 'published', ndcg10: 0.284 },
      'blend, N = 20': { source: 'published', ndcg10: 0.294 },
      'plain SGD, N = 20': { source: 'published', ndcg10: 0.232 },
    },
    tables: {
      'cold start in short': [figuresOf('drawn', drawn), figuresOf('time', time)],
      'cold start: NDCG@10 after N events': Array.from({ length: LONGEST + 1 }, (_, count) => ({
        N: count,
        popularity: drawn.popularity,
        drawn: drawn.online[count]!,
        'exact, drawn': drawn.exact[count]!,
        time: time.online[count]!,
        'exact, time': time.exact[count]!,
      })),
    },
  };
}

interface ColdStartData {
  readonly histories: readonly (readonly Rating[])[];
  /** [users] place of the test item */
  readonly cuts: readonly number[];
  readonly items: number;
}

function figuresOf(order: Order, { online, exact, popularity }: Curve): Readonly<Record<string, number | string>> {
  return {
    order,
    'N = 5': online[5]!,
    'N = 20': online[20]!,
    'N = 39': online[39]!,
    popularity,
    'least minus popularity': Math.min(...online) - popularity,
    'least share of exact': Math.min(...online.map((value, count) => value / exact[count]!)),
  };
}

/** @param back  how far before the cut the asked items stand; what is learned ends there */
function curve(
  { histories, cuts, items }: ColdStartData,
  { heldOut, shared, seed }: Draw,
  queries: readonly Query[],
  order: Order,
  length: number,
  back: number,
  config: ColdStartConfig,
  hasExact: boolean,
): Curve {
  const queryOf = new Map(queries.map((query) => [query.user, query]));
  const newcomers = heldOut.flatMap((user) => {
    const query = queryOf.get(user);
    const history = histories[user]!.slice(0, cuts[user]! - back);
    return query === undefined ? [] : [newcomerOf(query, history, { items, order, length, others: config.others, seed })];
  });
  return newcomerCurve(newcomers, shared, config, length, hasExact);
}

/** On the items before the test item, with held-out users of other seeds. */
function tune(data: ColdStartData, { seed, progress }: EvalContext): ColdStartConfig {
  const eligible = [...data.cuts.keys()].filter((user) => data.cuts[user]! >= LONGEST + Math.max(...BACKS));
  const queries = BACKS.map((back) => earlierQueries(data.histories, data.cuts, data.items, seed, back));
  const draws = drawNewcomers(data.histories, data.items, eligible, COLD_START.embeddings, seed + 1_000);
  return chooseLeast(
    ridges.flatMap((ridge) => trusts.map((k) => ({ ...COLD_START, foldIn: { ...COLD_START.foldIn, ridge }, k }))),
    (config) => {
      const curves = orders.map((order) =>
        meanCurve(draws.flatMap((draw) => BACKS.map((back, at) => curve(data, draw, queries[at]!, order, LONGEST, back, config, false)))),
      );
      const fall = Math.max(...curves.map(({ online, popularity }) => popularity - Math.min(...online)));
      const mean = curves.reduce((sum, { online }) => sum + online.reduce((total, value) => total + value, 0), 0);
      return (fall > TOLERATED ? 1_000 : 0) - mean;
    },
    (done, of) => progress('tuning: cold start', done, of),
  );
}
