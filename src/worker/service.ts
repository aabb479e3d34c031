import { SdkError, toSdkError } from '../core/errors.js';
import { openMemoryProfileStore } from '../storage/memory-store.js';
import { WORKER_PROTOCOL, type WorkerApi, type WorkerOptions } from './api/worker-api.js';
import type { ServiceParts } from './parts.js';
import { createNotices } from './notices.js';
import { openStore } from './open-store.js';
import { openSession, type Session } from './session.js';
import { createSignals, type Signals } from './signals.js';

/** The oldest protocol still understood: a page of the release before talks to a worker file that is newer. */
const oldestProtocol = Math.max(1, WORKER_PROTOCOL - 1);

/** The worker border over injected parts: says what may be called when, and leaves the work to the session. */
export function createService(parts: ServiceParts): WorkerApi {
  const signals = createSignals();
  let opening: Promise<Session> | null = null;
  /** Once it is open. */
  let live: Session | null = null;
  let isClosed = false;

  const opened = async (): Promise<Session> => {
    if (isClosed) throw new SdkError('closed', 'this worker is closed or its profile was erased; start another one');
    if (opening === null) throw new SdkError('invalid-state', 'call open() first');
    return opening;
  };
  /** A worker whose database is gone (erased by another tab, say) answers nothing any more: the page starts another one. */
  const session = async (): Promise<Session> => {
    const open = await opened();
    const lost = open.lost();
    if (lost !== null) throw lost;
    return open;
  };
  const end = (): void => {
    isClosed = true;
    live = null;
    signals.clear();
  };

  return {
    async open(options) {
      expectOptions(options);
      if (isClosed || opening !== null) throw new SdkError('invalid-state', 'open() is called once per worker');
      opening = openAnywhere(parts, signals, options);
      try {
        live = await opening;
        return live.opened();
      } catch (error) {
        opening = null; // the page may try again
        throw error;
      }
    },
    ingest: async (events) => (await session()).ingest(events),
    async rank(requests) {
      const open = await session();
      await open.caughtUp();
      return requests.map((request) => open.shelves.rank(request));
    },
    why: async (list, itemId) => (await session()).shelves.why(list, itemId),
    profile: async () => (await session()).profile(),
    exportProfile: async () => (await session()).exportProfile(),
    forget: async (selector) => ({ events: await (await session()).forget(selector) }),
    async erase() {
      const open = await opened();
      end();
      await open.erase();
    },
    setConsent: async (consent) => (await session()).setConsent(consent),
    rounds: async () => (await session()).rounds(),
    refreshRounds: async () => (await session()).refreshRounds(),
    engine: async () => (await session()).engines.report(),
    chooseEngine: async (wanted) => (await session()).engines.choose(wanted),
    raceEngines: async () => (await session()).engines.race(),
    loseGpu: async () => (await session()).engines.loseGpu(),
    async listen(listener) {
      signals.listen(listener); // whoever listens while the profile is opened is told of its orders then
      live?.shelves.rerank();
    },
    async close() {
      if (isClosed) return;
      const open = opening;
      end();
      await (await open)?.close();
    },
  };
}

/** On the disk; where that does not open or cannot be read, in memory, with a notice. What is there is never deleted. */
async function openAnywhere(parts: ServiceParts, signals: Signals, options: WorkerOptions): Promise<Session> {
  const notices = createNotices(signals);
  const context = { parts, signals, notices, options };
  const { store, error } = await openStore(parts.clock, options.storage, () => parts.openProfileStore(options.site));
  if (error !== null) notices.add(error);
  try {
    return await openSession({ ...context, store });
  } catch (thrown) {
    if (!store.durable) throw thrown;
    notices.add(toSdkError(thrown, 'storage-corrupt'));
    store.close();
    return openSession({ ...context, store: openMemoryProfileStore() });
  }
}

function expectOptions(options: WorkerOptions): void {
  const { protocol, site } = options;
  if (!(protocol >= oldestProtocol && protocol <= WORKER_PROTOCOL)) {
    throw new SdkError(
      'protocol-mismatch',
      `the page speaks protocol ${protocol}, this worker ${oldestProtocol} to ${WORKER_PROTOCOL}; serve page script and worker file of one release`,
    );
  }
  if (!/^[a-z0-9.-]{1,64}$/.test(site))
    throw new SdkError('invalid-options', `site must be 1 to 64 of a–z, 0–9, dot and dash, got ${JSON.stringify(site)}`);
}
