import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.js';
import { amazon } from './amazon.js';
import { createContent } from './amazon-content.js';
import { contextOf, dataDir, folderOf } from './data-set.contract.js';
import { createPlaces, placeAmong, top10, top20 } from './place.js';
import { yoochoose } from './yoochoose.js';

describe('places', () => {
  test('equal scores count half', () => {
    expect(placeAmong(3, [5, 4, 3, 3, 3, 1])).toBe(4.5);
    expect(placeAmong(3, [])).toBe(1);
  });

  test('give the figures of the literature', () => {
    const places = createPlaces();
    for (const place of [1, 3, 10.5, 20, 21, Infinity]) places.note(place);
    expect(top10(places)).toEqual({ hr10: 2 / 6, ndcg10: (1 + 1 / 2) / 6 });
    expect(top20(places)).toEqual({ hr20: 4 / 6, mrr20: (1 + 1 / 3 + 1 / 10.5 + 1 / 20) / 6 });
  });
});

const header = 'SessionId\tItemId\tTime';

/** Sessions of 3 clicks, two at a time; item 2n leads to 2n + 1 and that to any. */
function clicks(sessions: number, seed: number): string[] {
  const random = seededRandom(seed);
  const rows: string[] = [];
  for (let session = 0; session < sessions; session++) {
    const first = 2 * (random.nextUint32() % 50);
    for (const [step, item] of [first, first + 1, random.nextUint32() % 100].entries())
      rows.push(`${session}\t9${item}\t${1_400_000_000 + 10 * session + 6 * step}.5`);
  }
  return rows;
}

describe('yoochoose', () => {
  test('learns what leads to what in any file of the format, beside counts of the same stream', async () => {
    const dir = folderOf({ 'test.tsv.gz': [header, ...clicks(600, 1)].join('\n') });
    const { metrics, baselines, protocol } = await yoochoose.run(contextOf(dir));
    expect(protocol).toContain('test.tsv.gz: 1800 clicks of 600 sessions on');
    expect(protocol).toContain('(n = 1200)');
    expect(metrics.hr20).toBeGreaterThan(0.4);
    expect(baselines['Markov chain, measured']!.hr20).toBeGreaterThan(0.4);
    expect(baselines['popularity, measured']!.hr20).toBeLessThan(0.25);
  });

  test('takes rows in order of time, whatever their order in the file and of the columns', async () => {
    const rows = clicks(200, 2);
    const [given, turned] = await Promise.all(
      [
        [header, ...rows],
        ['Time\tItemId\tSessionId', ...rows.map((row) => row.split('\t').reverse().join('\t')).reverse()],
      ].map(async (lines) => yoochoose.run(contextOf(folderOf({ 'x.tsv': lines.join('\r\n') })))),
    );
    expect(turned).toEqual(given);
  });

  test('tunes on the first fifth alone: other clicks behind it change nothing of the choice', async () => {
    const rows = clicks(200, 3);
    const other = [...rows.slice(0, 150), ...clicks(200, 4).slice(150)];
    const [choice, changed] = await Promise.all(
      [rows, other].map(async (each) => yoochoose.run(contextOf(folderOf({ 'x.tsv': [header, ...each].join('\n') }), { isTuning: true }))),
    );
    expect(changed!.config).toEqual(choice!.config);
    expect(changed!.metrics).not.toEqual(choice!.metrics);
  });

  test('finds its folder beside others, and says what is wrong with a file', async () => {
    const parent = folderOf({ 'README.md': '' });
    mkdirSync(join(parent, 'ml-100k'));
    mkdirSync(join(parent, 'yoochoose-other'));
    await expect(yoochoose.run(contextOf(parent))).rejects.toThrow(
      'expected a .tsv[.gz] file with the columns SessionId, ItemId, Time, got',
    );
    renameSync(join(folderOf({ 'x.tsv': [header, ...clicks(9, 5)].join('\n') }), 'x.tsv'), join(parent, 'yoochoose-other', 'x.tsv'));
    expect((await yoochoose.run(contextOf(parent))).protocol).toContain('x.tsv: 27 clicks');
    const run = (...lines: string[]): Promise<unknown> => yoochoose.run(contextOf(folderOf({ 'x.tsv': lines.join('\n') })));
    await expect(run('a,b', '1,2')).rejects.toThrow('expected a header with SessionId, ItemId, Time');
    await expect(run(header, '1\t2\t3', '1\t2\tnoon')).rejects.toThrow('row 3: expected a session, an item and a time in seconds');
    await expect(run(header, '1\t2\t3')).rejects.toThrow('sessions of more than one click, got none');
  });
});

/** Users who walk along a ring of 60 items from anywhere, and skip one now and then. */
function walks(users: number, seed: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: users }, () => {
    let item = random.nextUint32() % 60;
    return Array.from({ length: 5 }, () => {
      item = (item + 1 + (random.nextUint32() % 4 === 0 ? 1 : 0)) % 60;
      return item + 1;
    });
  });
}
const sequencesOf = (rows: readonly (readonly number[])[]): string => rows.map((items, user) => [user, ...items].join(' ')).join('\n');

describe('amazon', () => {
  test('predicts the last item of each user, without attributes too', async () => {
    const dir = folderOf({ 'sequences.txt': sequencesOf([...walks(300, 1), [7]]) });
    const { metrics, baselines, protocol, targets } = await amazon.run(contextOf(dir));
    expect(protocol).toContain('301 users, 60 items, 1501 actions');
    expect(protocol).toContain('(n = 300)');
    expect(protocol).toContain('no attributes, content is 0');
    expect(metrics.hr10).toBeGreaterThan(0.95);
    expect(metrics.ndcg10).toBeGreaterThan(0.75);
    expect(baselines['popularity, measured']!.hr10).toBeLessThan(0.35);
    expect(targets).toBeUndefined();
  });

  test('content finds an item that nobody else has bought', async () => {
    const random = seededRandom(2);
    // 40 kinds of 5 items each; everybody keeps to one kind, and the last item is one of a kind that only they have
    const rows = Array.from({ length: 160 }, (_, user) => {
      const kind = user % 40;
      return [...[0, 1, 2].map((at) => kind * 5 + ((at + random.nextUint32()) % 5)), 1000 + user];
    }).map((items) => [...new Set(items)]);
    const attributes = Object.fromEntries([
      ...Array.from({ length: 200 }, (_, item) => [item, [Math.floor(item / 5), 99]]),
      ...Array.from({ length: 160 }, (_, user) => [1000 + user, [user % 40, 99]]),
    ]);
    const files = { 'sequences.txt.gz': sequencesOf(rows) };
    const plain = await amazon.run(contextOf(folderOf(files)));
    const informed = await amazon.run(contextOf(folderOf({ ...files, 'item2attributes.json.gz': JSON.stringify(attributes) })));
    expect(plain.metrics.hr10).toBeLessThan(0.1);
    expect(informed.metrics.hr10).toBeGreaterThan(0.9);
  });

  test('never chooses by the last item: other last ones change neither configuration nor weights', async () => {
    const rows = walks(200, 3);
    const [choice, changed] = await Promise.all(
      [rows, rows.map((items) => [...items.slice(0, -1), 1 + (items.at(-1)! % 60)])].map(async (each) =>
        amazon.run(contextOf(folderOf({ 'sequences.txt': sequencesOf(each) }), { isTuning: true })),
      ),
    );
    expect(changed!.config).toEqual(choice!.config);
    expect(changed!.tables!['weights of the blend']).toEqual(choice!.tables!['weights of the blend']);
    expect(changed!.metrics).not.toEqual(choice!.metrics);
  });

  test('likeness is the cosine of idf-weighted attributes', () => {
    const content = createContent(
      new Map([
        [1, [10, 20]],
        [2, [10]],
        [3, [20, 30]],
        [99, [10]], // not to be recommended
      ]),
      [1, 2, 3, 4],
    );
    const [last] = content([3, 1]);
    const ten = Math.log(4 / 2);
    const thirty = Math.log(4 / 1);
    const cosines = new Map(Array.from(last.items, (item, at) => [item, last.scores[at]!]));
    expect(new Set(cosines.keys())).toEqual(new Set([1, 2, 3]));
    expect(cosines.get(1)).toBeCloseTo(1, 12);
    expect(cosines.get(2)).toBeCloseTo(ten / Math.hypot(ten, ten), 12);
    expect(cosines.get(3)).toBeCloseTo((ten * ten) / (Math.hypot(ten, ten) * Math.hypot(ten, thirty)), 12);
  });

  test('says what is wrong with a file', async () => {
    const run = (files: Readonly<Record<string, string>>): Promise<unknown> => amazon.run(contextOf(folderOf(files)));
    await expect(run({ 'x.txt': '' })).rejects.toThrow('expected sequences.txt[.gz], got x.txt');
    await expect(run({ 'sequences.txt': '1 2 3\n2 four' })).rejects.toThrow('line 2: expected a user and at least one item');
    await expect(run({ 'sequences.txt': '1 2\n2 3' })).rejects.toThrow();
    await expect(run({ 'sequences.txt': '1 2 3', 'item2attributes.json': '[1]' })).rejects.toThrow('expected an object');
    await expect(run({ 'sequences.txt': '1 2 3', 'item2attributes.json': '{"2": "red"}' })).rejects.toThrow('whole numbers for item 2');
  });
});

describe('the real data (skipped where HOMEBODY_DATA or ../shared/data lacks it)', () => {
  const clicksFile = join(dataDir, 'yoochoose-100k', 'train_full.tsv.gz');
  test.skipIf(!existsSync(clicksFile))(
    'three thousand clicks: ahead of what counts alone reach',
    async () => {
      const lines = gunzipSync(readFileSync(clicksFile)).toString().split('\n').slice(0, 3000);
      const { metrics, baselines } = await yoochoose.run(contextOf(folderOf({ 'x.tsv': lines.join('\n') })));
      expect(metrics.hr20).toBeGreaterThan(1.05 * baselines['Markov chain, measured']!.hr20!);
      expect(metrics.mrr20).toBeGreaterThan(1.05 * baselines['Markov chain, measured']!.mrr20!);
    },
    30_000,
  );

  const beauty = join(dataDir, 'amazon-beauty');
  test.skipIf(!existsSync(beauty))(
    'five hundred users: ahead of popularity and of the last item alone',
    async () => {
      const text = (name: string): string => gunzipSync(readFileSync(join(beauty, name))).toString();
      const dir = folderOf({
        'sequences.txt': text('sequences.txt.gz').split('\n').slice(0, 500).join('\n'),
        'item2attributes.json': text('item2attributes.json.gz'),
      });
      const { metrics, baselines } = await amazon.run(contextOf(dir));
      expect(metrics.hr10).toBeGreaterThan(1.2 * baselines['popularity, measured']!.hr10!);
      expect(metrics.hr10).toBeGreaterThan(1.2 * baselines['Markov chain, measured']!.hr10!);
    },
    30_000,
  );
});
