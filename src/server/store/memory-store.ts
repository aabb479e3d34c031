import { emptyTally, foldReport, isRunning, nextRound, type Round } from '../round.js';
import type { PolicyEntry, RoundOpening, RoundStore, StoredModel } from './round-store.js';

/** Keeps everything in this process: for tests, simulations and a first look. The reference of the contract suite. */
export function openMemoryStore(): RoundStore {
  const policies = new Map<string, PolicyEntry[]>();
  const rounds = new Map<string, Round[]>();
  const models = new Map<string, StoredModel[]>();
  const counted = new Map<string, string>();

  const running = (taskId: string): Round | null => {
    const last = rounds.get(taskId)?.at(-1);
    return last !== undefined && isRunning(last) ? last : null;
  };
  const replace = (round: Round): void => {
    const list = rounds.get(round.taskId)!;
    list[list.length - 1] = round;
  };
  const open = (taskId: string, round: number, { size, ...opening }: RoundOpening): void => {
    const list = rounds.get(taskId) ?? [];
    rounds.set(taskId, list);
    list.push({ taskId, round, ...opening, phase: 'open', endedAtMs: null, tally: emptyTally(size) });
  };

  return {
    async publishPolicy(entry, firstRound) {
      const log = policies.get(entry.taskId) ?? [];
      policies.set(entry.taskId, log);
      if (log.at(-1)?.policyHash !== entry.policyHash) log.push(entry);
      if (running(entry.taskId) === null) open(entry.taskId, 1, firstRound);
    },
    async policies(taskId) {
      return [...(policies.get(taskId) ?? [])];
    },
    async tasks() {
      const latest = [...policies.values()].map((log) => log.at(-1)!);
      return latest.sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
    },
    async currentRound(taskId) {
      return running(taskId);
    },
    async rounds(taskId, limit) {
      return (rounds.get(taskId) ?? []).slice(-limit).reverse();
    },
    async bodyHashOf(reportId) {
      return counted.get(reportId) ?? null;
    },
    async commitReports(reports) {
      return reports.map((report) => {
        const countedAs = counted.get(report.reportId) ?? null;
        const round = running(report.taskId);
        // A repeat is answered as before even when its round has ended meanwhile.
        if (round === null || (countedAs === null && round.round !== report.round)) return 'round-closed';
        const { tally, outcome } = foldReport(round.tally, countedAs, report);
        if (outcome === 'counted') {
          counted.set(report.reportId, report.bodyHash);
          replace(nextRound(round, { kind: 'tallied', tally }));
        }
        return outcome;
      });
    },
    async endRound(taskId, number, decide) {
      const round = running(taskId);
      if (round?.round !== number) return null;
      const published = models.get(taskId) ?? [];
      const end = decide(round, published.at(-1)?.version ?? 0);
      replace(end.round);
      if (end.model !== null) models.set(taskId, [...published, { version: end.model.version, text: JSON.stringify(end.model) }]);
      open(taskId, number + 1, end.next);
      return end;
    },
    async publishModel(taskId, make) {
      const published = models.get(taskId) ?? [];
      const model = make(published.at(-1)?.version ?? 0);
      models.set(taskId, [...published, { version: model.version, text: JSON.stringify(model) }]);
      return model;
    },
    async model(taskId, version) {
      const published = models.get(taskId) ?? [];
      return (version === 'latest' ? published.at(-1) : published.find((model) => model.version === version)) ?? null;
    },
    async isLeader() {
      return true; // no other process sees it
    },
    async close() {
      for (const map of [policies, rounds, models, counted]) map.clear();
    },
  };
}
