import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foldInBatch, type FoldInRule } from '../../core/learners/fold-in.js';
import { sigmoid } from '../../core/learners/sigmoid.js';
import { seededRandom } from '../../core/random.js';
import { cutsOf, earlierQueries, readCandidateList } from './candidate-lists.js';
import { contextOf, dataDir, folderOf } from './data-set.contract.js';
import { exactFoldIn } from './exact-fold-in.js';
import { createFullRanking } from './full-ranking.js';
import { countTransitions, transitionScores, type TransitionRule } from './item-transitions.js';
import { lastfm } from './lastfm.js';
import { createMovieLensIds, historiesOf, readRatings } from './ml-100k-files.js';
import { ml100k } from './ml-100k.js';
import { ml1mPos } from './ml-1m-pos.js';
import { createPlaces, placeAmong, top10 } from './place.js';
import { shuffled } from './shuffled.js';
import { scoreOf, trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

const training: EmbeddingTraining = {
  loss: 'logistic',
  dim: 8,
  epochs: 20,
  negatives: 4,
  learningRate: 0.2,
  l2: 0.01,
  biasL2: 0.001,
  epsilon: 1e-6,
};

/** Viewers of four camps, who mostly see films of their own genre (film number modulo 4); some films are liked by all. */
function camps(users: number, films: number, seen: number, seed: number): readonly (readonly number[])[] {
  const random = seededRandom(seed);
  return Array.from({ length: users }, (_, user) => {
    const met = new Set<number>();
    while (met.size < seen) {
      const film = Math.floor(random.nextUnit() ** 1.2 * films);
      if (film % 4 === user % 4 || random.nextUnit() < 0.05) met.add(film);
    }
    return [...met];
  });
}

describe('trainEmbeddings', () => {
  /** How far above popularity the last film of each viewer is ranked, NDCG@10 among all films not seen. */
  function leadOf(seed: number, loss: EmbeddingTraining['loss']): number {
    const histories = camps(80, 80, 14, seed);
    const rows = histories.flatMap((history, user) => history.slice(0, -1).map((item) => [user, item] as const));
    const popularity = new Float64Array(80);
    for (const [, item] of rows) popularity[item]! += 1;
    const params = trainEmbeddings(
      { users: Uint32Array.from(rows, ([user]) => user), items: Uint32Array.from(rows, ([, item]) => item) },
      { users: 80, items: 80 },
      { ...training, loss },
      seed,
    );
    const [own, popular] = [createPlaces(), createPlaces()];
    for (const [user, history] of histories.entries()) {
      const others = [...popularity.keys()].filter((item) => !history.includes(item));
      const score = (item: number): number => scoreOf(params, user, item);
      own.note(placeAmong(score(history.at(-1)!), others.map(score)));
      popular.note(
        placeAmong(
          popularity[history.at(-1)!]!,
          others.map((item) => popularity[item]!),
        ),
      );
    }
    return own.ndcg(10) - popular.ndcg(10);
  }

  test.each(['logistic', 'bpr'] as const)('finds planted camps by the loss %s: far above popularity for every seed of a bank', (loss) => {
    const leads = Array.from({ length: 6 }, (_, seed) => leadOf(seed, loss));
    // A bank of 12 seeds: mean 0.25, standard deviation 0.03
    expect(Math.min(...leads)).toBeGreaterThan(0.1);
  });

  test('is the same model for the same seed and another for another', () => {
    const interactions = { users: Uint32Array.of(0, 1, 2), items: Uint32Array.of(3, 2, 1) };
    const train = (seed: number): Float32Array => trainEmbeddings(interactions, { users: 3, items: 5 }, training, seed).items;
    expect(train(4)).toEqual(train(4));
    expect(train(4)).not.toEqual(train(5));
  });

  test('never draws what the user met, and learns from who met everything', () => {
    const everything = { users: Uint32Array.of(0, 0, 0), items: Uint32Array.of(0, 1, 2) };
    const params = trainEmbeddings(everything, { users: 1, items: 3 }, training, 1);
    for (let item = 0; item < 3; item++) expect(scoreOf(params, 0, item)).toBeGreaterThan(0);
  });
});

describe('item transitions', () => {
  const rule: TransitionRule = { maxSteps: 2, lastItems: 2, weight: 1, liftPower: 0 };

  test('count pairs by their distance and ask the last items first', () => {
    const table = countTransitions([[0, 1, 2]], 4, rule);
    expect([...table.rows.get(0)!]).toEqual([
      [1, 1],
      [2, 0.5],
    ]);
    const scores = transitionScores(table, [0, 1], new Float64Array(4), rule);
    // After 1 came 2 (share 1/2 of one event and one of doubt), after 0 came 1 and 2: 2 leads, 1 follows, nothing says 0 or 3
    expect(scores[2]).toBeGreaterThan(scores[1]!);
    expect(scores[1]).toBeGreaterThan(scores[3]!);
    expect(scores[0]).toBe(scores[3]);
  });
});

describe('full ranking', () => {
  test('counts places among what is not known, equals half, against the best order of several right answers', () => {
    const ranking = createFullRanking();
    ranking.note(Float64Array.of(9, 5, 5, 1), new Set([0]), [1, 3]); // places 1.5 and 3 of three
    const gain = 1 / Math.log2(2.5) + 1 / Math.log2(4);
    expect(ranking.metrics().ndcg10).toBeCloseTo(gain / (1 + 1 / Math.log2(3)), 12);
    ranking.note(Float64Array.of(1), new Set(), []);
    expect([ranking.count, ranking.metrics().hr10]).toEqual([1, 1]);
  });
});

describe('exactFoldIn', () => {
  test('ends where the penalised loss has no slope', () => {
    const random = seededRandom(3);
    const [rows, dim] = [20, 3];
    const items = {
      rows,
      dim,
      vectors: Float32Array.from({ length: rows * dim }, () => 4 * random.nextUnit() - 2),
      bias: new Float32Array(rows),
    };
    const rule: FoldInRule = { minCurvature: 0, ridge: 0.7, othersWeight: 3 };
    const events = [1, 5, 9, 9].map((item) => ({ item, sampleWeight: 1.5, others: [item + 1, item + 7] }));
    const batch = foldInBatch(items, events, rule);
    const user = exactFoldIn(batch, rule.ridge, new Float64Array(dim));
    const slope = user.map((value) => rule.ridge * value);
    for (let row = 0; row < batch.rows; row++) {
      let score = 0;
      for (let at = 0; at < dim; at++) score += user[at]! * batch.vectors[row * dim + at]!;
      for (let at = 0; at < dim; at++)
        slope[at]! += batch.sampleWeights[row]! * (sigmoid(score) - batch.labels[row]!) * batch.vectors[row * dim + at]!;
    }
    expect(Math.hypot(...user)).toBeGreaterThan(0.3);
    for (const each of slope) expect(Math.abs(each)).toBeLessThan(1e-6);
  });
});

/** The format of ml-100k: ratings 4 and 5 for the own genre, 1 to 3 for others; rows in an order drawn by chance. */
function movieLens(viewers: number, films: number, seen: number, back: number): Record<string, string> {
  const random = seededRandom(8);
  const histories = camps(viewers, films, seen, 21);
  const rows = histories.flatMap((history, user) =>
    history.map((film, at) => {
      const rating = film % 4 === user % 4 ? 4 + (random.nextUint32() % 2) : 1 + (random.nextUint32() % 3);
      return `${user + 1}\t${film + 1}\t${rating}\t${880_000_000 + at}`;
    }),
  );
  const queries = histories.map((history, user) => {
    const others = shuffled(
      Array.from({ length: films }, (_, film) => film).filter((film) => !history.includes(film)),
      user,
    ).slice(0, 60);
    return `${user + 1}\t${history.at(-back)! + 1}\t${others.map((film) => film + 1).join(',')}`;
  });
  const drawn = shuffled(rows, 2);
  return {
    'u.data.gz': `${drawn.join('\n')}\n`,
    'loo99.seed7.tsv.gz': `user\titem\tnegatives\n${queries.join('\n')}\n`,
    'u1.test.gz': `${drawn.slice(0, rows.length / 5).join('\n')}\n`,
  };
}

describe('ml-100k', () => {
  test('reports its three protocols in one, better than popularity and biases', async () => {
    const dir = folderOf(movieLens(40, 160, 42, 1));
    const report = await ml100k.run(contextOf(dir));
    const popularity = report.baselines['loo: popularity here']!;
    expect(report.metrics.ndcg10!).toBeGreaterThan(popularity.ndcg10! + 0.1);
    expect(report.metrics.rmse!).toBeLessThan(report.baselines['rmse: biases here']!.rmse!);
    const curve = report.tables!['cold start: NDCG@10 after N events']!;
    expect(curve.map(({ N }) => N)).toEqual(Array.from({ length: 40 }, (_, count) => count));
    expect(curve[0]!['drawn']).toBe(curve[0]!['popularity']);
    expect(curve[39]!['drawn']).toBeGreaterThan(Number(curve[0]!['popularity']) + 0.1);
  }, 60_000);

  test.each(['loo', 'rmse'])('says the same twice: %s', async (protocol) => {
    const dir = folderOf(movieLens(12, 120, 20, 2));
    const run = () => ml100k.run(contextOf(dir, { protocol }));
    expect(JSON.stringify(await run())).toBe(JSON.stringify(await run()));
  });

  test('leaves out what the folder has no files for, and says so', async () => {
    const { 'u.data.gz': ratings, 'u1.test.gz': fold } = movieLens(12, 120, 20, 1);
    const report = await ml100k.run(contextOf(folderOf({ 'u.data.gz': ratings!, 'u1.test.gz': fold! })));
    expect(Object.keys(report.metrics)).toEqual(['rmse']);
    expect(report.protocol).toContain('left out');
    await expect(ml100k.run(contextOf(folderOf({ 'u.data.gz': ratings! })))).rejects.toThrow('loo99');
  });

  test('refuses an unknown protocol, and a list of other users', async () => {
    const dir = folderOf({ ...movieLens(12, 120, 20, 1), 'other.tsv': 'user\titem\tnegatives\n1\t77777\t2,3\n' });
    await expect(ml100k.run(contextOf(dir, { protocol: 'all' }))).rejects.toThrow('loo, cold-start, rmse');
    await expect(ml100k.run(contextOf(dir, { protocol: 'loo', lists: [join(dir, 'other.tsv')] }))).rejects.toThrow(
      '77777 is no event of user 1',
    );
  });
});

describe('candidate lists', () => {
  test.each([1, 2])('a list of the item %d from the end leaves it and what follows unlearned', async (back) => {
    const dir = folderOf(movieLens(10, 120, 15, back));
    const ids = createMovieLensIds();
    const histories = historiesOf(await readRatings(join(dir, 'u.data.gz'), ids), ids.users.count);
    const list = await readCandidateList(join(dir, 'loo99.seed7.tsv.gz'), ids);
    const cuts = cutsOf(list, histories, ids);
    expect(new Set(cuts)).toEqual(new Set([15 - back]));
    // What a configuration is chosen on comes before that
    for (const { user, item, others } of earlierQueries(histories, cuts, ids.items.count, 1, 2)) {
      expect(histories[user]![13 - back]!.item).toBe(item);
      expect(others.some((other) => histories[user]!.some((each) => each.item === other))).toBe(false);
    }
  });

  test.each([
    ['1\t2', 'line 2: expected user, test item and negatives'],
    ['1\t2\t3,x', 'line 2: expected the number of an item, got “x”'],
    ['1\t2\t3,2', 'the test item 2 is among its own negatives'],
    ['1\t2\t3\n1\t4\t3', 'user 1 is asked about twice'],
    ['', 'got no rows'],
  ])('refuses the row “%s”', async (row, message) => {
    const dir = folderOf({ 'list.tsv': `user\titem\tnegatives\n${row}\n` });
    await expect(readCandidateList(join(dir, 'list.tsv'), createMovieLensIds())).rejects.toThrow(message);
  });

  const real = join(dataDir, 'ml-100k');
  test.skipIf(!existsSync(real))('popularity on the listed candidates has the published figures (skipped without the data)', async () => {
    const ids = createMovieLensIds();
    const ratings = await readRatings(join(real, 'u.data.gz'), ids);
    const list = await readCandidateList(join(real, 'loo99.seed1.tsv.gz'), ids);
    const histories = historiesOf(ratings, ids.users.count);
    const cuts = cutsOf(list, histories, ids);
    const popularity = new Float64Array(ids.items.count);
    for (const [user, history] of histories.entries()) {
      expect(cuts[user]).toBe(history.length - 1);
      for (const { item } of history.slice(0, -1)) popularity[item]! += 1;
    }
    const places = createPlaces();
    for (const { item, others } of list.queries)
      places.note(
        placeAmong(
          popularity[item]!,
          others.map((other) => popularity[other]!),
        ),
      );
    expect(Math.abs(top10(places).hr10 - 0.414)).toBeLessThan(0.005); // ties: half here
    expect(Math.abs(top10(places).ndcg10 - 0.228)).toBeLessThan(0.001);
  });
});

describe('sets that are ranked in full', () => {
  const lines = (likes: readonly (readonly number[])[]): string => likes.map((items, user) => [user, ...items].join(' ')).join('\n');

  test('ml-1m-pos learns train.txt and ranks valid.txt, or both and ranks test.txt', async () => {
    const likes = camps(80, 80, 14, 5);
    const [train, valid, late] = [
      likes.map((each) => each.slice(0, 10)),
      likes.map((each) => each.slice(10, 12)),
      likes.map((each) => each.slice(12)),
    ];
    const dir = folderOf({ 'train.txt.gz': lines(train), 'valid.txt.gz': lines(valid) });
    const report = await ml1mPos.run(contextOf(dir));
    expect(report.metrics.ndcg10!).toBeGreaterThan(report.baselines['popularity']!.ndcg10! + 0.03);
    const both = await ml1mPos.run(contextOf(folderOf({ 'train.txt': lines(train), 'valid.txt': lines(valid), 'test.txt': lines(late) })));
    expect(both.protocol).toMatch(/train\.txt and valid\.txt is learned.*items of test\.txt/u);
  });

  test('ml-1m-pos refuses a right answer that was given away, and words', async () => {
    await expect(ml1mPos.run(contextOf(folderOf({ 'train.txt': '0 1 2', 'valid.txt': '0 3 2' })))).rejects.toThrow('item 2 of user 0');
    await expect(ml1mPos.run(contextOf(folderOf({ 'train.txt': '0 1 x', 'valid.txt': '0 3' })))).rejects.toThrow('train.txt line 1');
  });

  test('lastfm takes friends into account where there is a file of them, whatever stands above the rows', async () => {
    const listened = camps(60, 80, 12, 6);
    const rows = listened.flatMap((artists, user) => artists.map((artist) => `${user + 1}\t${artist + 1}\t${10 + artist}`));
    const friends = listened.flatMap((_, user) => [4, 8].map((step) => `${user + 1}\t${((user + step) % 60) + 1}`));
    const dir = folderOf({
      'user_artists.dat.gz': `80\n${rows.length}\n${rows.join('\n')}\n`,
      'user_friends.dat': `userID\tfriendID\n${friends.join('\n')}\n`,
    });
    const { metrics, baselines } = await lastfm.run(contextOf(dir));
    expect(metrics.ndcg10!).toBeGreaterThan(baselines['popularity']!.ndcg10!);
    expect(metrics.ndcg10!).not.toBe(baselines['without friends']!.ndcg10!);
    const alone = await lastfm.run(contextOf(folderOf({ 'user_artists.dat': `userID\tartistID\tweight\n${rows.join('\n')}\n` })));
    expect(alone.metrics.ndcg10).toBe(alone.baselines['without friends']!.ndcg10);
    await expect(lastfm.run(contextOf(folderOf({ 'user_artists.dat': '1\t2\t3\n1\t2\n' })))).rejects.toThrow('line 2: expected 3 fields');
  });
});
