import * as v from 'valibot';
import { SdkError, toSdkError } from '../core/errors.js';
import type { StoredEvent } from '../core/profile/records.js';
import { uniformBelow } from '../core/privacy/uniform.js';
import type { SecureBits } from '../core/random.js';
import type { LedgerState, LedgerStore } from '../storage/ledger-store.js';
import { modelSchema, tasksSchema, type TasksDocument } from '../wire/messages.js';
import type { Consent, RoundStatus } from './api/worker-api.js';
import type { Clock } from './clock.js';
import type { ModelHolder } from './model-holder.js';
import { createOutbox, type Outbox } from './outbox.js';
import { takePart, type Task, type Verdicts } from './participant.js';
import type { MakeReport } from './report.js';
import type { Rounds } from './rounds.js';
import { sharedModelOf } from './shared-model.js';
import { roundStatusOf, taskViewOf } from './task-view.js';
import type { Transport } from './transport.js';

export interface RoundClientParts {
  readonly site: string;
  readonly endpoint: string;
  readonly isLoopbackPage: boolean;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly transport: Transport;
  /** Makes it where there is none: opened with *contribute*, and never before that. */
  readonly openLedger: () => Promise<LedgerStore>;
  /** Has an earlier visit left one? Then it is read with *personalise*, for what was sent. */
  readonly hasLedger: () => Promise<boolean>;
  readonly bits: SecureBits;
  /** Loads samplers and seal; asked for only with the second consent. */
  readonly loadReporter: () => Promise<MakeReport>;
  readonly model: Pick<ModelHolder, 'document' | 'set'>;
  readonly events: () => Promise<readonly StoredEvent[]>;
  readonly onStatus: (status: RoundStatus) => void;
  readonly onError: (error: SdkError) => void;
}

/** Asked again at the end of the round that runs, but not more often and not more rarely than this. */
const SHORTEST_POLL_MS = 2_000;
const LONGEST_POLL_MS = 3_600_000;
/** Whoever tries it out on one computer watches. */
const LONGEST_LOOPBACK_POLL_MS = 5_000;
const RETRY_MS = 30_000;

const noContribution = new SdkError('no-consent', 'contributing is switched off');
const noConsent: Consent = { personalise: false, contribute: false };

/**
 * Keeps the task list and the published model fresh with *personalise*, and takes part with *contribute*. Runs on its own
 * schedule: what the shopper does changes neither when it asks nor when it sends.
 */
export function createRoundClient(parts: RoundClientParts): Rounds {
  const { clock, transport, model } = parts;
  let consent = noConsent;
  let isStopped = false;
  let ledgerOnce: Promise<LedgerStore> | null = null;
  let reporterOnce: Promise<MakeReport> | null = null;
  let outboxOnce: Outbox | null = null;
  let document: TasksDocument | null = null;
  let verdicts: Verdicts = new Map();
  /** Server clock minus own clock. */
  let offsetMs = 0;
  let cancelPoll: (() => void) | null = null;
  let cancelSend: (() => void) | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const isAllowed = (): boolean => consent.contribute && !isStopped;
  const openLedger = (): Promise<LedgerStore> => (ledgerOnce ??= forgetful(parts.openLedger(), () => (ledgerOnce = null)));
  const loadReporter = (): Promise<MakeReport> => (reporterOnce ??= forgetful(parts.loadReporter(), () => (reporterOnce = null)));
  const outbox = async (): Promise<Outbox> => {
    const ledger = await openLedger();
    return (outboxOnce ??= createOutbox({ ledger, endpoint: parts.endpoint, transport, now: () => clock.now() + offsetMs, isAllowed }));
  };

  /** One refresh at a time: two would race for the same release and show each other's leftovers. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  }

  async function fetchTasks(): Promise<TasksDocument> {
    const raw = await transport.getTasks(parts.site);
    const parsed = v.safeParse(tasksSchema, raw);
    if (!parsed.success) throw new SdkError('protocol-mismatch', `the task list is not of protocol 1: ${parsed.issues[0].message}`);
    offsetMs = parsed.output.serverTimeMs - clock.now();
    return parsed.output;
  }

  /** The first taste task with a published model gives the prior. */
  async function fetchModel({ tasks }: TasksDocument): Promise<void> {
    const task = tasks.find(({ policy, modelVersion }) => policy.block.kind === 'taste' && policy.site === parts.site && modelVersion > 0);
    if (task === undefined) return;
    const held = model.document();
    if (held?.taskId === task.policy.taskId && held.version === task.modelVersion) return;
    const parsed = v.safeParse(modelSchema, await transport.getModel(task.policy.taskId, task.modelVersion));
    const next = parsed.success ? sharedModelOf(task, parsed.output) : null;
    if (next === null)
      throw new SdkError('protocol-mismatch', `version ${task.modelVersion} of ${task.policy.taskId} is no model of this task`);
    if (!isStopped && consent.personalise) await model.set(next);
  }

  /** @param onUnreached  hears why the task list could not be had */
  async function refresh(onUnreached: (thrown: unknown) => void = report): Promise<RoundStatus> {
    if (!isStopped && consent.personalise) {
      const tasks = await fetchTasks().catch((thrown: unknown) => (onUnreached(thrown), null));
      document = tasks ?? document;
      schedulePoll(tasks === null ? RETRY_MS : pollDelay(tasks));
      if (tasks !== null) {
        // A model that cannot be had is no reason not to contribute, and the other way round.
        await orReport(() => fetchModel(tasks));
        await orReport(() => contribute(tasks));
      }
    }
    const now = await status();
    if (!isStopped) parts.onStatus(now);
    return now;
  }

  /** Null where it failed; the page hears why. */
  async function orReport<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (thrown) {
      report(thrown);
      return null;
    }
  }

  function report(thrown: unknown): void {
    if (!isStopped) parts.onError(toSdkError(thrown, 'internal'));
  }

  /** For who asks and waits: that the endpoint was not reached is the answer, and not an error aside. */
  async function refreshOrThrow(): Promise<RoundStatus> {
    let failure: unknown;
    const now = await refresh((thrown) => (failure = thrown));
    if (failure !== undefined) throw toSdkError(failure, 'network');
    return now;
  }

  async function contribute(tasks: TasksDocument): Promise<void> {
    if (!isAllowed()) return;
    const { site, endpoint, isLoopbackPage, bits, events } = parts;
    const [ledger, makeReport] = await Promise.all([openLedger(), loadReporter()]);
    verdicts = await takePart(
      { site, endpoint, isLoopbackPage, ledger, bits, now: () => clock.now(), events, makeReport, isAllowed },
      tasks,
    );
    await send();
  }

  /** Sends what is due, and comes back for the rest. */
  async function send(): Promise<void> {
    cancelSend?.();
    cancelSend = null;
    if (!isAllowed()) return;
    const delayMs = await (await outbox()).send();
    if (delayMs === null || isStopped) return;
    cancelSend = clock.after(delayMs, () => {
      void inTurn(() =>
        orReport(async () => {
          await send();
          parts.onStatus(await status());
        }),
      );
    });
  }

  function schedulePoll(delayMs: number): void {
    cancelPoll?.();
    cancelPoll = null;
    if (!isStopped && consent.personalise) cancelPoll = clock.after(delayMs, () => void inTurn(() => orReport(() => refresh())));
  }

  /** Shortly after the end of the first round to end, spread so that devices do not come all at once. */
  function pollDelay({ tasks, serverTimeMs }: TasksDocument): number {
    const left = tasks.flatMap(({ round }) => (round === null ? [] : [round.closesAtMs - serverTimeMs]));
    const longest = parts.isLoopbackPage ? LONGEST_LOOPBACK_POLL_MS : LONGEST_POLL_MS;
    const wait = Math.min(longest, Math.max(SHORTEST_POLL_MS, Math.min(...left))); // no round: Math.min() is Infinity
    return wait + uniformBelow(parts.bits, Math.ceil(wait / 10) + 1);
  }

  async function status(): Promise<RoundStatus> {
    if (!consent.personalise && ledgerOnce === null) return { sent: [], bytesSent: 0, tasks: [] };
    const state = await readLedger();
    const refusalOf = ({ policy }: Task): SdkError | null => (consent.contribute ? (verdicts.get(policy.taskId) ?? null) : noContribution);
    return roundStatusOf(state?.sent ?? [], document?.tasks.map((task) => taskViewOf(task, refusalOf(task), model.document())) ?? []);
  }

  /** Null where there is none, and no reason to make one. */
  async function readLedger(): Promise<LedgerState | null> {
    const isThere = ledgerOnce !== null || consent.contribute || (await parts.hasLedger());
    return isThere ? (await openLedger()).read() : null;
  }

  return {
    setConsent(next) {
      const before = consent;
      consent = next;
      return inTurn(async () => {
        if (before.contribute && !next.contribute) {
          cancelSend?.();
          await (await outbox()).withdraw();
          if (!isStopped) parts.onStatus(await status());
        }
        if (!next.personalise) cancelPoll?.();
        if ((next.personalise && !before.personalise) || (next.contribute && !before.contribute)) await refresh();
      });
    },
    status,
    refresh: () => inTurn(refreshOrThrow),
    ledger: readLedger,
    stop() {
      isStopped = true;
      cancelPoll?.();
      cancelSend?.();
      transport.close();
      ledgerOnce?.then((ledger) => ledger.close()).catch(() => {}); // one that never opened needs no closing
    },
    async erase() {
      if (ledgerOnce === null && !(await parts.hasLedger())) return;
      const ledger = await parts.openLedger(); // `stop` has closed the one in use
      await ledger.clearContent();
      ledger.close();
    },
  };
}

/** A promise that failed is not kept: the next call tries again. */
function forgetful<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
