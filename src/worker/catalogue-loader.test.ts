import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildCatalogue, type BuildOptions } from '../core/catalogue/build-catalogue.js';
import type { CatalogueItem } from '../core/catalogue/catalogue-item.js';
import { decodeCatalogue } from '../core/catalogue/decode-catalogue.js';
import { generatedFeed, oneDayLater } from '../core/catalogue/generated-feed.contract.js';
import { canonicalRow } from '../core/catalogue/read-catalogue.js';
import { openMemoryProfileStore } from '../storage/memory-store.js';
import { loadCatalogue, MANIFEST_MAX_AGE_MS, type CatalogueServer } from './catalogue-loader.js';
import { storedCatalogue } from './stored-catalogue.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const url = 'https://shop.example/catalogue/manifest.json';

/** A shop's web server, with its log of requests. */
function webServer() {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const requests: { readonly path: string; readonly init: RequestInit | undefined }[] = [];
  const byHash = new Map<string, Uint8Array>();
  let previous: NonNullable<BuildOptions['previous']> = { pool: null, all: null, basis: null };
  const server = {
    files,
    requests,
    isOnline: true,
    publish(feed: readonly CatalogueItem[]) {
      const build = buildCatalogue(feed, { poolSize: 1e6, hash, previous });
      for (const [name, bytes] of build.pool.files) {
        files.set(name, bytes);
        byHash.set(hash(bytes), bytes);
      }
      files.set('manifest.json', new TextEncoder().encode(JSON.stringify(build.pool.manifest)));
      previous = { pool: decodeCatalogue(build.pool.manifest, byHash), all: null, basis: build.basis };
    },
    fetch: async (target: string, init?: RequestInit): Promise<Response> => {
      if (!server.isOnline) throw new TypeError('Failed to fetch');
      const path = target.replace('https://shop.example/catalogue/', '');
      requests.push({ path, init });
      const body = files.get(path);
      return body === undefined ? new Response('gone', { status: 404 }) : new Response(body);
    },
    paths(): string[] {
      return requests.splice(0).map((request) => request.path.replace(/-.*/, ''));
    },
  };
  return server;
}

describe('loading the catalogue', () => {
  const feed = generatedFeed(300);
  let server = webServer();
  let store = openMemoryProfileStore();
  let nowMs = 1e12;
  const stored = () => storedCatalogue({ url, store });
  const newest = (source: Omit<CatalogueServer, 'decode'>) => loadCatalogue({ ...source, decode: decodeCatalogue });
  /** As a visit does it: what is stored first, the newest behind it. */
  const load = async () => newest({ url, fetch: server.fetch, store, nowMs, held: await stored() });

  beforeEach(() => {
    server = webServer();
    server.publish(feed);
    store = openMemoryProfileStore();
    nowMs = 1e12;
  });

  test('fetches manifest and chunks once, without cookies and referrer', async () => {
    const catalogue = await load();
    expect(catalogue.manifest.items).toBe(300);
    expect(canonicalRow(catalogue, feed[9]!.id)).toBeDefined();
    expect(server.requests.every(({ init }) => init?.credentials === 'omit' && init.referrerPolicy === 'no-referrer')).toBe(true);
    expect(server.paths().sort()).toEqual(['e', 'manifest.json', 'n', 'o', 'r', 'v']);
  });

  test('asks for nothing within a minute, and only for the manifest after it', async () => {
    await load();
    server.paths();
    nowMs += MANIFEST_MAX_AGE_MS - 1;
    expect((await load()).manifest.items).toBe(300);
    expect(server.paths()).toEqual([]);
    nowMs += 1;
    await load();
    expect(server.requests[0]!.init!.cache).toBe('no-cache');
    expect(server.paths()).toEqual(['manifest.json']);
  });

  test('a day’s change costs the manifest and one delta', async () => {
    await load();
    server.paths();
    server.publish(oneDayLater(feed, 0.04));
    nowMs += MANIFEST_MAX_AGE_MS;
    const catalogue = await load();
    expect(server.paths()).toEqual(['manifest.json', 'd']);
    expect(catalogue.manifest.version).toBe(2);
    expect(catalogue.manifest.items).not.toBe(0);
  });

  test('chunks of the build before are dropped once the new one is whole', async () => {
    await load();
    const before = server.paths();
    expect(before.length).toBe(6);
    const old = await store.getMeta('catalogueManifest');
    server.publish(generatedFeed(300, 99));
    nowMs += MANIFEST_MAX_AGE_MS;
    await load();
    const { manifest } = old as { manifest: { ranking: { hash: string } } };
    expect(await store.getChunk(manifest.ranking.hash)).toBeUndefined();
  });

  test('the stored copy is had without a request, however old; offline, the newest is an error with a code', async () => {
    expect(await stored()).toBeNull();
    await load();
    server.isOnline = false;
    nowMs += 9 * MANIFEST_MAX_AGE_MS;
    server.paths();
    expect((await stored())!.manifest.items).toBe(300);
    expect(server.paths()).toEqual([]);
    await expect(load()).rejects.toMatchObject({ code: 'catalogue-unavailable' });
  });

  test('what is held is answered itself where it is the newest, and is fresh again for a minute', async () => {
    await load();
    nowMs += 2 * MANIFEST_MAX_AGE_MS;
    const held = await stored();
    expect(await newest({ url, fetch: server.fetch, store, nowMs, held })).toBe(held);
    server.paths();
    expect(await newest({ url, fetch: server.fetch, store, nowMs: nowMs + MANIFEST_MAX_AGE_MS - 1, held })).toBe(held);
    expect(server.paths()).toEqual([]);
  });

  test.each([
    ['nonsense', 7],
    ['of another format', { url, fetchedAtMs: 1e12, manifest: { format: 99 } }],
    ['without its chunks', null],
  ])('a stored copy that is %s is as good as none, and is mended', async (_, manifest) => {
    await load();
    if (manifest === null) await store.dropChunksExcept([]);
    else await store.setMeta('catalogueManifest', manifest);
    expect(await stored()).toBeNull();
    expect((await load()).manifest.items).toBe(300);
    expect((await stored())!.manifest.items).toBe(300);
  });

  test('a stored chunk that is damaged is fetched again', async () => {
    const { manifest } = await load();
    const half = (await store.getChunk(manifest.ranking.hash))!.slice(0, 50);
    await store.putChunk(manifest.ranking.hash, half);
    expect(await stored()).toBeNull();
    expect((await load()).manifest.items).toBe(300);
    expect(await stored()).not.toBeNull();
  });

  test('offline without a stored copy is an error with a code', async () => {
    server.isOnline = false;
    await expect(load()).rejects.toMatchObject({ code: 'catalogue-unavailable' });
  });

  test('a missing chunk is an error that names it', async () => {
    for (const name of server.files.keys()) if (name.startsWith('o-')) server.files.delete(name);
    await expect(load()).rejects.toMatchObject({
      code: 'catalogue-unavailable',
      message: expect.stringMatching(/o-[0-9a-f]{16}\.bin answered 404/),
    });
  });

  test.each([
    ['one changed bit', (bytes: Uint8Array) => (bytes[40]! ^= 1)],
    ['a cut end', (bytes: Uint8Array) => bytes.fill(0, 100)],
  ])('a chunk with %s is refused by its hash and not stored', async (_, damage) => {
    const [name, bytes] = [...server.files].find(([file]) => file.startsWith('r-'))!;
    const copy = bytes.slice();
    damage(copy);
    server.files.set(name, copy);
    await expect(load()).rejects.toMatchObject({ code: 'catalogue-invalid' });
    expect(await store.getChunk(hash(copy))).toBeUndefined();
    server.files.set(name, bytes);
    expect((await load()).manifest.items).toBe(300);
  });

  test('a broken newer build leaves the shop with the one before', async () => {
    await load();
    server.files.set('manifest.json', new TextEncoder().encode('{"format":1}'));
    nowMs += MANIFEST_MAX_AGE_MS;
    await expect(load()).rejects.toMatchObject({ code: 'catalogue-invalid' });
    expect((await stored())!.manifest.version).toBe(1);
  });

  test('a page of HTML instead of a manifest is told in words', async () => {
    server.files.set('manifest.json', new TextEncoder().encode('<!doctype html>'));
    await expect(load()).rejects.toMatchObject({ code: 'catalogue-invalid', message: expect.stringContaining('homebody catalogue build') });
  });

  test('an evicted chunk is fetched again', async () => {
    await load();
    server.paths();
    await store.dropChunksExcept([]);
    expect((await load()).manifest.items).toBe(300);
    expect(server.paths()).toHaveLength(6);
  });

  test('a full disk still gives a catalogue', async () => {
    const full = Object.assign(openMemoryProfileStore(), {
      putChunk: () => Promise.reject(new Error('full')),
      setMeta: () => Promise.reject(new Error('full')),
    });
    const catalogue = await newest({ url, fetch: server.fetch, store: full, nowMs });
    expect(catalogue.manifest.items).toBe(300);
  });

  test('a catalogue of another URL is not taken for this one', async () => {
    await load();
    const elsewhere = 'https://shop.example/catalogue/de.json';
    server.files.set('de.json', server.files.get('manifest.json')!);
    server.paths();
    await newest({ url: elsewhere, fetch: server.fetch, store, nowMs });
    expect(server.paths()[0]).toBe('de.json');
  });
});
