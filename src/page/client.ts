import { SdkError, toSdkError, type ErrorCode } from '../core/errors.js';
import type { NormalisedEvent } from '../core/event.js';
import { WORKER_PROTOCOL, type Consent, type OpenResult, type RoundStatus, type WorkerSignal } from '../worker/api/worker-api.js';
import { listenToDataLayer } from './adapters/data-layer.js';
import { fromGa4 } from './adapters/ga4.js';
import type { Client, ClientOptions, ClientStatus } from './client-types.js';
import { decideConsent, noConsent, readConsent, writeConsent } from './consent.js';
import { eventIds } from './event-ids.js';
import { watchLifecycle } from './lifecycle.js';
import { createListeners } from './listeners.js';
import { createLists } from './lists.js';
import { resolveOptions } from './options.js';
import { createOrderMirror } from './order-mirror.js';
import { createEventQueue } from './queue.js';
import { createWorkerLink } from './rpc.js';
import { siteStorage } from './site-storage.js';
import { spawnWorker } from './spawn.js';
import { defaultSwitch, loadSwitch, type Switch } from './switch.js';

export interface ClientParts {
  /** The worker as one classic script. */
  readonly workerSource: string;
  /** Where the lazy chunks lie unless the options say so. */
  readonly chunkBase: string | null;
  /** Hears every event of the data layer after it was tracked. */
  readonly onEvent?: (event: NormalisedEvent) => void;
}

const usualRankDeadlineMs = 50;
const firstRestartMs = 250;
const longestRestartMs = 30_000;

/**
 * Joins the parts of the page. Starts nothing and stores nothing before consent, and is inert where there is no page (server rendering).
 * Errors: `invalid-options`. Nothing else throws; what goes wrong later goes to `options.onError`.
 */
export function createPageClient(options: ClientOptions, parts: ClientParts): Client {
  const isPage = typeof document !== 'undefined';
  const resolved = resolveOptions(options, isPage ? document.baseURI : 'http://localhost/');
  const { onError } = resolved;
  const { site } = resolved.worker;
  const onThrown = (thrown: unknown): void => onError(toSdkError(thrown, 'internal'));
  const hasGpc = (): boolean => (globalThis.navigator as { globalPrivacyControl?: boolean } | undefined)?.globalPrivacyControl === true;
  /** Memory keeps nothing. */
  const keeps = isPage && resolved.worker.storage === 'indexeddb';
  const storage = siteStorage(site, keeps ? () => localStorage : null);
  /** Memory never contributes either. */
  const mayContribute = (): boolean => keeps && !hasGpc();
  const mirror = createOrderMirror(storage);
  let switched: Switch | null = null;
  let switching: Promise<void> | null = null;
  let deaths = 0;

  // ---- status

  const statusListeners = createListeners<ClientStatus>(onThrown);
  const roundListeners = createListeners<RoundStatus>(onThrown);
  let status: ClientStatus = {
    phase: 'idle',
    consent: readConsent(storage, mayContribute()),
    paused: false,
    durable: false,
    engine: null,
    bytesSent: 0,
    error: null,
  };
  const setStatus = (change: Partial<ClientStatus>): void => {
    status = { ...status, ...change };
    statusListeners.tell(status);
  };
  const fail = (error: SdkError, change: Partial<ClientStatus> = {}): void => {
    setStatus({ ...change, error });
    onError(error);
  };

  /** Why nothing may run now; null where it may. */
  const refusal = (): ErrorCode | null => {
    if (status.phase === 'closed') return 'closed';
    if (!status.consent.personalise) return 'no-consent';
    if (status.phase === 'off') return status.error?.code ?? 'switched-off';
    return isPage ? null : 'worker-blocked';
  };

  // ---- worker

  /** Nobody contributes before the switch is known. */
  const consentForWorker = (): Consent => ({
    personalise: status.consent.personalise,
    contribute: status.consent.contribute && switched?.rounds === true,
  });

  const link = createWorkerLink({
    spawn: (greet) => spawnWorker({ workerUrl: resolved.workerUrl, source: parts.workerSource, name: `homebody ${site}`, onRefused: onError }, greet),
    open: (api) =>
      api.open({
        ...resolved.worker,
        protocol: WORKER_PROTOCOL,
        chunkBase: resolved.worker.chunkBase ?? parts.chunkBase,
        engine: switched?.engine ?? resolved.worker.engine,
        consent: consentForWorker(),
      }),
    onSignal,
    onOpen,
    onDeath(error) {
      if (refusal() !== null) return;
      fail(error, { phase: 'starting' });
      startLater();
    },
  });

  function startLater(): void {
    setTimeout(() => void start(), Math.min(longestRestartMs, firstRestartMs * 2 ** deaths++));
  }

  function onSignal(signal: WorkerSignal): void {
    if (signal.kind === 'ranked') for (const result of signal.results) lists.publish(result);
    else if (signal.kind === 'rounds') tellRounds(signal.status);
    else onError(new SdkError(signal.notice.code, signal.notice.message));
  }

  function onOpen(opened: OpenResult): void {
    setStatus({ phase: 'ready', durable: opened.durable, engine: opened.engine, error: null });
    for (const notice of opened.notices) onError(new SdkError(notice.code, notice.message));
    if (switched !== null && isOff(switched, opened.sdkVersion)) return turnOff();
    queue.flush();
    lists.refresh();
    // For the count of bytes; a worker that cannot say fails its next call too.
    client.rounds.status().catch(() => undefined);
  }

  function tellRounds(rounds: RoundStatus): RoundStatus {
    if (rounds.bytesSent !== status.bytesSent) setStatus({ bytesSent: rounds.bytesSent });
    roundListeners.tell(rounds);
    return rounds;
  }

  /** Never rejects: what keeps the worker from starting is in the status. */
  async function start(): Promise<void> {
    if (refusal() !== null || link.isOpen()) return;
    if (status.phase === 'idle') setStatus({ phase: 'starting' });
    queue.open();
    switching ??= (resolved.switchUrl === null ? Promise.resolve(defaultSwitch) : loadSwitch(resolved.switchUrl, (url, init) => fetch(url, init))).then(applySwitch);
    try {
      await link.start();
    } catch (thrown) {
      const error = toSdkError(thrown, 'worker-died');
      if (refusal() !== null || error.code === 'closed') return; // ended by ourselves meanwhile
      if (!forGood.includes(error.code)) {
        fail(error);
        return startLater();
      }
      fail(error, { phase: 'off' });
      void stop();
    }
  }

  /** Ends what runs; the phase or consent that says why is set before. */
  async function stop(): Promise<void> {
    queue.close();
    lists.revert();
    mirror.clear();
    await link.close();
  }

  // ---- switch

  function applySwitch(loaded: Switch): void {
    switched = loaded;
    if (refusal() !== null) return;
    if (isOff(switched, null)) return turnOff();
    lists.revert();
    if (!link.isOpen()) return;
    if (status.consent.contribute) link.call('setConsent', consentForWorker()).catch(onThrown);
    if (switched.engine !== null && switched.engine !== resolved.worker.engine) client.engine.choose(switched.engine).catch(onThrown);
  }

  function isOff(by: Switch, sdkVersion: string | null): boolean {
    if (!by.enabled || (sdkVersion !== null && by.blockedVersions.includes(sdkVersion))) return true;
    if (by.rollout >= 100) return false;
    const coin = Number(storage.get('coin') ?? Number.NaN);
    if (coin >= 0 && coin < 100) return coin >= by.rollout;
    const drawn = (crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * 100;
    storage.set('coin', drawn.toFixed(2));
    return drawn >= by.rollout;
  }

  function turnOff(): void {
    setStatus({ phase: 'off', error: new SdkError('switched-off', 'switched off by the shop (homebody.json)') });
    void stop();
  }

  // ---- events and lists

  const queue = createEventQueue({
    send: (events) => link.call('ingest', events),
    nextId: eventIds((bytes) => crypto.getRandomValues(bytes)),
    now: () => Date.now(),
    whenIdle: (run) => (typeof requestIdleCallback === 'undefined' ? setTimeout(run, 50) : requestIdleCallback(run, { timeout: 100 })),
    after: (ms, run) => setTimeout(run, ms),
    onError,
  });

  const lists = createLists({
    ask: (requests) => {
      queue.flush(); // what the shopper did before counts in this order
      return link.call('rank', requests);
    },
    refusal: (list) => refusal() ?? (switched?.lists && !switched.lists.includes(list) ? 'switched-off' : null),
    mirror,
    onThrown,
  });

  const track: Client['track'] = (event) => {
    try {
      if (status.paused || status.phase === 'closed' || status.phase === 'off') return;
      const own = { source: 'homebody', ...event } as NormalisedEvent;
      // The array may be the shop's own cart: what it holds when the queue is flushed is not what it holds now.
      queue.push(event.items ? ({ ...own, items: [...event.items] } as NormalisedEvent) : own);
    } catch (thrown) {
      onThrown(thrown);
    }
  };

  // ---- page

  const layer =
    isPage && resolved.hearsDataLayer
      ? listenToDataLayer(
          globalThis as { dataLayer?: unknown },
          (entry) => {
            for (const event of fromGa4(entry)) {
              if (event.type !== 'consent') track(event);
              parts.onEvent?.(event);
            }
          },
          onThrown,
        )
      : null;

  const unwatch = isPage
    ? watchLifecycle({
        onHide() {
          layer?.scan();
          queue.flush();
        },
        onShow: () => link.isOpen() && lists.refresh(),
        onLoad: () => layer?.scan(),
        onStored(key) {
          if (keeps && (key === null || key === storage.keyOf('consent'))) void agree(readConsent(storage, mayContribute()));
        },
      })
    : () => undefined;

  // ---- consent

  async function agree(consent: Consent): Promise<void> {
    const before = status.consent;
    if (consent.personalise === before.personalise && consent.contribute === before.contribute) return;
    setStatus({ consent });
    if (!consent.personalise) {
      if (status.phase !== 'off') setStatus({ phase: 'idle', error: null });
      // Told in passing: the stop behind it does not wait for a worker that hangs.
      if (link.isOpen()) link.call('setConsent', noConsent).catch(() => undefined);
      return stop();
    }
    if (!before.personalise) return start();
    if (link.isOpen()) await link.call('setConsent', consentForWorker()).catch(onThrown);
  }

  /** Asks the worker, unless nothing may run. */
  const ask = ((method, ...args) => {
    const refused = refusal();
    if (refused !== null) return Promise.reject(status.error?.code === refused ? status.error : new SdkError(refused, `${method} needs a running worker: ${reasons[refused] ?? refused}`));
    return link.call(method, ...args);
  }) as typeof link.call;

  const client: Client = {
    site,
    status: () => status,
    track,
    flush: () => queue.settled(),
    rank: (list, items, rankOptions) => lists.rank(list, items, rankOptions?.deadlineMs ?? usualRankDeadlineMs),
    peek: (list, items) => lists.peek(list, items),
    subscribe: (list, listener) => lists.subscribe(list, listener),
    onStatus: (listener) => statusListeners.add(listener),
    why: (list, itemId) => ask('why', list, itemId),
    async consent(change) {
      if (status.phase === 'closed') return;
      const consent = decideConsent(status.consent, change, mayContribute());
      if (change.contribute === true && !consent.contribute) {
        onError(hasGpc() ? new SdkError('gpc-refused', 'this browser sends Global Privacy Control: it never contributes') : new SdkError('no-consent', 'contribute needs personalise'));
      }
      if (keeps && !writeConsent(storage, consent)) onError(new SdkError('storage-unavailable', 'the consent could not be kept: it holds for this page only'));
      await agree(consent);
    },
    pause: (paused) => setStatus({ paused }),
    profile: {
      get: () => ask('profile'),
      export: () => ask('exportProfile'),
      forget: (selector) => queue.settled().then(() => ask('forget', selector)),
      async erase() {
        // First the key: other tabs see it go, and let go of the database.
        for (const name of ['consent', 'order', 'coin'] as const) storage.remove(name);
        queue.close();
        const byWorker = refusal() === null ? link.call('erase').then(() => true) : Promise.resolve(false);
        const isErased = await byWorker.catch((thrown: unknown) => (onThrown(thrown), false));
        link.end(new SdkError('closed', 'the profile was erased'));
        if (!isErased && keeps) await deleteDatabase(`homebody/${site}`);
        await agree(noConsent);
        mirror.clear();
      },
    },
    rounds: {
      status: () => ask('rounds').then(tellRounds),
      refresh: () => ask('refreshRounds').then(tellRounds),
      subscribe: (listener) => roundListeners.add(listener),
    },
    engine: {
      report: () => ask('engine'),
      choose: (engine) => ask('chooseEngine', engine).then((report) => (setStatus({ engine: report.active }), report)),
      race: () => ask('raceEngines'),
      loseGpu: () => ask('loseGpu'),
      killWorker: () => link.kill(new SdkError('worker-died', 'the worker was killed on request')),
    },
    async close() {
      if (status.phase === 'closed') return;
      queue.flush();
      unwatch();
      layer?.close();
      setStatus({ phase: 'closed' });
      await link.close();
      queue.close();
    },
  };

  void start();
  return client;
}

/** A worker that fails to start for one of these will fail again on this page. */
const forGood: readonly ErrorCode[] = ['worker-blocked', 'protocol-mismatch', 'schema-newer', 'invalid-options'];

const reasons: Partial<Record<ErrorCode, string>> = {
  'no-consent': 'personalise is off',
  closed: 'the client is closed',
};

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => reject(toSdkError(request.error, 'storage-unavailable')));
    request.addEventListener('blocked', () => reject(new SdkError('storage-blocked', `${name} is open in another tab; close it and erase again`)));
  });
}
