/**
 * The worker of a page, as one classic script. A page connects like this (with comlink, `core/error-transfer` and the
 * types of `worker/api/worker-api`, never with code of this folder):
 *
 *   keepErrorCodes(transferHandlers);                          // once per page, before wrap: codes survive the border
 *   const worker = new Worker(url, { name });                  // classic; nothing is fetched or stored before open()
 *   const api = wrap<WorkerApi>(worker);
 *   await api.listen(proxy((signal) => …));                    // before or after open(); one call per listener
 *   const opened = await api.open({ protocol: WORKER_PROTOCOL, … });  // first of all other calls, once per worker
 *
 * Calls before `open` reject with `invalid-state`, after `close` or `erase` with `closed`; a refused `open` may be
 * repeated. Once the database is gone (another tab has erased it: `closed`) every call rejects with the reason, and another
 * worker is to be started. Whoever gives up a worker awaits `close()` (it writes what is due) and then terminates it; terminating at any
 * time loses nothing that was acknowledged. `rank` with `{ id }` items is enough once the catalogue is there.
 */
import { expose, transferHandlers } from 'comlink';
import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import { packThrown } from '../core/error-transfer.js';
import { SdkError } from '../core/errors.js';
import { openIdbProfileStore } from '../storage/idb-store.js';
import type { ChunkUrls } from './api/worker-api.js';
import type { Clock } from './clock.js';
import { createLazyRounds } from './lazy-rounds.js';
import { createService } from './service.js';

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

async function later(chunks: ChunkUrls | null): Promise<typeof import('./later-entry.js')> {
  if (chunks === null) throw new SdkError('invalid-options', 'set chunkBase to where later.js and the other chunks lie');
  return import(/* @vite-ignore */ chunks.later);
}

packThrown(transferHandlers);
expose(
  createService({
    clock,
    openProfileStore: openIdbProfileStore,
    digest: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
    loadCatalogue: async (url, store, held, chunks) =>
      (await later(chunks)).loadCatalogue({ url, fetch, store, nowMs: clock.now(), decode: decodeCatalogue, held }),
    loadSelector: async (chunks) => (await later(chunks)).createEngineSelector,
    loadSimd: async (url) => ((await import(/* @vite-ignore */ url)) as typeof import('../compute/simd/entry.js')).createSimdEngine(),
    loadWebgl: async (url) => ((await import(/* @vite-ignore */ url)) as typeof import('../compute/webgl/entry.js')).createWebglEngine(),
    createRounds: (context) =>
      createLazyRounds(context, clock, async (url) => (await import(/* @vite-ignore */ url)) as typeof import('./rounds-entry.js')),
    isGpc: () => (navigator as { readonly globalPrivacyControl?: boolean }).globalPrivacyControl === true, // not in TypeScript's library yet
  }),
);
