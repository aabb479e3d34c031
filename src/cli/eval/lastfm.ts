import { log } from '../../core/learners/sigmoid.js';
import { seededRandom } from '../../core/random.js';
import { chooseLeast } from './choose.js';
import type { Dataset, EvalContext, EvalMetrics } from './dataset.js';
import { createFullRanking } from './full-ranking.js';
import { readLastFm, type LastFm, type Listening } from './lastfm-files.js';
import { scoreOf, trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

interface LastFmConfig {
  readonly embeddings: EmbeddingTraining;
  /** Weight of ln(1 + friends who listen) beside the model's log-odds; 0 leaves the friends out. */
  readonly friends: number;
}

const LASTFM: LastFmConfig = {
  embeddings: { loss: 'logistic', dim: 64, epochs: 20, negatives: 8, learningRate: 0.2, l2: 0.01, biasL2: 0.001, epsilon: 1e-6 },
  friends: 0.5,
};
const trainings: readonly EmbeddingTraining[] = [32, 64].flatMap((dim) => [0.01, 0.015].map((l2) => ({ ...LASTFM.embeddings, dim, l2 })));
const friendWeights = [0, 0.5, 1, 2];

/** Who has fewer artists is not asked: nothing would be left to learn from. */
const LEAST_ARTISTS = 3;

export const lastfm: Dataset = {
  name: 'lastfm',
  summary: 'HetRec Last.fm: one artist of each listener, drawn by the seed, among all artists not listened to; friends as a prior',
  async run(context) {
    const data = await readLastFm(context.dir);
    const { left, asked } = leaveOneOut(data.listened, context.seed);
    if (asked.size === 0) throw new Error(`lastfm wants users with at least ${LEAST_ARTISTS} artists, got none of ${data.listened.length}`);
    const config = context.isTuning ? tune({ ...data, listened: left }, context) : LASTFM;
    const model = learn({ ...data, listened: left }, config.embeddings, context.seed, (done) =>
      context.progress('epochs', done, config.embeddings.epochs),
    );
    const figures = {
      homebody: rank(model, asked, config.friends),
      alone: rank(model, asked, 0),
      popularity: rankBy(model, asked, () => model.popularity),
      friends: rankBy(model, asked, (user) => model.friendsOf(user).map((count, artist) => count + model.popularity[artist]! * 1e-6)),
    };
    return {
      dataset: 'lastfm',
      protocol: `one artist of each of ${asked.size.toLocaleString('en')} listeners, drawn by the seed, is ranked among all ${data.artists.toLocaleString('en')} artists but the listener's others; what is left is learned, an artist counting by ln(1 + plays) over its mean; equal scores count half`,
      seed: context.seed,
      config: {
        chosen: `best NDCG@10 of ${trainings.length} trainings, then of ${friendWeights.length} weights of friends, on another drawn artist of each listener, learned without it${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
        ...config,
      },
      metrics: figures.homebody,
      baselines: {
        'without friends': { source: 'measured', ...figures.alone },
        'friends who listen': { source: 'measured', ...figures.friends },
        popularity: { source: 'measured', ...figures.popularity },
      },
    };
  },
};

/** One artist of each listener with enough of them, drawn by `seed`. */
function leaveOneOut(
  listened: LastFm['listened'],
  seed: number,
): { readonly left: LastFm['listened']; readonly asked: ReadonlyMap<number, number> } {
  const random = seededRandom(seed);
  const asked = new Map<number, number>();
  const left = listened.map((artists, user) => {
    if (artists.length < LEAST_ARTISTS) return artists;
    const place = Math.floor(random.nextUnit() * artists.length);
    asked.set(user, artists[place]!.artist);
    return artists.filter((_, at) => at !== place);
  });
  return { left, asked };
}

interface Model {
  readonly popularity: Float64Array;
  readonly known: readonly ReadonlySet<number>[];
  /** [artists] of each user, new memory */
  scoresOf(user: number): Float64Array;
  /** [artists] how many friends listen to each, new memory */
  friendsOf(user: number): Float64Array;
}

function learn({ artists, listened, friends }: LastFm, training: EmbeddingTraining, seed: number, tell?: (epochs: number) => void): Model {
  const popularity = new Float64Array(artists);
  let loudness = 0;
  let rows = 0;
  const each = function* (): Generator<readonly [user: number, listening: Listening]> {
    for (const [user, all] of listened.entries()) for (const listening of all) yield [user, listening];
  };
  for (const [, listening] of each()) {
    popularity[listening.artist]! += 1;
    loudness += listening.loudness;
    rows += 1;
  }
  const params = trainEmbeddings(
    {
      users: Uint32Array.from(each(), ([user]) => user),
      items: Uint32Array.from(each(), ([, { artist }]) => artist),
      sampleWeights: Float32Array.from(each(), ([, listening]) => (listening.loudness * rows) / loudness),
    },
    { users: listened.length, items: artists },
    training,
    seed,
    tell,
  );
  return {
    popularity,
    known: listened.map((all) => new Set(all.map(({ artist }) => artist))),
    scoresOf: (user) => Float64Array.from({ length: artists }, (_, artist) => scoreOf(params, user, artist)),
    friendsOf(user) {
      const counts = new Float64Array(artists);
      for (const friend of friends[user]!) for (const { artist } of listened[friend]!) counts[artist]! += 1;
      return counts;
    },
  };
}

function rank(model: Model, asked: ReadonlyMap<number, number>, friendWeight: number): EvalMetrics {
  return rankBy(model, asked, (user) => {
    const counts = model.friendsOf(user);
    return model.scoresOf(user).map((score, artist) => score + friendWeight * log(1 + counts[artist]!));
  });
}

function rankBy({ known }: Model, asked: ReadonlyMap<number, number>, scoresOf: (user: number) => Float64Array): EvalMetrics {
  const ranking = createFullRanking();
  for (const [user, artist] of asked) ranking.note(scoresOf(user), known[user]!, [artist]);
  return ranking.metrics();
}

function tune(data: LastFm, { seed, progress }: EvalContext): LastFmConfig {
  const { left, asked } = leaveOneOut(data.listened, seed + 1);
  const earlier = { ...data, listened: left };
  const models = new Map<EmbeddingTraining, Model>();
  const embeddings = chooseLeast(
    trainings,
    (training) => {
      const model = learn(earlier, training, seed);
      models.set(training, model);
      return -rank(model, asked, 0).ndcg10!;
    },
    (done, of) => progress('tuning: trainings', done, of),
  );
  const friends = chooseLeast(
    friendWeights.map((weight) => ({ weight })),
    ({ weight }) => -rank(models.get(embeddings)!, asked, weight).ndcg10!,
    (done, of) => progress('tuning: friends', done, of),
  ).weight;
  return { embeddings, friends };
}
