import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { deferred, withDeadline } from './clock.js';
import { manualClock } from './manual-clock.contract.js';

describe('a deadline', () => {
  test('passes on what comes in time and leaves no timer behind', async () => {
    const clock = manualClock();
    await expect(withDeadline(clock, Promise.resolve(5), 10, 'storage-blocked', 'waiting')).resolves.toBe(5);
    expect(clock.waiting()).toBe(0);
  });

  test('rejects with its code when late, and hands the late answer to whom it concerns', async () => {
    const clock = manualClock();
    let finish: (value: string) => void = () => {};
    const late: string[] = [];
    const work = new Promise<string>((resolve) => (finish = resolve));
    const result = withDeadline(clock, work, 10, 'storage-blocked', 'opening', (value) => late.push(value));
    const caught = result.catch((error: unknown) => error);
    await clock.advance(11);
    expect(await caught).toMatchObject({ code: 'storage-blocked', message: 'opening took longer than 10 ms' });
    finish('at last');
    await clock.advance(0);
    expect(late).toEqual(['at last']);
  });

  test('passes on the error of the work itself', async () => {
    const clock = manualClock();
    const failed = withDeadline(clock, Promise.reject(new SdkError('schema-newer', 'n')), 10, 'storage-blocked', 'opening');
    await expect(failed).rejects.toMatchObject({ code: 'schema-newer' });
  });
});

describe('deferred work', () => {
  test('many requests make one run, after the last of them', async () => {
    const clock = manualClock();
    const runs: number[] = [];
    const work = deferred(
      clock,
      100,
      async () => void runs.push(clock.now()),
      () => {},
    );
    const startMs = clock.now();
    work.request();
    await clock.advance(60);
    work.request();
    await clock.advance(60);
    expect(runs).toEqual([]);
    await clock.advance(60);
    expect(runs).toEqual([startMs + 160]);
  });

  test('flush runs what was requested at once, and nothing where nothing was', async () => {
    const clock = manualClock();
    let runs = 0;
    const work = deferred(
      clock,
      100,
      async () => void runs++,
      () => {},
    );
    await work.flush();
    expect(runs).toBe(0);
    work.request();
    await work.flush();
    expect(runs).toBe(1);
    await clock.advance(500);
    expect(runs).toBe(1);
  });
});
