import type { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import type { Catalogue, CatalogueManifest, ChunkRef } from '../core/catalogue/format.js';
import { chunksOf, parseManifest } from '../core/catalogue/manifest.js';
import { SdkError } from '../core/errors.js';
import { readStored, type CatalogueSource, type StoredManifest } from './stored-catalogue.js';

/** A manifest younger than this is not asked for again; the same as the max-age it is served with. */
export const MANIFEST_MAX_AGE_MS = 60_000;

export interface CatalogueServer extends CatalogueSource {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly nowMs: number;
  /** Handed in, because it is in the worker and this file in a lazy chunk. */
  readonly decode: typeof decodeCatalogue;
  /** What `storedCatalogue` has answered. */
  readonly held?: Catalogue | null;
}

/**
 * The newest catalogue there is, `held` itself where that is it: chunks that are stored are not fetched again, so a day's
 * change costs one delta, and no change costs the manifest.
 * Errors: `catalogue-unavailable`, `catalogue-invalid`; what is held is then the best to be had.
 */
export async function loadCatalogue(source: CatalogueServer): Promise<Catalogue> {
  const { store, url, nowMs, decode, held = null } = source;
  if (held !== null) {
    // A clock that was set back makes the age negative: then ask.
    const ageMs = nowMs - ((await readStored(source))?.fetchedAtMs ?? -Infinity);
    if (ageMs >= 0 && ageMs < MANIFEST_MAX_AGE_MS) return held;
  }
  const manifest = await fetchManifest(source);
  const catalogue =
    JSON.stringify(manifest) === JSON.stringify(held?.manifest) ? held! : decode(manifest, await collectChunks(source, manifest));
  await remember(store, { url, fetchedAtMs: nowMs, manifest });
  return catalogue;
}

async function fetchManifest(source: CatalogueServer): Promise<CatalogueManifest> {
  const response = await get(source, source.url, 'no-cache'); // the browser asks with its own ETag
  let json: unknown;
  try {
    json = await response.json();
  } catch (cause) {
    throw new SdkError('catalogue-invalid', `${source.url} is not JSON; expected the manifest that “homebody catalogue build” wrote`, {
      cause,
    });
  }
  return parseManifest(json);
}

async function collectChunks(source: CatalogueServer, manifest: CatalogueManifest): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = chunksOf(manifest).map(async (ref) => {
    const stored = await source.store.getChunk(ref.hash);
    // A stored chunk that is damaged must not stand in the way for as long as the shop keeps this build.
    const isWhole = stored !== undefined && (await sha256(stored)) === ref.hash;
    return [ref.hash, isWhole ? stored : await fetchChunk(source, ref)] as const;
  });
  return new Map(await Promise.all(entries));
}

async function fetchChunk(source: CatalogueServer, ref: ChunkRef): Promise<Uint8Array> {
  const url = new URL(ref.url, source.url).href;
  const response = await get(source, url, 'default');
  const bytes = new Uint8Array(await response.arrayBuffer());
  const hash = await sha256(bytes);
  if (bytes.length !== ref.sizeBytes || hash !== ref.hash)
    throw new SdkError(
      'catalogue-invalid',
      `${url} has ${bytes.length} bytes with hash ${hash.slice(0, 12)}…, the manifest says ${ref.sizeBytes} and ${ref.hash.slice(0, 12)}…; upload all files of one build together`,
    );
  await source.store.putChunk(ref.hash, bytes).catch(() => {}); // a full disk costs a fetch next time, not the catalogue
  return bytes;
}

/** No cookies, no referrer: the same request from every device. */
async function get({ fetch }: CatalogueServer, url: string, cache: RequestCache): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache, credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (cause) {
    throw new SdkError(
      'catalogue-unavailable',
      `${url} could not be fetched (offline, blocked by the page's CSP connect-src, or no CORS header)`,
      { cause },
    );
  }
  if (!response.ok)
    throw new SdkError('catalogue-unavailable', `${url} answered ${response.status}; expected the files of one “homebody catalogue build”`);
  return response;
}

async function remember(store: CatalogueSource['store'], stored: StoredManifest): Promise<void> {
  try {
    await store.setMeta('catalogueManifest', stored);
    await store.dropChunksExcept(chunksOf(stored.manifest).map((ref) => ref.hash));
  } catch {
    // Not stored, so it is fetched again next time; the catalogue itself is good.
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle === undefined)
    throw new SdkError(
      'catalogue-unavailable',
      'a catalogue needs a secure context (https or localhost), since its chunks are checked by hash',
    );
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
