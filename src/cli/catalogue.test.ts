import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generatedFeed, oneDayLater } from '../core/catalogue/generated-feed.contract.js';
import type { CatalogueItem } from '../core/catalogue/catalogue-item.js';
import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import { canonicalRow, vectorAt } from '../core/catalogue/read-catalogue.js';
import { openMemoryProfileStore } from '../storage/memory-store.js';
import { loadCatalogue } from '../worker/catalogue-loader.js';
import { catalogueBuild, type CatalogueBuildOptions } from './catalogue.js';

describe('homebody catalogue build', () => {
  let dir = '';
  let said: string[] = [];
  const feed = generatedFeed(400);
  const day = 86_400_000;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'homebody-catalogue-'));
    said = [];
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function build(items: readonly CatalogueItem[], more: Partial<CatalogueBuildOptions> = {}, nowMs = 1_000 * day): Promise<number> {
    const path = join(dir, 'feed.json');
    await writeFile(path, JSON.stringify(items.map(({ variantIds, ...item }) => ({ ...item, variants: variantIds }))));
    const print = (text: string): void => void said.push(text);
    return catalogueBuild(path, { out: join(dir, 'out'), pool: 5_000, ...more }, nowMs, { out: print, error: print });
  }
  const files = async (): Promise<string[]> => (await readdir(join(dir, 'out'))).filter((name) => name !== '.build').sort();
  /** As a device loads it, from the folder. */
  const load = (name = 'manifest.json') =>
    loadCatalogue({
      url: `https://shop.example/${name}`,
      fetch: async (target) => new Response(await readFile(join(dir, 'out', target.slice('https://shop.example/'.length)))),
      store: openMemoryProfileStore(),
      nowMs: 1,
      decode: decodeCatalogue,
    });

  test('writes what a device can load, each chunk also in brotli', async () => {
    expect(await build(feed)).toBe(0);
    const catalogue = await load();
    expect(catalogue.manifest.items).toBe(400);
    expect(catalogue.manifest.version).toBe(1_000 * 86_400);
    for (const name of (await files()).filter((file) => file.endsWith('.bin')))
      expect(brotliDecompressSync(await readFile(join(dir, 'out', `${name}.br`)))).toEqual(await readFile(join(dir, 'out', name)));
    expect(said.join('\n')).toContain('✓ pool, all chunks');
    expect(said.join('\n')).toMatch(/400 items and \d+ variant ids from 400 records/);
  });

  test('the next day adds one delta and keeps everything else', async () => {
    await build(feed);
    const before = await files();
    expect(await build(oneDayLater(feed, 0.02), { json: true }, 1_001 * day)).toBe(0);
    const added = (await files()).filter((name) => !before.includes(name));
    expect(added).toEqual([expect.stringMatching(/^d-.*\.bin$/), expect.stringMatching(/^d-.*\.bin\.br$/)]);
    const report = JSON.parse(said.at(-1)!) as { ok: boolean; pool: { kind: string }; sizes: { name: string; bytes: number }[] };
    expect(report).toMatchObject({ ok: true, pool: { kind: 'delta', version: 1_000 * 86_400 + 1 } });
    expect(report.sizes.some((line) => line.name.startsWith("pool, today's delta"))).toBe(true);
    expect((await load()).manifest.deltas).toHaveLength(1);
  });

  test('a pool smaller than the feed comes with the whole catalogue beside it', async () => {
    expect(await build(feed, { pool: 100 })).toBe(0);
    expect((await load()).manifest.items).toBe(100);
    expect((await load('all.json')).manifest.items).toBe(400);
  });

  test('keeps chunks of the build before for devices that hold its manifest, and sweeps older ones, foreign files never', async () => {
    await build(feed);
    const first = (await files()).filter((name) => name.startsWith('r-'));
    await writeFile(join(dir, 'out', 'robots.txt'), 'mine');
    await build(generatedFeed(400, 50));
    expect(await files()).toEqual(expect.arrayContaining(first));
    await build(generatedFeed(400, 51));
    expect((await files()).filter((name) => first.includes(name))).toEqual([]);
    expect(await files()).toContain('robots.txt');
  });

  test('vectors keep their meaning from build to build, unless a refit is asked for', async () => {
    await build(feed);
    const first = await load();
    await build(generatedFeed(400, 50).concat(feed[0]!));
    const second = await load();
    expect(second.manifest.deltas).toEqual([]);
    expect(second.manifest.model).toEqual(first.manifest.model);
    expect(vectorAt(second, canonicalRow(second, feed[0]!.id)!)).toEqual(vectorAt(first, canonicalRow(first, feed[0]!.id)!));
    await build(feed, { refit: true });
    expect((await load()).manifest.model!.catalogueVersion).toBeGreaterThan(first.manifest.model!.catalogueVersion);
  });

  test('a damaged build before is said and replaced, not built upon', async () => {
    await build(feed);
    const ranking = (await files()).find((name) => /^r-.*bin$/.test(name))!;
    await writeFile(join(dir, 'out', ranking), 'damaged');
    expect(await build(oneDayLater(feed, 0.02))).toBe(0);
    expect(said.join('\n')).toMatch(/manifest\.json of the build before cannot be used .* is not the file that was built/);
    expect((await load()).manifest.deltas).toEqual([]);
  });

  test('a bad feed is told by record and leaves the last build alone', async () => {
    await build(feed);
    const before = await readFile(join(dir, 'out', 'manifest.json'), 'utf8');
    expect(await build([...feed, { id: '' }, { id: '' }, { id: '' }, { id: '' }, { id: '' }])).toBe(1);
    expect(said.at(-1)).toMatch(/feed\.json: 5 of 405 records are bad\n {2}item 401: no id/);
    expect(await readFile(join(dir, 'out', 'manifest.json'), 'utf8')).toBe(before);
  });

  test('a feed that is not there is exit code 2', async () => {
    const print = (text: string): void => void said.push(text);
    expect(await catalogueBuild(join(dir, 'nowhere.xml'), { out: dir, pool: 10 }, 1, { out: print, error: print })).toBe(2);
    expect(said[0]).toContain('nowhere.xml cannot be read');
  });

  test('a pool over its budget is built, marked and exit code 1', async () => {
    const noisy = generatedFeed(4_000).map((item, n) => ({
      ...item,
      id: hashOf(n),
      tags: Array.from({ length: 6 }, (_, k) => `t${k}:${hashOf(n * 7 + k)}`),
    }));
    expect(await build(noisy)).toBe(1);
    expect(said.join('\n')).toContain('✗ pool, all chunks');
  });
});

/** Text without structure to compress. */
function hashOf(n: number): string {
  let hash = Math.imul(n + 1, 0x9e3779b1);
  let text = '';
  for (let k = 0; k < 5; k++) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + k;
    text += (hash >>> 0).toString(36);
  }
  return text;
}
