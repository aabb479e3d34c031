import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import type { Catalogue, CatalogueManifest, ChunkRef } from '../core/catalogue/format.js';
import { chunksOf, parseManifest } from '../core/catalogue/manifest.js';
import { SdkError, toSdkError } from '../core/errors.js';
import type { ProfileStore } from '../storage/profile-store.js';

/** A manifest younger than this is not asked for again; the same as the max-age it is served with. */
export const MANIFEST_MAX_AGE_MS = 60_000;

export interface CatalogueSource {
  /** Absolute URL of the manifest. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly store: Pick<ProfileStore, 'getMeta' | 'setMeta' | 'getChunk' | 'putChunk' | 'dropChunksExcept'>;
  readonly nowMs: number;
  /** Hears why the stored copy was taken where the newest could not be. */
  readonly onStale?: (error: SdkError) => void;
}

/** What `meta.catalogueManifest` holds: a manifest whose chunks are all in the store. */
interface StoredManifest {
  readonly url: string;
  readonly fetchedAtMs: number;
  readonly manifest: CatalogueManifest;
}

/**
 * The newest catalogue there is: chunks that are stored are not fetched again, so a day's change costs one delta.
 * Offline, or where the newest is broken, the stored copy is taken.
 * Errors, without a stored copy: `catalogue-unavailable`, `catalogue-invalid`.
 */
export async function loadCatalogue(source: CatalogueSource): Promise<Catalogue> {
  const { store, url, nowMs } = source;
  const stored = await readStored(source);
  // A clock that was set back makes the age negative: then ask.
  const ageMs = stored === null ? Infinity : nowMs - stored.fetchedAtMs;
  if (stored !== null && ageMs >= 0 && ageMs < MANIFEST_MAX_AGE_MS) {
    const fresh = await decodeStored(source, stored.manifest);
    if (fresh !== null) return fresh;
  }
  try {
    const manifest = await fetchManifest(source);
    const chunks = await collectChunks(source, manifest);
    const catalogue = decodeCatalogue(manifest, chunks);
    await remember(store, { url, fetchedAtMs: nowMs, manifest });
    return catalogue;
  } catch (thrown) {
    const error = toSdkError(thrown, 'catalogue-unavailable');
    const old = stored === null ? null : await decodeStored(source, stored.manifest);
    if (old === null) throw error;
    source.onStale?.(error);
    return old;
  }
}

async function readStored({ store, url }: CatalogueSource): Promise<StoredManifest | null> {
  const held = await store.getMeta('catalogueManifest');
  if (typeof held !== 'object' || held === null || !('url' in held) || held.url !== url) return null;
  try {
    const { fetchedAtMs, manifest } = held as { readonly fetchedAtMs?: unknown; readonly manifest?: unknown }; // read as unknown
    return { url, fetchedAtMs: typeof fetchedAtMs === 'number' ? fetchedAtMs : 0, manifest: parseManifest(manifest) };
  } catch {
    return null; // written by an SDK of another format: as if it were not there
  }
}

/** Null where a chunk has been evicted or does not decode any more. */
async function decodeStored({ store }: CatalogueSource, manifest: CatalogueManifest): Promise<Catalogue | null> {
  const chunks = new Map<string, Uint8Array>();
  for (const { hash } of chunksOf(manifest)) {
    const bytes = await store.getChunk(hash);
    if (bytes === undefined) return null;
    chunks.set(hash, bytes);
  }
  try {
    return decodeCatalogue(manifest, chunks);
  } catch {
    return null; // built for another decoder: the newest is fetched instead
  }
}

async function fetchManifest(source: CatalogueSource): Promise<CatalogueManifest> {
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

async function collectChunks(source: CatalogueSource, manifest: CatalogueManifest): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = chunksOf(manifest).map(
    async (ref) => [ref.hash, (await source.store.getChunk(ref.hash)) ?? (await fetchChunk(source, ref))] as const,
  );
  return new Map(await Promise.all(entries));
}

async function fetchChunk(source: CatalogueSource, ref: ChunkRef): Promise<Uint8Array> {
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
async function get({ fetch }: CatalogueSource, url: string, cache: RequestCache): Promise<Response> {
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
