import { SdkError, toSdkError, type ErrorCode } from '../core/errors.js';
import type { NormalisedEvent } from '../core/event.js';
import { WORKER_PROTOCOL, type ChunkUrls, type Consent, type Notice, type RoundStatus } from '../worker/api/worker-api.js';
import type { Client, ClientOptions, ClientStatus } from './client-types.js';
import { decideConsent, noConsent, readConsent, writeConsent } from './consent.js';
import { eventIds } from './event-ids.js';
import { createListeners } from './listeners.js';
import { createLists } from './lists.js';
import { resolveOptions } from './options.js';
import { createOrderMirror } from './order-mirror.js';
import { createEventQueue } from './queue.js';
import { siteStorage } from './site-storage.js';
import { spawnWorker } from './spawn.js';
import { loadSwitch, parseSwitch, type Switch } from './switch.js';
import { createWorkerLink } from './worker-link.js';

export interface ClientParts {
  /** The worker as one classic script. */
  readonly workerSource: string;
  /** Where the lazy chunks lie unless the options say so. */
  readonly chunks: ChunkUrls | null;
}

const usualRankDeadlineMs = 50;
const firstRestartMs = 250;
const longestRestartMs = 30_000;
/** A worker that lived so long does not count as one that keeps dying. */
const steadyMs = 60_000;
const storageTrouble = /^(storage|schema)-/;
/** A worker that fails to start for one of these will fail again on this page. */
const forGood = /^(worker-blocked|protocol-mismatch|schema-newer|invalid-options)$/;

/** Safari has none; TypeScript's DOM does not know it yet. */
interface SchedulerHost {
  readonly scheduler?: { postTask(run: () => unknown, options: { readonly priority: 'user-blocking' }): Promise<unknown> };
}

/**
 * Joins the parts of the page. Starts nothing and stores nothing before consent, and is inert where there is no page (server rendering).
 * Errors: `invalid-options`. Nothing else throws; what goes wrong later goes to `options.onError`.
 */
export function createPageClient(options: ClientOptions, parts: ClientParts): Client {
  const isPage = typeof document !== 'undefined';
  const { worker, workerUrl, switchUrl } = resolveOptions(options, isPage ? document.baseURI : 'http://localhost/');
  const { site } = worker;
  const onError = (thrown: unknown): void => {
    try {
      options.onError?.(toSdkError(thrown, 'internal'));
    } catch {
      // The shop's own handler failed: there is nobody left to tell.
    }
  };

  /** Memory keeps nothing, and never contributes. */
  const keeps = isPage && worker.storage === 'indexeddb';
  const storage = siteStorage(site, keeps ? () => localStorage : null);
  const tabStorage = siteStorage(site, keeps ? () => sessionStorage : null);
  const mayContribute = keeps && (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl !== true;
  const statusListeners = createListeners<ClientStatus>(onError);
  const roundListeners = createListeners<RoundStatus>(onError);

  let status: ClientStatus = {
    phase: 'idle',
    consent: readConsent(storage, mayContribute),
    paused: false,
    durable: false,
    engine: null,
    bytesSent: 0,
    error: null,
  };
  const setStatus = (change: Partial<ClientStatus>): void => {
    status = { ...status, ...change };
    statusListeners.tell(status);
    if (change.error) onError(change.error);
  };
  const is = (phase: ClientStatus['phase']): boolean => status.phase === phase;

  /** Why nothing may run now; undefined where it may. */
  const refusal = (): ErrorCode | undefined =>
    is('closed')
      ? 'closed'
      : !status.consent.personalise
        ? 'no-consent'
        : is('off')
          ? status.error!.code
          : isPage
            ? undefined
            : 'worker-blocked';

  // ---- worker

  let switched: Switch | undefined;
  let switching: Promise<void> | undefined;
  let deaths = 0;
  let openedAtMs = 0;
  /** The last choice outlives a worker. */
  let { engine } = worker;

  /** Nobody contributes before the switch is known. */
  const consentForWorker = (): Consent => ({
    ...status.consent,
    contribute: status.consent.contribute && switched?.rounds === true,
  });

  const link = createWorkerLink({
    spawn: (greet) => spawnWorker({ workerUrl, source: parts.workerSource, name: `homebody ${site}`, onRefused: onError }, greet),
    openOptions: () => ({
      ...worker,
      engine,
      protocol: WORKER_PROTOCOL,
      chunks: worker.chunks ?? parts.chunks,
      consent: consentForWorker(),
    }),
    onSignal(signal) {
      if (signal.kind === 'ranked') signal.results.forEach(lists.publish);
      else if (signal.kind === 'rounds') tellRounds(signal.status);
      else hear(signal.notice);
    },
    onOpen({ durable, engine: active, notices }) {
      openedAtMs = performance.now();
      setStatus({ phase: 'ready', durable, engine: active, error: null });
      notices.forEach(hear);
      tellSwitch();
      lists.refresh();
      if (!refusal()) client.rounds.status().catch(onError); // for the count of bytes
    },
    // The store under it is gone (erased by another tab, say); what is there now is for another worker.
    onStoreLost({ message }) {
      if (!refusal()) link.end(new SdkError('worker-died', message));
    },
    onEnd(error) {
      if (error.code === 'closed') return;
      if (performance.now() - openedAtMs > steadyMs) deaths = 0;
      startLater(error);
    },
  });

  /** Trouble with what is stored stays in the status until something is durable again. */
  function hear({ code, message }: Notice): void {
    const error = new SdkError(code, message);
    if (storageTrouble.test(code)) setStatus({ error });
    else onError(error);
  }

  function tellRounds(rounds: RoundStatus): RoundStatus {
    setStatus({ bytesSent: rounds.bytesSent });
    roundListeners.tell(rounds);
    return rounds;
  }

  /** Never rejects: what keeps the worker from starting is in the status. */
  async function start(): Promise<void> {
    if (refusal()) return;
    const worker = link.start(); // first of all: nothing takes longer, and its script comes only between two tasks of the page
    if (!link.isOpen()) setStatus({ phase: 'starting' });
    queue.open();
    switching ??= (switchUrl ? loadSwitch(switchUrl, (url, init) => fetch(url, init)) : Promise.resolve(parseSwitch(''))).then(applySwitch);
    await worker.catch((thrown: unknown) => {
      const error = toSdkError(thrown, 'worker-died');
      if (refusal() || error.code === 'closed') return; // ended by ourselves meanwhile
      if (forGood.test(error.code)) return turnOff(error);
      startLater(error);
    });
  }

  function startLater(error: SdkError): void {
    setStatus({ phase: 'starting', error });
    setTimeout(start, Math.min(longestRestartMs, firstRestartMs * 2 ** deaths++));
  }

  /** Ends what runs; the phase or consent that says why is set before. */
  function stop(): Promise<void> {
    queue.close();
    lists.revert();
    storage.set('order', null);
    return link.close();
  }

  function turnOff(error = new SdkError('switched-off', 'switched off by the shop')): void {
    setStatus({ phase: 'off', error });
    void stop();
  }

  function applySwitch(loaded: Switch): void {
    switched = loaded;
    if (refusal()) return;
    if (loaded.isOff || isOutside(loaded.rollout)) return turnOff();
    lists.revert();
    tellSwitch();
  }

  /** Switch and worker come in any order; the worker hears of the switch when both are there. */
  function tellSwitch(): void {
    if (!switched || !link.isOpen()) return;
    if (status.consent.contribute) link.call('setConsent', consentForWorker()).catch(onError);
    if (switched.engine) client.engine.choose(switched.engine).catch(onError);
  }

  /** The coin is thrown once and kept, so a device stays on its side while the share grows. */
  function isOutside(rollout: number): boolean {
    if (rollout >= 100) return false;
    const coin = storage.get('coin') ?? String((crypto.getRandomValues(new Uint16Array(1))[0]! / 65_536) * 100);
    storage.set('coin', coin);
    return Number(coin) >= rollout;
  }

  // ---- events and lists

  const queue = createEventQueue({
    async send(events) {
      const ack = await link.call('ingest', events);
      if (ack.durable && is('ready') && status.error) setStatus({ error: null });
      return ack;
    },
    nextId: eventIds((bytes) => crypto.getRandomValues(bytes)),
    now: () => Date.now(),
    whenIdle: (run) => (globalThis.requestIdleCallback ?? setTimeout)(run, { timeout: 100 } as never), // Safari has no idle callback: at once is soon, too
    after: (ms, run) => setTimeout(run, ms),
    kept: tabStorage,
    onError: (thrown) => hear(toSdkError(thrown, 'internal')),
  });

  const lists = createLists({
    ask(requests) {
      queue.flush(); // what the shopper did before counts in this order
      return link.call('rank', requests);
    },
    refusal: (list) => refusal() ?? (switched?.lists?.includes(list) === false ? 'switched-off' : undefined),
    mirror: createOrderMirror(storage),
    onThrown: onError,
  });

  const track: Client['track'] = (event) => {
    try {
      if (status.paused || is('closed') || is('off')) return;
      queue.push({ source: 'homebody', ...event } as NormalisedEvent);
    } catch (thrown) {
      onError(thrown);
    }
  };

  // ---- page

  const leaving = new AbortController();
  if (isPage) {
    for (const type of ['pagehide', 'pageshow', 'visibilitychange']) {
      addEventListener(
        type,
        (event) => {
          // Seen again: the next page of this tab may have kept something, another tab may have learned meanwhile.
          const isBack = !document.hidden && type !== 'pagehide' && (event as Partial<PageTransitionEvent>).persisted !== false;
          if (isBack && link.isOpen()) {
            queue.open();
            client.profile.get().then(() => lists.refresh(), onError); // a look at the profile takes over what other tabs have written
          }
          queue.flush();
          queue.keep();
        },
        { signal: leaving.signal },
      );
    }
    addEventListener(
      'storage',
      ({ key }) => {
        const own = storage.keyOf('consent');
        if (keeps && (key ?? own) === own) void agree(readConsent(storage, mayContribute)); // no key: all was cleared
      },
      { signal: leaving.signal },
    );
  }

  // ---- consent

  async function agree(consent: Consent): Promise<void> {
    const { personalise, contribute } = status.consent;
    if (consent.personalise === personalise && consent.contribute === contribute) return;
    if (!consent.personalise) {
      // Told in passing: the stop behind it does not wait for a worker that hangs.
      if (link.isOpen()) link.call('setConsent', noConsent).catch(onError);
      return withdraw();
    }
    setStatus({ consent });
    if (!personalise) return start();
    if (link.isOpen()) await link.call('setConsent', consentForWorker()).catch(onError);
  }

  function withdraw(): Promise<void> {
    setStatus({ consent: noConsent, ...(!is('off') && { phase: 'idle', error: null }) });
    return stop();
  }

  /** Asks the worker, unless nothing may run. */
  const ask: typeof link.call = (method, ...args) => {
    const refused = refusal();
    return refused
      ? (Promise.reject(new SdkError(refused, `${method}: ${refused}`)) as ReturnType<typeof link.call<typeof method>>)
      : link.call(method, ...args);
  };

  const client: Client = {
    site,
    status: () => status,
    track,
    flush: queue.settled,
    rank: (list, items, { deadlineMs = usualRankDeadlineMs } = {}) => lists.rank(list, items, deadlineMs),
    peek: lists.peek,
    subscribe: lists.subscribe,
    onStatus: (listener) => statusListeners.add(listener),
    why: (list, itemId) => ask('why', list, itemId),
    async consent(change) {
      if (is('closed')) return;
      const consent = decideConsent(status.consent, change, mayContribute);
      if (change.contribute && !consent.contribute)
        onError(
          new SdkError(mayContribute ? 'no-consent' : 'gpc-refused', 'contribute needs personalise, storage and no Global Privacy Control'),
        );
      if (!writeConsent(storage, consent) && keeps) onError(new SdkError('storage-unavailable', 'the consent holds for this page only'));
      if (change.personalise === false) queue.close(); // a no, also a first one, forgets what waited
      await agree(consent);
    },
    pause: (paused) => setStatus({ paused }),
    profile: {
      get: () => ask('profile'),
      export: () => ask('exportProfile'),
      forget: (selector) => queue.settled().then(() => ask('forget', selector)),
      async erase() {
        // First the keys: other tabs see the consent go, and let go of the database.
        for (const name of ['consent', 'order', 'coin'] as const) storage.set(name, null);
        queue.close();
        setStatus({ consent: noConsent }); // nobody asks a worker that is erasing
        // Also after a withdrawal, which keeps the data: then a worker starts for this only.
        try {
          if (keeps || link.isOpen()) await link.call('erase');
        } finally {
          link.end(new SdkError('closed', 'erased'));
          await withdraw();
        }
      },
    },
    rounds: {
      status: () => ask('rounds').then(tellRounds),
      refresh: () => ask('refreshRounds').then(tellRounds),
      subscribe: (listener) => roundListeners.add(listener),
    },
    engine: {
      report: () => ask('engine'),
      choose: async (wanted) => {
        const report = await ask('chooseEngine', wanted);
        engine = report.wanted;
        setStatus({ engine: report.active });
        return report;
      },
      race: () => ask('raceEngines'),
      loseGpu: () => ask('loseGpu'),
      killWorker: () => link.end(new SdkError('worker-died', 'killed on request')),
    },
    async close() {
      queue.flush();
      leaving.abort();
      setStatus({ phase: 'closed' });
      await link.close();
      queue.close();
    },
  };

  if (status.consent.personalise) {
    // A task of its own: with the evaluation of this script it would be a long one on a slow device. Before all else the page has to do,
    // where the browser can be told so: nothing takes longer than a worker.
    const { scheduler } = globalThis as SchedulerHost;
    void (scheduler?.postTask(start, { priority: 'user-blocking' }) ?? setTimeout(start));
  } else queue.close(); // withdrawn in another tab: this one keeps nothing either
  return client;
}
