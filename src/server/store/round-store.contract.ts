import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { examplePolicy } from '../../wire/example-policies.contract.js';
import type { ModelDocument } from '../../wire/messages.js';
import { nextRound, type OpenedReport, type Round } from '../round.js';
import type { PolicyEntry, RoundEnd, RoundOpening, RoundStore } from './round-store.js';

const hex = (byte: number, bytes: number): string => byte.toString(16).padStart(2, '0').repeat(bytes);
const opening: RoundOpening = { policyHash: hex(7, 32), opensAtMs: 1_000, closesAtMs: 61_000, size: 3 };
const entry: PolicyEntry = { taskId: 'taste', policyHash: hex(7, 32), policy: examplePolicy(), publishedAtMs: 1_000 };
const report = (id: number, addend: readonly number[], change: Partial<OpenedReport> = {}): OpenedReport => ({
  reportId: hex(id, 16),
  bodyHash: hex(id, 32),
  taskId: 'taste',
  round: 1,
  addend,
  ...change,
});
const modelOf = (round: Round, version: number): ModelDocument => ({
  protocol: 1,
  taskId: round.taskId,
  version,
  policyHash: round.policyHash,
  round: round.round,
  publishedAtMs: 62_000,
  reports: round.tally.reports,
  estimate: round.tally.sums.map((sum) => sum / 3),
  noiseL2: 0.1,
  claim: 'a claim',
});
const close =
  (minimumBatch: number) =>
  (running: Round, latestVersion: number): RoundEnd => {
    const round = nextRound(running, { kind: 'ended', atMs: 62_000, minimumBatch });
    const model = round.phase === 'closed' ? modelOf(round, latestVersion + 1) : null;
    return { round, model, next: { ...opening, opensAtMs: 62_000, closesAtMs: 122_000 } };
  };

/**
 * The laws of a round store. `reopen` closes it and opens what is left of it, or is absent where nothing is left; `peer`
 * opens the one made last a second time, as another process would.
 */
export function describeRoundStore(
  name: string,
  make: () => Promise<RoundStore>,
  reopen?: (store: RoundStore) => Promise<RoundStore>,
  peer?: () => Promise<RoundStore>,
): void {
  describe(`a round store: ${name}`, () => {
    let store: RoundStore;
    beforeEach(async () => {
      store = await make();
      await store.publishPolicy(entry, opening);
    });
    afterEach(() => store.close());

    test('publishing a policy opens round 1, and publishing it again changes nothing', async () => {
      await store.commitReports([report(1, [1, 0, 0])]);
      await store.publishPolicy(entry, { ...opening, opensAtMs: 5_000 });
      expect(await store.tasks()).toEqual([entry]);
      expect(await store.policies('taste')).toEqual([entry]);
      expect(await store.currentRound('taste')).toEqual({
        taskId: 'taste',
        round: 1,
        policyHash: opening.policyHash,
        phase: 'collecting',
        opensAtMs: 1_000,
        closesAtMs: 61_000,
        endedAtMs: null,
        tally: { reports: 1, sums: [1, 0, 0] },
      });
    });

    test('the policy log keeps every version in order, a return to an older one included', async () => {
      const other = { ...entry, policyHash: hex(8, 32), policy: examplePolicy({ minimumBatch: 900 }), publishedAtMs: 2_000 };
      const back = { ...entry, publishedAtMs: 3_000 };
      await store.publishPolicy(other, opening);
      await store.publishPolicy(back, opening);
      expect(await store.policies('taste')).toEqual([entry, other, back]);
      expect(await store.tasks()).toEqual([back]);
      expect(await store.policies('nothing')).toEqual([]);
    });

    test('tasks come by id, each with its own round', async () => {
      await store.publishPolicy({ ...entry, taskId: 'alpha' }, { ...opening, size: 2 });
      await store.commitReports([report(1, [5, 6], { taskId: 'alpha' })]);
      expect((await store.tasks()).map((task) => task.taskId)).toEqual(['alpha', 'taste']);
      expect((await store.currentRound('alpha'))?.tally).toEqual({ reports: 1, sums: [5, 6] });
      expect((await store.currentRound('taste'))?.tally).toEqual({ reports: 0, sums: [0, 0, 0] });
      expect((await store.currentRound('taste'))?.phase).toBe('open');
      expect(await store.currentRound('nothing')).toBeNull();
    });

    test('a group counts each report once: repeats and replays within it and after it change nothing', async () => {
      const first = report(1, [1, 0, -4]);
      const forged = { ...first, bodyHash: hex(99, 32), addend: [0, 9, 0] };
      expect(await store.commitReports([first, report(2, [0, 2, 0]), first, forged])).toEqual(['counted', 'counted', 'repeat', 'replay']);
      expect(await store.commitReports([forged, first])).toEqual(['replay', 'repeat']);
      expect((await store.currentRound('taste'))?.tally).toEqual({ reports: 2, sums: [1, 2, -4] });
      expect(await store.bodyHashOf(first.reportId)).toBe(first.bodyHash);
      expect(await store.bodyHashOf(hex(55, 16))).toBeNull();
    });

    test('the tally does not depend on the order or grouping of reports, nor on how often each comes', async () => {
      const reports = [report(1, [1, 2, 3]), report(2, [4, -5, 6]), report(3, [7, 8, -9]), report(4, [10, 11, 12])];
      const groups = fc.array(fc.array(fc.constantFrom(...reports), { maxLength: 6 }), { maxLength: 4 });
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(groups, async (sent) => {
          const taskId = `run-${runs++}`; // a task and ids of its own: a fresh store for each would only take longer
          const own = (group: readonly OpenedReport[]): OpenedReport[] =>
            group.map((each) => ({ ...each, taskId, reportId: each.reportId.slice(8) + runs.toString(16).padStart(8, '0') }));
          await store.publishPolicy({ ...entry, taskId }, opening);
          for (const group of [...sent, reports]) await store.commitReports(own(group));
          expect((await store.currentRound(taskId))?.tally).toEqual({ reports: 4, sums: [22, 16, 12] });
        }),
        { numRuns: 25, seed: 5 },
      );
    });

    test('a report of another round or of no task is not counted, and its id stays free', async () => {
      const early = report(1, [1, 1, 1], { round: 2 });
      expect(await store.commitReports([early, report(2, [1, 1, 1], { taskId: 'nothing' })])).toEqual(['round-closed', 'round-closed']);
      expect(await store.bodyHashOf(early.reportId)).toBeNull();
      expect((await store.currentRound('taste'))?.tally.reports).toBe(0);
    });

    test('ending a round with enough reports publishes an immutable model and opens the next round', async () => {
      await store.commitReports([report(1, [3, 0, 0]), report(2, [0, 3, 0])]);
      const end = await store.endRound('taste', 1, close(2));
      expect(end?.round).toMatchObject({ round: 1, phase: 'closed', endedAtMs: 62_000, tally: { reports: 2, sums: [3, 3, 0] } });
      const text = JSON.stringify(end?.model);
      expect(await store.model('taste', 'latest')).toEqual({ version: 1, text });
      expect(await store.model('taste', 1)).toEqual({ version: 1, text });
      expect(await store.model('taste', 2)).toBeNull();
      expect(await store.currentRound('taste')).toMatchObject({
        round: 2,
        phase: 'open',
        opensAtMs: 62_000,
        tally: { reports: 0, sums: [0, 0, 0] },
      });
    });

    test('a report counted in an ended round is still known, and a new one for it is refused', async () => {
      await store.commitReports([report(1, [3, 0, 0])]);
      await store.endRound('taste', 1, close(1));
      expect(await store.commitReports([report(1, [3, 0, 0]), report(2, [3, 0, 0]), report(3, [1, 0, 0], { round: 2 })])).toEqual([
        'repeat',
        'round-closed',
        'counted',
      ]);
      expect((await store.currentRound('taste'))?.tally).toEqual({ reports: 1, sums: [1, 0, 0] });
    });

    test('ending a round without enough publishes nothing; versions go on by one', async () => {
      expect((await store.endRound('taste', 1, close(1)))?.round.phase).toBe('abandoned');
      expect(await store.model('taste', 'latest')).toBeNull();
      await store.commitReports([report(1, [1, 0, 0], { round: 2 })]);
      expect((await store.endRound('taste', 2, close(1)))?.model?.version).toBe(1);
      await store.commitReports([report(2, [1, 0, 0], { round: 3 })]);
      expect((await store.endRound('taste', 3, close(1)))?.model?.version).toBe(2);
      expect((await store.rounds('taste', 3)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['4 open', '3 closed', '2 closed']);
      expect(await store.model('taste', 1)).toMatchObject({ version: 1 });
    });

    test('a round ends once: a second call for it changes nothing', async () => {
      await store.endRound('taste', 1, close(1));
      expect(await store.endRound('taste', 1, close(1))).toBeNull();
      expect(await store.endRound('nothing', 1, close(1))).toBeNull();
      expect((await store.currentRound('taste'))?.round).toBe(2);
    });

    test('a decision that throws leaves the round as it was', async () => {
      await store.commitReports([report(1, [1, 0, 0])]);
      const failing = store.endRound('taste', 1, () => {
        throw new Error('no estimate');
      });
      await expect(failing).rejects.toThrow('no estimate');
      expect(await store.currentRound('taste')).toMatchObject({ round: 1, phase: 'collecting', tally: { reports: 1 } });
    });

    test('a model published outside a round is the next version, and the round goes on with what it has', async () => {
      await store.commitReports([report(1, [3, 0, 0])]);
      const running = (await store.currentRound('taste'))!;
      const publish = (): Promise<ModelDocument> => store.publishModel('taste', (latest) => modelOf(running, latest + 1));
      const versions = (await Promise.all([publish(), publish(), publish()])).map(({ version }) => version);
      expect(versions.sort((one, other) => one - other)).toEqual([1, 2, 3]);
      expect(await store.model('taste', 'latest')).toEqual({ version: 3, text: JSON.stringify(modelOf(running, 3)) });
      expect(await store.currentRound('taste')).toEqual(running);
      expect((await store.endRound('taste', 1, close(1)))?.model?.version).toBe(4);
    });

    test('ended by two at once, a round ends once, and one model is published', async () => {
      await store.commitReports([report(1, [3, 0, 0])]);
      const ends = await Promise.all([store.endRound('taste', 1, close(1)), store.endRound('taste', 1, close(1))]);
      expect(new Set(ends.map((end) => end?.model?.version ?? null))).toEqual(new Set([1, null]));
      expect(await store.model('taste', 2)).toBeNull();
      expect((await store.rounds('taste', 9)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['2 open', '1 closed']);
    });

    test('groups that meet the end of their round are in it wholly or refused: nothing is lost, nothing comes late', async () => {
      const groups = Array.from({ length: 12 }, (_, at) => [report(2 * at + 1, [1, 0, 0]), report(2 * at + 2, [0, 1, 0])]);
      const sent = groups.map((group) => store.commitReports(group));
      const [end, ...outcomes] = await Promise.all([store.endRound('taste', 1, close(1)), ...sent]);
      const counted = outcomes.flat().filter((outcome) => outcome === 'counted').length;
      expect(outcomes.flat().filter((outcome) => outcome === 'round-closed').length).toBe(24 - counted);
      expect(end?.round.tally).toEqual({ reports: counted, sums: [counted / 2, counted / 2, 0] });
      expect((await store.rounds('taste', 2)).map(({ tally }) => tally.reports)).toEqual([0, counted]);
    });

    test('100,000 ids are told apart, and each is still known', { timeout: 60_000 }, async () => {
      const [groups, size] = [50, 2_000];
      const numbered = (id: number): OpenedReport => ({ ...report(1, [1, id, 0]), reportId: id.toString(16).padStart(32, '0') });
      const groupOf = (group: number): OpenedReport[] => Array.from({ length: size }, (_, at) => numbered(group * size + at));
      for (let group = 0; group < groups; group++) expect(new Set(await store.commitReports(groupOf(group)))).toEqual(new Set(['counted']));
      const total = groups * size;
      const tally = { reports: total, sums: [total, (total * (total - 1)) / 2, 0] };
      expect((await store.currentRound('taste'))?.tally).toEqual(tally);
      expect(new Set(await store.commitReports(groupOf(17)))).toEqual(new Set(['repeat']));
      expect(await store.commitReports([{ ...numbered(99_999), bodyHash: hex(1, 31) + '00' }])).toEqual(['replay']);
      expect((await store.currentRound('taste'))?.tally).toEqual(tally);
    });

    if (reopen === undefined) return;
    test('two writers with the same reports count each once; one that is behind changes nothing', async () => {
      const other = await peer!();
      try {
        const group = Array.from({ length: 20 }, (_, at) => report(at + 1, [1, 0, 0]));
        const outcomes = await Promise.all([store.commitReports(group), other.commitReports([...group].reverse())]);
        expect(outcomes.flat().sort()).toEqual([...group.map(() => 'counted'), ...group.map(() => 'repeat')]);
        expect((await other.currentRound('taste'))?.tally).toEqual({ reports: 20, sums: [20, 0, 0] });
        await store.endRound('taste', 1, close(1));
        expect(await other.endRound('taste', 1, close(1))).toBeNull();
        expect(await other.commitReports([report(77, [1, 0, 0]), report(1, [1, 0, 0])])).toEqual(['round-closed', 'repeat']);
        expect(await other.commitReports([report(78, [1, 0, 0], { round: 2 })])).toEqual(['counted']);
        expect((await store.currentRound('taste'))?.tally.reports).toBe(1);
      } finally {
        await other.close();
      }
    });

    test('everything is there after it was closed and opened again', async () => {
      await store.commitReports([report(1, [3, 0, 0]), report(2, [0, 3, 0])]);
      await store.endRound('taste', 1, close(2));
      await store.commitReports([report(3, [0, 0, 2 ** 40], { round: 2 })]);
      const model = await store.model('taste', 1);
      store = await reopen(store);
      expect(await store.model('taste', 1)).toEqual(model);
      expect(await store.tasks()).toEqual([entry]);
      expect(await store.commitReports([report(3, [0, 0, 2 ** 40], { round: 2 }), report(1, [3, 0, 0])])).toEqual(['repeat', 'repeat']);
      expect((await store.currentRound('taste'))?.tally).toEqual({ reports: 1, sums: [0, 0, 2 ** 40] });
    });
  });
}
