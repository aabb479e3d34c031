import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideRelease, ledgerTime, releaseCap, type PastRelease, type ReleaseHistory } from './release-rules.js';
import type { ReleaseTerms } from './round-policy.js';

const DAY = 86_400_000;
const terms: ReleaseTerms = { separationDays: 30, windowDays: 365, releasesPerWindow: 4 };
const past = (day: number, change: Partial<PastRelease> = {}): PastRelease => ({
  taskId: 'taste',
  policyHash: 'aa',
  round: day,
  atMs: day * DAY,
  terms,
  ...change,
});
const history = (entries: readonly PastRelease[], change: Partial<ReleaseHistory> = {}): ReleaseHistory => ({
  entries,
  createdAtMs: 0,
  highWaterMs: 0,
  ...change,
});
const ask = (entries: readonly PastRelease[], day: number, change: Partial<ReleaseHistory> = {}, own: ReleaseTerms = terms) =>
  decideRelease(history(entries, change), { taskId: 'taste', policyHash: 'aa', round: 99_999, terms: own }, day * DAY);
const refusal = (code: string) => expect.objectContaining({ code });

describe('a release', () => {
  test('waits until fresh storage is as old as the separation, to the millisecond', () => {
    expect(() => ask([], 30 - 1 / DAY)).toThrow(refusal('probation'));
    expect(ask([], 30)).toEqual({ atMs: 30 * DAY });
  });

  test('waits for the separation from the last one, of whatever task', () => {
    expect(() => ask([past(100, { taskId: 'other' })], 130 - 1 / DAY)).toThrow(refusal('budget-spent'));
    expect(ask([past(100, { taskId: 'other' })], 130).atMs).toBe(130 * DAY);
  });

  test('the fifth within 365 days is refused; the window slides', () => {
    const four = [100, 130, 160, 190].map((day) => past(day));
    expect(() => ask(four, 300)).toThrow('4 of at most 4 releases in 365 days are spent, the next may follow in 165 days');
    expect(() => ask(four, 465 - 1 / DAY)).toThrow(refusal('budget-spent'));
    expect(ask(four, 465).atMs).toBe(465 * DAY);
    const six = [40, 70, 100, 130, 160, 190].map((day) => past(day)); // spent under a laxer promise that has passed
    expect(() => ask(six, 300)).toThrow('6 of at most 4 releases in 365 days are spent, the next may follow in 165 days');
  });

  test('an earlier policy’s promise binds a later, laxer one for its window', () => {
    const lax: ReleaseTerms = { separationDays: 30, windowDays: 365, releasesPerWindow: 13 };
    const four = [100, 130, 160, 190].map((day) => past(day));
    expect(() => ask(four, 300, {}, lax)).toThrow(/4 of at most 4/);
    expect(
      ask(
        four.map((entry) => ({ ...entry, terms: lax })),
        300,
        {},
        lax,
      ).atMs,
    ).toBe(300 * DAY);
  });

  test('one round hears a device once, even with no separation', () => {
    const loose: ReleaseTerms = { separationDays: 0, windowDays: 365, releasesPerWindow: 100 };
    const entries = [past(5, { round: 7, terms: loose })];
    const again = { taskId: 'taste', policyHash: 'aa', round: 7, terms: loose };
    expect(() => decideRelease(history(entries), again, 5 * DAY)).toThrow(/round 7/);
    expect(decideRelease(history(entries), { ...again, round: 8 }, 5 * DAY).atMs).toBe(5 * DAY);
  });

  test('a clock set back does not open a slot, and the spend is dated at the high-water mark', () => {
    expect(ask([], 10, { highWaterMs: 40 * DAY }).atMs).toBe(40 * DAY);
    expect(() => ask([past(40)], 10, { highWaterMs: 40 * DAY })).toThrow(refusal('budget-spent'));
  });

  test('the cap is what fits the window where the policy says more', () => {
    expect(releaseCap({ separationDays: 30, windowDays: 365, releasesPerWindow: 99 })).toBe(13);
    expect(ledgerTime(500, 300, 100)).toBe(300);
    expect(ledgerTime(200, 300, 250)).toBe(250);
  });
});

describe('whatever the clocks, policies and losses of storage', () => {
  const anyTerms = fc.record({
    separationDays: fc.integer({ min: 30, max: 60 }),
    windowDays: fc.constantFrom(90, 180, 365),
    releasesPerWindow: fc.integer({ min: 1, max: 13 }),
  });
  const steps = fc.array(
    fc.record({
      waitDays: fc.double({ min: 0, max: 40, noNaN: true }),
      clockErrorDays: fc.double({ min: -400, max: 400, noNaN: true }),
      loses: fc.boolean(),
      which: fc.nat(2),
    }),
    { minLength: 20, maxLength: 120 },
  );

  test('storage kept, local clock wrong in any way: no promise of any release is broken in any window', () => {
    fc.assert(
      fc.property(steps, fc.array(anyTerms, { minLength: 3, maxLength: 3 }), (walk, policies) => {
        let now = 0;
        let state: ReleaseHistory = history([]);
        walk.forEach(({ waitDays, clockErrorDays, which }, at) => {
          now += waitDays * DAY;
          const own = policies[which]!;
          try {
            const { atMs } = decideRelease(
              state,
              { taskId: `task ${which}`, policyHash: 'aa', round: at, terms: own },
              ledgerTime(now + clockErrorDays * DAY, now, state.highWaterMs),
            );
            expect(atMs).toBeLessThanOrEqual(now); // never dated into the future
            state = {
              ...state,
              entries: [...state.entries, { taskId: `task ${which}`, policyHash: 'aa', round: at, atMs, terms: own }],
              highWaterMs: atMs,
            };
          } catch (thrown) {
            expect(['budget-spent', 'probation']).toContain((thrown as { code?: string }).code);
          }
        });
        for (const [index, { atMs, terms: promise }] of state.entries.entries()) {
          const inWindow = state.entries.filter((entry) => entry.atMs >= atMs && entry.atMs < atMs + promise!.windowDays * DAY).length;
          expect(inWindow).toBeLessThanOrEqual(releaseCap(promise!));
          const next = state.entries[index + 1];
          if (next !== undefined) expect(next.atMs - atMs).toBeGreaterThanOrEqual(promise!.separationDays * DAY);
        }
      }),
      { seed: 21, numRuns: 300 },
    );
  });

  test('storage lost again and again, clock right: at most ⌈window / separation⌉ in any window', () => {
    fc.assert(
      fc.property(steps, (walk) => {
        let now = 0;
        let state: ReleaseHistory = history([]);
        const releases: number[] = [];
        walk.forEach(({ waitDays, loses }, at) => {
          now += waitDays * DAY;
          if (loses) state = { entries: [], createdAtMs: now, highWaterMs: now };
          try {
            const { atMs } = decideRelease(state, { taskId: 'taste', policyHash: 'aa', round: at, terms }, now);
            releases.push(atMs);
            state = { ...state, entries: [...state.entries, past(0, { round: at, atMs })], highWaterMs: atMs };
          } catch {
            // refused
          }
        });
        for (const from of releases)
          expect(releases.filter((atMs) => atMs >= from && atMs < from + 365 * DAY).length).toBeLessThanOrEqual(13);
      }),
      { seed: 22, numRuns: 300 },
    );
  });
});
