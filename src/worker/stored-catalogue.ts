import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import { CATALOGUE_FORMAT, type Catalogue, type CatalogueManifest } from '../core/catalogue/format.js';
import { chunksOf } from '../core/catalogue/manifest.js';
import type { ProfileStore } from '../storage/profile-store.js';

/** The catalogue as the last visit left it: no request, no chunk. Getting the newest is `catalogue-loader.ts`, in `later.js`. */

export interface CatalogueSource {
  /** Absolute URL of the manifest. */
  readonly url: string;
  readonly store: Pick<ProfileStore, 'getMeta' | 'setMeta' | 'getChunk' | 'putChunk' | 'dropChunksExcept'>;
}

/** What `meta.catalogueManifest` holds: a manifest that was checked, whose chunks are all in the store. */
export interface StoredManifest {
  readonly url: string;
  readonly fetchedAtMs: number;
  readonly manifest: CatalogueManifest;
}

/** The copy of the last visit, however old; null where there is none, or none that can be read. */
export async function storedCatalogue(source: CatalogueSource): Promise<Catalogue | null> {
  try {
    const stored = await readStored(source);
    if (stored === null) return null;
    const { manifest } = stored;
    const chunks = await Promise.all(chunksOf(manifest).map(async ({ hash }) => [hash, (await source.store.getChunk(hash))!] as const));
    return decodeCatalogue(manifest, new Map(chunks)); // refuses a chunk that is missing
  } catch {
    return null; // evicted, or built for another decoder: as if it were not there, and the newest mends it
  }
}

/** Null for none of this URL and format: it was checked before it was stored, but perhaps by another SDK. */
export async function readStored({ store, url }: CatalogueSource): Promise<StoredManifest | null> {
  const held = (await store.getMeta('catalogueManifest')) as Partial<StoredManifest> | undefined; // see above
  if (held?.url !== url || held.manifest?.format !== CATALOGUE_FORMAT) return null;
  return { url, fetchedAtMs: Number(held.fetchedAtMs), manifest: held.manifest };
}
