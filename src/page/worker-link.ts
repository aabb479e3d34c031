import { SdkError } from '../core/errors.js';
import type { OpenResult, WorkerApi, WorkerOptions, WorkerSignal } from '../worker/api/worker-api.js';

/**
 * Calls to a worker that may be dead. Every call has a deadline; one that passes it takes the worker for dead, ends it and
 * rejects whatever else waits. The next call starts another.
 *
 * The worker speaks through comlink's `expose`. This side speaks comlink's messages by hand, because comlink's own client
 * would be a quarter of the page script; the test runs it against the real `expose`.
 */

type Method = Exclude<keyof WorkerApi, 'open' | 'listen'>;

export interface WorkerLink {
  /** Resolves when a worker is open. Errors: `worker-blocked`, the worker's own. */
  start(): Promise<unknown>;
  /** Posts at once. Errors: the worker's own, `worker-died`, `deadline-exceeded`, those of `start`. */
  call<Name extends Method>(method: Name, ...args: Parameters<WorkerApi[Name]>): ReturnType<WorkerApi[Name]>;
  isOpen(): boolean;
  /** As a crash would. */
  end(error: SdkError): void;
  /** Lets the worker finish, for at most a second. A later call starts another. */
  close(): Promise<void>;
}

interface LinkParts {
  /** Starts a worker that answers `greet`. */
  spawn(greet: (worker: Worker) => Promise<OpenResult>): Promise<{ worker: Worker; greeting: OpenResult }>;
  /** Asked for each new worker, because consent may have changed. */
  openOptions(): WorkerOptions;
  onSignal(signal: WorkerSignal): void;
  onOpen(opened: OpenResult): void;
  /** An open worker lives, but what it stores in is gone; it answers nothing any more. */
  onStoreLost(error: SdkError): void;
  /** An open worker was ended, with the reason. */
  onEnd(error: SdkError): void;
}

interface Call {
  readonly worker: Worker;
  readonly resolve: (value: never) => void;
  readonly reject: (error: SdkError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const usualDeadlineMs = 10_000;
const longDeadlineMs = 60_000;
/** All else (learning again, deleting, racing, asking an endpoint) may take long on a slow device. */
const quickMethods = /^(open|ingest|rank|why|profile)$/;
const lastWordsMs = 1000;
const storeLost = /^(closed|schema-newer|storage-unavailable)$/;

export function createWorkerLink(parts: LinkParts): WorkerLink {
  let live: Worker | null = null;
  let starting: Promise<Worker> | null = null;
  /** The one that was last asked to open. */
  let greeted: Worker | null = null;
  const calls = new Map<string, Call>();
  let lastId = 0;

  const onMessage = ({ data }: MessageEvent): void => {
    const call = calls.get(data.id);
    if (call === undefined) return;
    calls.delete(data.id);
    clearTimeout(call.timer);
    // What `packError` of core/error-transfer.ts made: our own worker's codes need no check.
    if (data.name !== 'throw') return call.resolve(data.value as never);
    const error = new SdkError(data.value.code, data.value.message);
    call.reject(error);
    if (call.worker === live && storeLost.test(error.code)) parts.onStoreLost(error);
  };

  /** @param port  given, it is the one argument: a function of ours that the worker may call */
  const post = <Answer>(worker: Worker, method: string, args: readonly unknown[], port?: MessagePort): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = String(++lastId);
      const deadlineMs = quickMethods.test(method) ? usualDeadlineMs : longDeadlineMs;
      const argumentList = port ? [{ type: 'HANDLER', name: 'proxy', value: port }] : args.map((value) => ({ type: 'RAW', value }));
      worker.postMessage({ id, type: 'APPLY', path: [method], argumentList }, port ? [port] : []);
      const timer = setTimeout(() => {
        const error = new SdkError('deadline-exceeded', `no answer to ${method} in ${deadlineMs} ms`);
        calls.delete(id);
        reject(error);
        if (live === worker) end(error);
      }, deadlineMs);
      calls.set(id, { worker, resolve: resolve as Call['resolve'], reject, timer });
    });

  const greet = (worker: Worker): Promise<OpenResult> => {
    worker.addEventListener('message', onMessage);
    const opened = post<OpenResult>(worker, 'open', [parts.openOptions()]);
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }) => {
      if (data.type !== 'APPLY') return;
      parts.onSignal(data.argumentList[0].value);
      port1.postMessage({ id: data.id, type: 'RAW' });
    });
    port1.start();
    post(worker, 'listen', [], port2).catch(() => undefined); // a worker that cannot even listen fails its next call
    greeted = worker;
    return opened;
  };

  const start = (): Promise<Worker> => {
    const mine = (starting ??= parts
      .spawn(greet)
      .then(({ worker, greeting }) => {
        if (starting !== mine) {
          worker.terminate();
          throw new SdkError('closed', 'ended while it started');
        }
        live = worker;
        parts.onOpen(greeting);
        return worker;
      })
      .catch((thrown: unknown) => {
        if (starting === mine) starting = null;
        throw thrown;
      }));
    return mine;
  };

  /** Ends what waits for `worker`, or all that waits. */
  const reject = (error: SdkError, worker?: Worker): void => {
    for (const [id, call] of calls) {
      if (call.worker !== (worker ?? call.worker)) continue;
      calls.delete(id);
      clearTimeout(call.timer);
      call.reject(error);
    }
  };

  const end = (error: SdkError): void => {
    const ended = live;
    live = starting = greeted = null;
    reject(error);
    if (ended === null) return;
    ended.terminate();
    parts.onEnd(error);
  };

  return {
    start,
    // What is asked of a worker that is opening waits behind its `open`, there and not here: on a busy page each way takes long. Where another
    // worker opens in its place, that one is asked.
    call(method, ...args) {
      const started = start();
      const asked = greeted;
      const answer = asked && post(asked, method, args);
      answer?.catch(() => undefined); // it may be that of a worker that never opened
      // The map of answers is the interface itself; a promise of one is a promise of its own.
      return started.then((worker) => (worker === asked ? answer : post(worker, method, args))) as ReturnType<WorkerApi[typeof method]>;
    },
    isOpen: () => live !== null,
    end,
    async close() {
      const last = live;
      const error = new SdkError('closed', 'closed');
      if (last === null) return end(error);
      const farewell = post(last, 'close', []).catch(() => undefined);
      live = starting = greeted = null; // who calls meanwhile gets another one
      await Promise.race([farewell, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]);
      last.terminate();
      reject(error, last);
    },
  };
}
