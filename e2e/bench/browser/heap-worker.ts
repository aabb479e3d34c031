import { decodeCatalogue } from '../../../src/core/catalogue/decode-catalogue.js';
import { openIdbProfileStore } from '../../../src/storage/idb-store.js';
import { loadCatalogue } from '../../../src/worker/catalogue-loader.js';

/** Loads the whole catalogue as the SDK's worker does, and holds it. */
loadAndHold().then(
  ({ rows, ids }) => postMessage({ log: `${rows} items, ${ids} ids` }, { transfer: [] }),
  (error: unknown) => postMessage({ error: String(error) }, { transfer: [] }),
);

async function loadAndHold(): Promise<{ rows: number; ids: number }> {
  const store = await openIdbProfileStore('bench-heap');
  const catalogue = await loadCatalogue({
    url: new URL('/manifest.json', location.origin).href,
    fetch: (...args) => fetch(...args),
    store,
    nowMs: Date.now(),
    decode: decodeCatalogue,
  });
  Object.assign(globalThis, { held: catalogue });
  return { rows: catalogue.rows, ids: catalogue.rowOf.size };
}
