import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyTally, foldReport, nextRound, type OpenedReport, type Round, type RoundEvent, type Tally } from './round.js';

const round: Round = {
  taskId: 'taste',
  round: 4,
  policyHash: 'ab'.repeat(32),
  phase: 'open',
  opensAtMs: 0,
  closesAtMs: 60_000,
  endedAtMs: null,
  tally: emptyTally(2),
};

describe('the fold', () => {
  const report = (id: number, addend: readonly number[]): OpenedReport => ({
    reportId: `${id}`,
    bodyHash: `hash of ${id}`,
    taskId: 'taste',
    round: 4,
    addend,
  });
  const fold = (reports: readonly OpenedReport[]): Tally => {
    const counted = new Map<string, string>();
    return reports.reduce((tally, next) => {
      const folded = foldReport(tally, counted.get(next.reportId) ?? null, next);
      if (folded.outcome === 'counted') counted.set(next.reportId, next.bodyHash);
      return folded.tally;
    }, emptyTally(2));
  };
  const anyReports = fc
    .uniqueArray(fc.tuple(fc.nat(1e6), fc.integer(), fc.integer()), { selector: ([id]) => id, maxLength: 20 })
    .map((rows) => rows.map(([id, ...addend]) => report(id, addend)));

  test('is commutative: any order of the same reports gives the same tally', () => {
    const shuffles = anyReports.chain((reports) =>
      fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })),
    );
    fc.assert(
      fc.property(shuffles, ([reports, shuffled]) => {
        expect(fold(shuffled)).toEqual(fold(reports));
      }),
    );
  });

  test('is idempotent: reports that come again change nothing', () => {
    const repeats = anyReports.chain((reports) => fc.tuple(fc.constant(reports), fc.subarray(reports)));
    fc.assert(
      fc.property(repeats, ([reports, again]) => {
        expect(fold([...again, ...reports, ...again])).toEqual(fold(reports));
      }),
    );
  });

  test('tells a repeat from a replay, and leaves the tally it was given as it is', () => {
    const before = { reports: 2, sums: [5, -3] };
    expect(foldReport(before, null, report(1, [1, -7]))).toEqual({ tally: { reports: 3, sums: [6, -10] }, outcome: 'counted' });
    expect(foldReport(before, 'hash of 1', report(1, [1, -7]))).toEqual({ tally: before, outcome: 'repeat' });
    expect(foldReport(before, 'another', report(1, [1, -7]))).toEqual({ tally: before, outcome: 'replay' });
    expect(before).toEqual({ reports: 2, sums: [5, -3] });
  });
});

describe('a round', () => {
  const tallied: RoundEvent = { kind: 'tallied', tally: { reports: 2, sums: [2, 0] } };
  const ended = (minimumBatch: number): RoundEvent => ({ kind: 'ended', atMs: 61_000, minimumBatch });

  test('collects from its first report on', () => {
    expect(nextRound(round, tallied)).toEqual({ ...round, phase: 'collecting', tally: { reports: 2, sums: [2, 0] } });
  });
  test('closes with exactly the minimum batch and is abandoned with one less', () => {
    const collecting = nextRound(round, tallied);
    expect(nextRound(collecting, ended(2))).toEqual({ ...collecting, phase: 'closed', endedAtMs: 61_000 });
    expect(nextRound(collecting, ended(3))).toEqual({ ...collecting, phase: 'abandoned', endedAtMs: 61_000 });
    expect(nextRound(round, ended(1)).phase).toBe('abandoned');
  });
  test('never changes once it has ended', () => {
    for (const minimumBatch of [2, 3]) {
      const over = nextRound(nextRound(round, tallied), ended(minimumBatch));
      for (const event of [tallied, ended(1)])
        expect(() => nextRound(over, event)).toThrow(expect.objectContaining({ code: 'round-closed' }));
    }
  });
});
