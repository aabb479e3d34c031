import { proxy, transferHandlers, wrap, type Remote } from 'comlink';
import { keepErrorCodes } from '../core/error-transfer.js';
import { SdkError } from '../core/errors.js';
import type { OpenResult, WorkerApi, WorkerSignal } from '../worker/api/worker-api.js';

/**
 * Calls to a worker that may be dead. Every call has a deadline; one that passes it takes the worker for dead, ends it and
 * rejects whatever else waits. The next call starts another.
 */

type Method = Exclude<keyof WorkerApi, 'open' | 'listen'>;
type Answer<Name extends Method> = Awaited<ReturnType<WorkerApi[Name]>>;

export interface WorkerLink {
  /** Resolves when a worker is open; the running one's answer where there is one. */
  start(): Promise<OpenResult>;
  /** Posts at once where a worker is open. Errors: the worker's own, `worker-died`, `deadline-exceeded`, `worker-blocked`. */
  call<Name extends Method>(method: Name, ...args: Parameters<WorkerApi[Name]>): Promise<Answer<Name>>;
  isOpen(): boolean;
  /** As a crash would; `onDeath` hears of it. */
  kill(error: SdkError): void;
  /** Ends it without a word. */
  end(error: SdkError): void;
  /** Lets the worker finish, for at most a second. A later call starts another. */
  close(): Promise<void>;
}

interface LinkParts {
  /** Spawns a worker and greets it. */
  spawn(greet: (worker: Worker) => Promise<Greeting>): Promise<{ worker: Worker; greeting: Greeting }>;
  /** Opens the service; asked for each new worker, because consent may have changed. */
  open(api: Remote<WorkerApi>): Promise<OpenResult>;
  onSignal(signal: WorkerSignal): void;
  onOpen(opened: OpenResult): void;
  onDeath(error: SdkError): void;
}

interface Greeting {
  readonly api: Remote<WorkerApi>;
  readonly opened: OpenResult;
}

interface Connection extends Greeting {
  readonly worker: Worker;
  /** Rejections of the calls that wait. */
  readonly waiting: Set<(error: SdkError) => void>;
}

const usualDeadlineMs = 10_000;
/** Learning again, deleting, racing, asking an endpoint: these may take long on a slow device. */
const longDeadlineMs = 60_000;
const longMethods: readonly Method[] = ['exportProfile', 'forget', 'erase', 'refreshRounds', 'setConsent', 'chooseEngine', 'raceEngines', 'loseGpu'];
const lastWordsMs = 1000;

export function createWorkerLink(parts: LinkParts): WorkerLink {
  keepCodes();
  let live: Connection | null = null;
  let starting: Promise<Connection> | null = null;
  /** Grows with each kill and close: a start that was under way then is not wanted any more. */
  let epoch = 0;

  const greet = async (worker: Worker): Promise<Greeting> => {
    const api = wrap<WorkerApi>(worker);
    return { api, opened: await parts.open(api) };
  };

  const connect = async (): Promise<Connection> => {
    const mine = epoch;
    const { worker, greeting } = await parts.spawn(greet);
    if (mine !== epoch) {
      worker.terminate();
      throw new SdkError('closed', 'the worker was ended while it started');
    }
    live = { ...greeting, worker, waiting: new Set() };
    // The page lives on without its signals; a worker that cannot take the listener fails its next call anyway.
    live.api.listen(proxy(parts.onSignal)).catch(() => undefined);
    parts.onOpen(live.opened);
    return live;
  };

  const start = (): Promise<Connection> => {
    if (live !== null) return Promise.resolve(live);
    if (starting === null) {
      const mine = connect().finally(() => {
        if (starting === mine) starting = null;
      });
      starting = mine;
    }
    return starting;
  };

  const end = (error: SdkError): void => {
    epoch++;
    starting = null;
    const ended = live;
    live = null;
    if (ended === null) return;
    ended.worker.terminate();
    for (const reject of ended.waiting) reject(error);
  };

  const kill = (error: SdkError): void => {
    const wasLive = live !== null;
    end(error);
    if (wasLive) parts.onDeath(error);
  };

  const ask = <Result>(connection: Connection, answer: Promise<Result>, deadlineMs: number, what: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      connection.waiting.add(reject);
      const timer = setTimeout(() => {
        reject(new SdkError('deadline-exceeded', `the worker did not answer ${what} within ${deadlineMs} ms; it is taken for dead`));
        if (live === connection) kill(new SdkError('worker-died', `the worker was ended because ${what} took over ${deadlineMs} ms`));
      }, deadlineMs);
      answer.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        connection.waiting.delete(reject);
      });
    });

  const invoke = <Name extends Method>(connection: Connection, method: Name, args: Parameters<WorkerApi[Name]>): Promise<Answer<Name>> =>
    // comlink's mapped type cannot follow a generic name; the proxy takes any of them.
    (connection.api[method] as unknown as (...args: unknown[]) => Promise<Answer<Name>>)(...args);

  return {
    start: async () => (await start()).opened,
    call: (method, ...args) => {
      const send = (connection: Connection): Promise<Answer<typeof method>> =>
        ask(connection, invoke(connection, method, args), longMethods.includes(method) ? longDeadlineMs : usualDeadlineMs, method);
      return live === null ? start().then(send) : send(live);
    },
    isOpen: () => live !== null,
    kill,
    end,
    async close() {
      const last = live;
      if (last !== null) {
        await Promise.race([last.api.close(), new Promise((resolve) => setTimeout(resolve, lastWordsMs))]).catch(() => undefined);
        if (live !== last) return; // ended meanwhile
      }
      end(new SdkError('closed', 'the client was closed'));
    },
  };
}

let isKeepingCodes = false;

/** comlink's table of handlers is one per bundle; wrapping it twice would pack an error twice. */
function keepCodes(): void {
  if (isKeepingCodes) return;
  isKeepingCodes = true;
  keepErrorCodes(transferHandlers);
}
