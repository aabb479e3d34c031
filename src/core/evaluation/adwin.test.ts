import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { addToAdwin, emptyAdwin, type Adwin } from './adwin.js';

const confidence = 0.002;

/** Feeds coins of a chance that depends on the time; answers the times at which a change was seen. */
function feed(chanceAt: (time: number) => number, length: number, seed: number): { adwin: Adwin; seenAt: number[]; before: number[] } {
  const random = seededRandom(seed);
  let adwin = emptyAdwin;
  const seenAt: number[] = [];
  const before: number[] = [];
  for (let time = 0; time < length; time++) {
    const result = addToAdwin(adwin, [random.nextUnit() < chanceAt(time) ? 1 : 0], confidence);
    adwin = result.adwin;
    if (result.change === null) continue;
    seenAt.push(time);
    before.push(result.change.before);
  }
  return { adwin, seenAt, before };
}

describe('an adaptive window', () => {
  test('keeps the exact mean of what it holds, in few buckets', () => {
    let adwin = emptyAdwin;
    for (let at = 0; at < 1000; at++) adwin = addToAdwin(adwin, [at % 2], confidence).adwin;
    expect(adwin).toMatchObject({ length: 1000, mean: 0.5 });
    expect(adwin.buckets.length).toBeLessThan(50);
    expect(adwin.buckets.reduce((sum, { squares, count, sum: total }) => sum + squares + total ** 2 / count, 0)).toBeCloseTo(500, 8);
  });

  test('sees an abrupt change within 100 values and forgets what was before, for every one of 20 seeds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { adwin, seenAt } = feed((time) => (time < 500 ? 0.2 : 0.7), 700, seed);
      const first = seenAt.find((time) => time >= 500)!;
      expect(first, `seed ${seed}`).toBeLessThan(600);
      expect(adwin.length, `seed ${seed}`).toBeLessThan(260);
      expect(adwin.mean, `seed ${seed}`).toBeGreaterThan(0.5);
    }
  });

  test('is quiet on a steady stream: seeds are fixed, so this is a fact about them and no test of chance', () => {
    for (let seed = 1; seed <= 20; seed++) expect(feed(() => 0.4, 2000, seed).seenAt, `seed ${seed}`).toEqual([]);
  });

  test('holds the same when values come several at a time, where nothing is cut', () => {
    const values = Array.from({ length: 40 }, (_, at) => (at % 3) / 2);
    const oneByOne = values.reduce((adwin, value) => addToAdwin(adwin, [value], confidence).adwin, emptyAdwin);
    expect(addToAdwin(emptyAdwin, values, confidence)).toEqual({ adwin: oneByOne, change: null });
    expect(addToAdwin(oneByOne, [], confidence).adwin).toEqual(oneByOne);
  });

  test('refuses a value that is not in [0, 1]', () => {
    expect(() => addToAdwin(emptyAdwin, [1.5], confidence)).toThrow('from 0 to 1');
    expect(() => addToAdwin(emptyAdwin, [Number.NaN], confidence)).toThrow('from 0 to 1');
  });
});
