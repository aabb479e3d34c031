import { basename } from 'node:path';
import { chooseLeast } from './choose.js';
import type { EvalContext, EvalReport } from './dataset.js';
import { createMovieLensIds, foldFiles, ratingsFile, readRatings, type Rating } from './ml-100k-files.js';
import { shuffled } from './shuffled.js';
import { scoreOf, trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

/** Biased matrix factorisation. A large l2 on 64 dimensions: few of them carry much, the rest averages away. */
const RATINGS: EmbeddingTraining = {
  loss: 'squared',
  dim: 64,
  epochs: 20,
  negatives: 0,
  learningRate: 0.1,
  l2: 0.12,
  biasL2: 0.02,
  epsilon: 1e-6,
};

/** Biases of users and items alone. */
const biasesOnly: EmbeddingTraining = { ...RATINGS, dim: 0 };

const grid: readonly EmbeddingTraining[] = [0.05, 0.1].flatMap((learningRate) =>
  [0.08, 0.1, 0.12, 0.15].map((l2) => ({ ...RATINGS, learningRate, l2 })),
);

/** Share of a fold's base that `--tune` predicts, and how many folds it looks at. */
const TUNE_SHARE = 0.05;
const tuneFolds = 2;

const LOWEST = 1;
const HIGHEST = 5;

/** RMSE on the folds of the folder, each learned from u.data without it. */
export async function ratingError(context: EvalContext): Promise<EvalReport> {
  const ids = createMovieLensIds();
  const ratings = await readRatings(await ratingsFile(context.dir), ids);
  const files = await foldFiles(context.dir);
  if (files.length === 0) throw new Error(`no u1.test[.gz] … u5.test[.gz] in ${context.dir}; give --data the folder of ml-100k`);
  const folds: { readonly name: string; readonly base: readonly Rating[]; readonly test: readonly Rating[] }[] = [];
  for (const file of files) {
    const test = await readRatings(file, ids);
    const held = new Set(test.map(pairOf));
    const base = ratings.filter((rating) => !held.has(pairOf(rating)));
    if (base.length === 0) throw new Error(`${basename(file)} holds every row of u.data; expected a part to predict from the rest`);
    folds.push({ name: basename(file).replace(/\..*$/u, ''), base, test });
  }
  const size = { users: ids.users.count, items: ids.items.count };
  const training = context.isTuning
    ? tune(
        folds.map(({ base }) => base),
        size,
        context,
      )
    : RATINGS;
  const rows = folds.map(({ name, base, test }, at) => ({
    fold: name,
    ratings: test.length,
    RMSE: errorOf(base, test, size, training, context.seed, (epochs) =>
      context.progress('ratings: epochs', at * training.epochs + epochs, folds.length * training.epochs),
    ),
    'RMSE biases': errorOf(base, test, size, biasesOnly, context.seed),
  }));
  const mean = (column: 'RMSE' | 'RMSE biases'): number => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
  return {
    dataset: 'ml-100k',
    protocol: `ratings: mean RMSE over ${rows.map(({ fold }) => fold).join(', ')}, each learned from u.data without the fold; predictions kept within ${LOWEST} … ${HIGHEST}`,
    seed: context.seed,
    config: {
      chosen: `least RMSE of ${grid.length} trainings on ${TUNE_SHARE * 100} % of the base of ${tuneFolds} folds${context.isTuning ? '; chosen anew' : '; fixed, --tune chooses anew'}`,
      ...training,
    },
    metrics: { rmse: mean('RMSE') },
    targets: { rmse: 0.925 },
    baselines: {
      'biases here': { source: 'measured', rmse: mean('RMSE biases') },
      bias: { source: 'published', rmse: 0.9424 },
      'MF d64': { source: 'published', rmse: 0.913 },
    },
    tables: { 'ratings, by fold': rows },
  };
}

const pairOf = ({ user, item }: Rating): string => `${user} ${item}`;

function errorOf(
  base: readonly Rating[],
  test: readonly Rating[],
  size: { readonly users: number; readonly items: number },
  training: EmbeddingTraining,
  seed: number,
  tell: (epochs: number) => void = () => {},
): number {
  const mean = base.reduce((sum, { rating }) => sum + rating, 0) / base.length;
  const params = trainEmbeddings(
    {
      users: Uint32Array.from(base, ({ user }) => user),
      items: Uint32Array.from(base, ({ item }) => item),
      labels: Float32Array.from(base, ({ rating }) => rating - mean),
    },
    size,
    training,
    seed,
    tell,
  );
  let squares = 0;
  for (const { user, item, rating } of test) {
    const predicted = Math.min(HIGHEST, Math.max(LOWEST, mean + scoreOf(params, user, item)));
    squares += (predicted - rating) ** 2;
  }
  return Math.sqrt(squares / test.length);
}

function tune(
  bases: readonly (readonly Rating[])[],
  size: { readonly users: number; readonly items: number },
  { seed, progress }: EvalContext,
): EmbeddingTraining {
  const splits = bases.slice(0, tuneFolds).map((base) => {
    const drawn = shuffled(base, seed);
    const held = Math.ceil(drawn.length * TUNE_SHARE);
    return { base: drawn.slice(held), test: drawn.slice(0, held) };
  });
  return chooseLeast(
    grid,
    (training) => splits.reduce((sum, { base, test }) => sum + errorOf(base, test, size, training, seed), 0),
    (done, of) => progress('tuning: ratings', done, of),
  );
}
