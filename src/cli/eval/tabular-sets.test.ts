import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.js';
import { amazonAccess } from './amazon-access.js';
import { banking77 } from './banking77.js';
import { customersAt, dayOf } from './cdnow-customers.js';
import { cdnow } from './cdnow.js';
import { creditcardFrauds } from './creditcard-frauds.js';
import { foldsOf } from './cross-validation.js';
import { contextOf, dataDir, folderOf } from './data-set.contract.js';
import { germanCredit } from './german-credit.js';
import { onlineShoppers } from './online-shoppers.js';
import { missesOf } from './report.js';
import { shuffled } from './shuffled.js';

/** Requests in the format of amazon-access: managers whose number ends in 7 refuse. */
function requests(rows: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const ids = Array.from({ length: 9 }, () => random.nextUint32() % 30);
    return [ids[1]! % 10 === 7 ? 0 : 1, ...ids].join(',');
  });
}
const requestHeader = 'ACTION,RESOURCE,MGR_ID,ROLE_ROLLUP_1,ROLE_ROLLUP_2,ROLE_DEPTNAME,ROLE_TITLE,ROLE_FAMILY_DESC,ROLE_FAMILY,ROLE_CODE';

describe('a progressive set', () => {
  test('learns a stream of its format, beside the base rate', async () => {
    const dir = folderOf({ 'other-part.csv.gz': `${[requestHeader, ...requests(2_000, 1)].join('\n')}\n` });
    const { metrics, baselines } = await amazonAccess.run(contextOf(dir));
    expect(metrics.auc).toBeGreaterThan(0.95);
    expect(metrics.logloss).toBeLessThan(0.7 * baselines['base rate so far']!.logloss!);
    expect(baselines['base rate so far']!.auc).toBeLessThan(0.6);
  });

  test('tunes on the first fifth alone: other labels behind it change nothing of the choice', async () => {
    const rows = requests(500, 2);
    const flipped = rows.map((row, at) => (at < 100 ? row : `${row.startsWith('1') ? '0' : '1'}${row.slice(1)}`));
    const [choice, other] = await Promise.all(
      [rows, flipped].map(async (each) => {
        const dir = folderOf({ 'train.csv': [requestHeader, ...each].join('\n') });
        return amazonAccess.run(contextOf(dir, { isTuning: true }));
      }),
    );
    expect(other!.config).toEqual(choice!.config);
    expect(other!.metrics).not.toEqual(choice!.metrics);
  });

  test('gives the same figures for the same seed, bit for bit, and others for another order', async () => {
    const random = seededRandom(3);
    const lines = Array.from({ length: 200 }, () => {
      const fields = Array.from({ length: 20 }, (_, at) =>
        [2, 5, 8, 11, 13, 16, 18].includes(at + 1) ? random.nextUint32() % 90 : `A${random.nextUint32() % 4}`,
      );
      return [...fields, Number(fields[1]) > 45 ? 2 : 1].join(' ');
    });
    const dir = folderOf({ 'german.data': lines.join('\n') });
    const first = await germanCredit.run(contextOf(dir));
    expect(await germanCredit.run(contextOf(dir))).toEqual(first);
    expect((await germanCredit.run(contextOf(dir, { seed: 2 }))).metrics).not.toEqual(first.metrics);
    expect(first.metrics.auc).toBeGreaterThan(0.75);
  });

  test('says which line is wrong', async () => {
    const rows = requests(100, 4);
    const run = (row: string): Promise<unknown> =>
      amazonAccess.run(contextOf(folderOf({ 'x.csv': [requestHeader, ...rows, row].join('\n') })));
    await expect(run('2,1,1,1,1,1,1,1,1,1')).rejects.toThrow('x.csv line 102, column ACTION: expected 0 or 1, got “2”');
    const short = folderOf({ 'x.csv': [requestHeader, ...rows.slice(0, 9)].join('\n') });
    await expect(amazonAccess.run(contextOf(short))).rejects.toThrow('expected at least 50 rows, got 9');
    await expect(germanCredit.run(contextOf(folderOf({ 'german.data': 'A11 6 A34' })))).rejects.toThrow('german.data line 1');
  });
});

test('intents of any number are told apart', async () => {
  const words = ['card', 'cash', 'rate', 'pin'];
  const lines = Array.from({ length: 240 }, (_, at) => `"Where is my ${words[at % 4]}, number ${at}?",intent_${at % 4}`);
  const dir = folderOf({ 'test.csv.gz': ['text,category', ...lines].join('\n') });
  const { metrics, baselines } = await banking77.run(contextOf(dir));
  expect(metrics.accuracy).toBeGreaterThan(0.9);
  expect(baselines['most frequent so far']!.accuracy).toBeLessThan(0.45);
});

describe('cdnow', () => {
  const day = (date: string, dollars = 10): { day: number; units: number; dollars: number } => ({ day: dayOf(date), units: 1, dollars });

  test('looks at the days up to the cut for features and behind it for the label', () => {
    const cut = dayOf('19970930');
    const [stays, gone, ...others] = customersAt(
      [[day('19970101'), day('19970930', 30), day('19970930'), day('19971001')], [day('19970201'), day('19980701')], [day('19971001')]],
      cut,
      dayOf('19980630'),
    );
    expect(others).toEqual([]);
    expect(stays).toMatchObject({ label: 1, daysSinceLast: 0, purchaseDays: 2 });
    expect(stays!.numbers['dollars']).toBeCloseTo(Math.log(51), 12);
    expect(gone).toMatchObject({ label: 0, daysSinceLast: 241, purchaseDays: 1 });
  });

  test('does not read what comes after the cut into the features', () => {
    const before = [day('19970105'), day('19970812')];
    const ends = [dayOf('19970930'), dayOf('19980630')] as const;
    const [quiet] = customersAt([before], ...ends);
    const [busy] = customersAt([[...before, day('19971001', 500), day('19980101', 500)]], ...ends);
    expect(busy).toEqual({ ...quiet, label: 1 });
  });

  test('refuses dates that are none', () => {
    expect([dayOf('19970101') - dayOf('19961231'), dayOf('19971301'), dayOf('1997-01-01')]).toEqual([1, NaN, NaN]);
  });
});

test('folds are disjoint, drawn by the seed, and differ by at most one in size', () => {
  const folds = foldsOf(103, 5, 1);
  const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((each) => each === fold).length);
  expect(sizes.toSorted((a, b) => a - b)).toEqual([20, 20, 21, 21, 21]);
  expect(foldsOf(103, 5, 1)).toEqual(folds);
  expect(foldsOf(103, 5, 2)).not.toEqual(folds);
});

test('shuffling keeps every thing, and first places are even: 1e4 orders of 6, chi-square below its 1e-6 quantile for 5 degrees', () => {
  const counts = new Array<number>(6).fill(0);
  for (let seed = 0; seed < 10_000; seed++) {
    const order = shuffled([0, 1, 2, 3, 4, 5], seed);
    counts[order[0]!]! += 1;
    if (seed === 7) expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  }
  expect(counts.reduce((sum, count) => sum + (count - 10_000 / 6) ** 2 / (10_000 / 6), 0)).toBeLessThan(36);
});

describe('the real data (skipped where HOMEBODY_DATA or ../shared/data lacks it)', () => {
  const floors = [
    [onlineShoppers, 0.912],
    [amazonAccess, 0.8],
    [germanCredit, 0.74],
    [creditcardFrauds, 0.97],
    [cdnow, 0.765],
  ] as const;
  for (const [set, floor] of floors) {
    const dir = join(dataDir, set.name);
    test.skipIf(!existsSync(dir))(`${set.name} reaches its targets`, async () => {
      const report = await set.run(contextOf(dir));
      expect(missesOf(report)).toEqual([]);
      expect(report.metrics.auc).toBeGreaterThan(floor);
    });
  }
});
