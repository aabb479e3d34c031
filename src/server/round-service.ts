import { createHash } from 'node:crypto';
import { SdkError } from '../core/errors.js';
import { policyHash as hashOf, toHex } from '../wire/canonical.js';
import { openReport, type KeyPair } from '../wire/hpke.js';
import type { Accepted, ModelDocument } from '../wire/messages.js';
import type { Policy } from '../wire/policy.js';
import { decodeReportFrame, type ReportFrame } from '../wire/report-frame.js';
import { addendOf, modelOf, tallySize } from './estimate.js';
import { isPlausible } from './gate.js';
import { createGroupCommit } from './group-commit.js';
import type { Metrics } from './metrics.js';
import { nextRound, type Round } from './round.js';
import type { PolicyEntry, RoundEnd, RoundOpening, RoundStore } from './store/round-store.js';

/**
 * Tasks, their running rounds and the way of a report into the tally. Several services may share a store: the store is the
 * record, what a service remembers of it is refreshed, and of all services one ends rounds at their time.
 */
export interface RoundService {
  /** Makes this the policy of its task from the next round on, which opens at once. The same policy again changes nothing. */
  publish(policy: Policy): Promise<RunningTask>;
  /** The tasks and their rounds as of now, by task id. */
  tasks(): Promise<readonly RunningTask[]>;
  /**
   * Opens, checks and counts one report; resolves after the commit.
   * @throws SdkError with the code of the first rule it breaks
   */
  submit(body: Uint8Array): Promise<Accepted>;
  /**
   * Publishes an earlier version's estimate again, as the newest version: devices take the latest, and none is ever changed.
   * Costs no privacy, for it tells what was told.
   */
  rollBack(taskId: string, version: number): Promise<ModelDocument>;
  /** Ends the running round now, whatever its deadline. */
  endRound(taskId: string): Promise<RoundEnd>;
  /** Ends every round whose deadline has passed, where that is this service's to do. Called by a timer and before every answer. */
  advance(): Promise<void>;
  /** Learns what other processes did to tasks and rounds. Called by a timer. */
  refresh(): Promise<void>;
  /** Grows by one whenever a policy or a round changed. */
  readonly revision: number;
  /** Reports being opened or committed. */
  readonly waiting: number;
  /** How many may. */
  readonly waitingLimit: number;
  /** Commits what waits; the store stays open. */
  close(): Promise<void>;
}

export interface RunningTask {
  readonly entry: PolicyEntry;
  readonly round: number;
  readonly opensAtMs: number;
  readonly closesAtMs: number;
}

export interface RoundServiceParts {
  readonly store: RoundStore;
  readonly keys: KeyPair;
  readonly metrics: Metrics;
  /** Epoch ms. */
  readonly now: () => number;
  /** `ingest` only counts reports; some other process of the same store ends rounds. Default `all`. */
  readonly role?: ServerRole;
  /** Reports that may wait at once; more are refused with `too-busy`. Default 1,024. */
  readonly waitingLimit?: number;
  /** A round was abandoned because honest devices cannot have sent its sum. */
  readonly onImplausible?: (taskId: string, round: number) => void;
}

export type ServerRole = 'all' | 'ingest';

/** A report that fits no running round may have met one that another process has just opened; strangers cannot ask more often. */
const REFRESH_AGAIN_MS = 250;

/** Takes up where the store was left: a round that ran when the process died goes on with every report it had. */
export async function createRoundService(parts: RoundServiceParts): Promise<RoundService> {
  const { store, keys, metrics, now, role = 'all', waitingLimit = 1_024, onImplausible = () => {} } = parts;
  const commits = createGroupCommit(store, metrics.committed);
  const tasks = new Map<string, RunningTask>();
  const ending = new Map<string, Promise<RoundEnd | null>>();
  let waiting = 0;
  let revision = 0;

  const remember = (entry: PolicyEntry, round: Pick<Round, 'round' | 'opensAtMs' | 'closesAtMs'>): RunningTask => {
    const task = { entry, round: round.round, opensAtMs: round.opensAtMs, closesAtMs: round.closesAtMs };
    tasks.set(entry.taskId, task);
    revision++;
    return task;
  };

  const endOnce = async (taskId: string, entry: PolicyEntry): Promise<RoundEnd | null> => {
    await commits.flush(); // whoever was here before the deadline is counted
    const running = await store.currentRound(taskId);
    if (running === null) throw new SdkError('invalid-state', `task ${taskId} has no running round`);
    const ruling = (await store.policies(taskId)).findLast((past) => past.policyHash === running.policyHash) ?? entry;
    const atMs = now();
    const end = await store.endRound(taskId, running.round, (round, latestVersion) => {
      const plausible = isPlausible(round.tally, ruling.policy);
      const ended = nextRound(round, { kind: 'ended', atMs, minimumBatch: ruling.policy.minimumBatch, isPlausible: plausible });
      const model = ended.phase === 'closed' ? modelOf(ended, ruling.policy, latestVersion + 1, atMs) : null;
      return { round: ended, model, next: openingOf(entry, atMs) };
    });
    if (end === null) {
      await refresh(); // another process has ended it
      return null;
    }
    if (!isPlausible(end.round.tally, ruling.policy)) onImplausible(taskId, end.round.round);
    if (end.round.phase === 'closed' || end.round.phase === 'abandoned') metrics.roundEnded(end.round.phase);
    remember(entry, { ...end.next, round: end.round.round + 1 });
    return end;
  };
  /** Calls that overlap share one ending: a deadline never ends the round that has just opened. */
  const end = (taskId: string, entry: PolicyEntry): Promise<RoundEnd | null> => {
    const running = ending.get(taskId) ?? endOnce(taskId, entry).finally(() => ending.delete(taskId));
    ending.set(taskId, running);
    return running;
  };

  const endsRounds = async (): Promise<boolean> => role === 'all' && (await store.isLeader());
  let refreshedAtMs = now();
  const refresh = async (): Promise<void> => {
    refreshedAtMs = now();
    for (const entry of await store.tasks()) {
      const round = await store.currentRound(entry.taskId);
      const known = tasks.get(entry.taskId);
      if (round === null || (known !== undefined && round.round <= known.round)) continue;
      // Until the round under an older policy has ended, that policy rules.
      const isRuling = entry.policyHash === round.policyHash;
      const log = isRuling ? [] : await store.policies(entry.taskId);
      remember(log.findLast((past) => past.policyHash === round.policyHash) ?? entry, round);
    }
  };
  const advance = async (): Promise<void> => {
    for (const task of tasks.values()) {
      if (task.closesAtMs > now()) continue;
      if (await endsRounds()) await end(task.entry.taskId, (await policyNow(task)) ?? task.entry);
      else if (now() - refreshedAtMs >= REFRESH_AGAIN_MS) await refresh();
    }
  };
  /** The policy of the next round: another process may have published one and died before it ended the round under the old one. */
  const policyNow = async ({ entry }: RunningTask): Promise<PolicyEntry | undefined> =>
    (await store.tasks()).find(({ taskId }) => taskId === entry.taskId);

  /** Why a report fits no running round; else the task it is for. */
  const taskOf = ({ taskId, policyHash, round }: ReportFrame): RunningTask | SdkError => {
    const task = tasks.get(taskId);
    if (task === undefined) return new SdkError('unknown-task', `there is no task ${taskId} here`);
    if (policyHash !== task.entry.policyHash) {
      return new SdkError('wrong-policy', 'the report was made under another policy than the task has now: fetch the task again');
    }
    if (round < task.round) return new SdkError('round-closed', `round ${round} has ended; round ${task.round} is open`);
    if (round > task.round) return new SdkError('wrong-round', `round ${round} is not open yet; round ${task.round} is`);
    return task;
  };

  const count = async (body: Uint8Array): Promise<Accepted> => {
    const frame = decodeReportFrame(body);
    await advance();
    const reportId = toHex(frame.reportId);
    const bodyHash = createHash('sha256').update(body).digest('hex');
    const accepted = { reportId, round: frame.round };
    let task = taskOf(frame);
    if (task instanceof SdkError && now() - refreshedAtMs >= REFRESH_AGAIN_MS) {
      await refresh();
      task = taskOf(frame);
    }
    if (task instanceof SdkError) {
      // A device that lost our answer retries after the round has ended, and was counted.
      const countedAs = task.code === 'unknown-task' ? null : await store.bodyHashOf(reportId);
      if (countedAs === null) throw task;
      if (countedAs !== bodyHash) throw replay();
      metrics.accepted('repeat');
      return accepted;
    }
    const { policy } = task.entry;
    const addend = addendOf(await openReport(frame, { policy, privateKey: keys.privateKey }), policy);
    const outcome = await commits.submit({ reportId, bodyHash, taskId: frame.taskId, round: frame.round, addend });
    if (outcome === 'replay') throw replay();
    if (outcome === 'round-closed') throw new SdkError('round-closed', `round ${frame.round} ended while the report was opened`);
    metrics.accepted(outcome);
    return accepted;
  };

  let publishing: Promise<unknown> = Promise.resolve();
  const publish = async (policy: Policy): Promise<RunningTask> => {
    const { taskId } = policy;
    const policyHash = await hashOf(policy);
    await advance();
    const known = tasks.get(taskId);
    if (known?.entry.policyHash === policyHash) return known;
    const entry = { taskId, policyHash, policy, publishedAtMs: now() };
    await store.publishPolicy(entry, openingOf(entry, now()));
    if (known === undefined) return remember(entry, (await store.currentRound(taskId))!);
    // A deadline may fall in between and open one more round under the old policy; that one ends as well.
    while (tasks.get(taskId)!.entry.policyHash !== policyHash) {
      const running = await store.currentRound(taskId);
      // Another process may have ended it already: then the new round is not ended once more.
      if (running?.policyHash === policyHash) remember(entry, running);
      else await end(taskId, entry);
    }
    return tasks.get(taskId)!;
  };

  await refresh();
  for (const entry of await store.tasks()) {
    // The process died between the new policy and the end of the round under the old one.
    if (tasks.get(entry.taskId)?.entry.policyHash !== entry.policyHash && (await endsRounds())) await end(entry.taskId, entry);
  }
  await advance();

  return {
    publish(policy) {
      const published = publishing.then(() => publish(policy));
      publishing = published.catch(() => {}); // the caller hears of it; the next policy does not wait for ever
      return published;
    },
    async tasks() {
      await advance();
      return [...tasks.values()].sort((a, b) => (a.entry.taskId < b.entry.taskId ? -1 : 1));
    },
    async submit(body) {
      if (waiting >= waitingLimit)
        throw new SdkError('too-busy', `${waitingLimit} reports wait already: send the same bytes again in a moment`);
      waiting++;
      try {
        return await count(body);
      } finally {
        waiting--;
      }
    },
    async endRound(taskId) {
      const task = tasks.get(taskId);
      if (task === undefined) throw new SdkError('unknown-task', `there is no task ${taskId} here`);
      const ended = await end(taskId, task.entry);
      if (ended === null) throw new SdkError('round-closed', `round ${task.round} of ${taskId} has ended already`);
      return ended;
    },
    async rollBack(taskId, version) {
      const earlier = await store.model(taskId, version);
      if (earlier === null) throw new SdkError('unknown-model', `task ${taskId} has no version ${version}`);
      const document = JSON.parse(earlier.text) as ModelDocument; // published by us
      const model = await store.publishModel(taskId, (latest) => ({ ...document, version: latest + 1, publishedAtMs: now() }));
      revision++;
      return model;
    },
    advance,
    refresh,
    get revision() {
      return revision;
    },
    get waiting() {
      return waiting;
    },
    waitingLimit,
    close: () => commits.flush(),
  };
}

function replay(): SdkError {
  return new SdkError('replay', 'this report id was counted with other bytes');
}

function openingOf({ policyHash, policy }: PolicyEntry, atMs: number): RoundOpening {
  return { policyHash, opensAtMs: atMs, closesAtMs: atMs + 1000 * policy.roundSeconds, size: tallySize(policy) };
}
