import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { decodeBasis, encodeBasis } from '../../core/catalogue/basis-file.js';
import { buildCatalogue } from '../../core/catalogue/build-catalogue.js';
import type { TierBuild } from '../../core/catalogue/build-tier.js';
import type { CatalogueItem } from '../../core/catalogue/catalogue-item.js';
import { decodeCatalogue } from '../../core/catalogue/decode-catalogue.js';
import type { Catalogue, CatalogueManifest } from '../../core/catalogue/format.js';
import { chunksOf, parseManifest } from '../../core/catalogue/manifest.js';
import type { VectorBasis } from '../../core/catalogue/item-vectors.js';

/** Tier → its manifest's file name. The pool has the plain one: it is what a page names. */
export const manifestNames = { pool: 'manifest.json', all: 'all.json' } as const;

/** Not for the web: what the next build stands on. */
const stateFolder = '.build';

export interface FolderBuild {
  readonly pool: TierFiles;
  readonly all: TierFiles | null;
  /** What of the build before could not be used, in words. */
  readonly notices: readonly string[];
}

export interface TierFiles {
  readonly build: TierBuild;
  readonly manifestBytes: number;
  /** Kind of chunk (`r` ranking, `n` names, `o` offers, `v` variants, `e` vectors, `d` delta) → bytes after brotli, of the files a fresh device fetches. */
  readonly brotliBytes: ReadonlyMap<string, number>;
  /** Of the delta that this build adds; 0 for a base. */
  readonly deltaBytes: number;
}

export interface FolderOptions {
  readonly poolSize: number;
  readonly nowMs: number;
  /** Fit the vectors anew: every profile's user vector starts over. */
  readonly refit: boolean;
}

/**
 * Builds into `dir`: chunks first, manifests last and each by rename, so that a device never sees half a build. Files of
 * the build before stay for devices that still hold its manifest; older ones go. Beside each chunk lies `FILE.br`.
 */
export async function buildFolder(items: readonly CatalogueItem[], dir: string, options: FolderOptions): Promise<FolderBuild> {
  await mkdir(join(dir, stateFolder), { recursive: true });
  const notices: string[] = [];
  const [pool, all] = [await readTier(dir, manifestNames.pool, notices), await readTier(dir, manifestNames.all, notices)];
  const basis = options.refit ? null : await readBasis(dir, notices);
  const build = buildCatalogue(items, {
    poolSize: options.poolSize,
    hash,
    firstVersion: Math.floor(options.nowMs / 1_000),
    previous: { pool, all, basis },
  });

  const keep = new Set([pool, all].flatMap((catalogue) => (catalogue === null ? [] : chunksOf(catalogue.manifest).map((ref) => ref.url))));
  await writeFile(join(dir, stateFolder, 'basis.bin'), encodeBasis(build.basis));
  const result = {
    pool: await writeTier(dir, manifestNames.pool, build.pool, keep),
    all: build.all === null ? null : await writeTier(dir, manifestNames.all, build.all, keep),
    notices,
  };
  if (build.all === null) await rm(join(dir, manifestNames.all), { force: true });
  await sweep(dir, keep);
  return result;
}

async function writeTier(dir: string, name: string, build: TierBuild, keep: Set<string>): Promise<TierFiles> {
  for (const [url, bytes] of build.files) {
    await writeFile(join(dir, url), bytes);
    await writeFile(join(dir, `${url}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  }
  const json = JSON.stringify(build.manifest);
  await writeFile(join(dir, `${name}.new`), json);
  await rename(join(dir, `${name}.new`), join(dir, name));
  const brotliBytes = new Map<string, number>();
  for (const { url } of chunksOf(build.manifest)) {
    keep.add(url);
    brotliBytes.set(url[0]!, (brotliBytes.get(url[0]!) ?? 0) + (await brotliSize(dir, url)));
  }
  const delta = build.kind === 'delta' ? build.manifest.deltas.at(-1) : undefined;
  return {
    build,
    manifestBytes: Buffer.byteLength(json),
    brotliBytes,
    deltaBytes: delta === undefined ? 0 : await brotliSize(dir, delta.url),
  };
}

async function brotliSize(dir: string, url: string): Promise<number> {
  return (await readFile(join(dir, `${url}.br`)).catch(async () => brotliCompressSync(await readFile(join(dir, url))))).length;
}

async function readTier(dir: string, name: string, notices: string[]): Promise<Catalogue | null> {
  const text = await readFile(join(dir, name), 'utf8').catch(() => null);
  if (text === null) return null; // the first build
  try {
    const manifest: CatalogueManifest = parseManifest(JSON.parse(text));
    const chunks = new Map<string, Uint8Array>();
    for (const { url, hash: wanted } of chunksOf(manifest)) {
      const bytes = await readFile(join(dir, url));
      if (hash(bytes) !== wanted) throw new Error(`${url} is not the file that was built`);
      chunks.set(wanted, bytes);
    }
    return decodeCatalogue(manifest, chunks);
  } catch (thrown) {
    notices.push(
      `${name} of the build before cannot be used (${thrown instanceof Error ? thrown.message : String(thrown)}); devices fetch a new base`,
    );
    return null;
  }
}

async function readBasis(dir: string, notices: string[]): Promise<VectorBasis | null> {
  const bytes = await readFile(join(dir, stateFolder, 'basis.bin')).catch(() => null);
  if (bytes === null) return null; // the first build
  try {
    return decodeBasis(bytes);
  } catch (thrown) {
    notices.push(
      `the basis of the item vectors cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)}); it is fitted anew and user vectors start over`,
    );
    return null;
  }
}

/** Deletes chunks of ours that neither this build nor the one before names. Touches no other file. */
async function sweep(dir: string, keep: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(dir))
    if (/^[rnoved]-[0-9a-f]{16}\.bin(\.br)?$/.test(name) && !keep.has(name.replace(/\.br$/, ''))) await rm(join(dir, name));
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
