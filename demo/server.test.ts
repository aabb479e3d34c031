import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeShelf } from './data/shelves.js';
import { createShop } from './server.js';

let folder: string;
let shop: Hono;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'northlight-'));
  await mkdir(join(folder, 'dist'));
  await mkdir(join(folder, 'demo', 'assets'), { recursive: true });
  await mkdir(join(folder, 'demo', 'catalogue'));
  await writeFile(join(folder, 'secret.txt'), 'not for the web');
  await writeFile(join(folder, 'dist', 'snippet.js'), 'void 0');
  await writeFile(join(folder, 'demo', 'assets', 'shop.js'), 'void 1');
  await writeFile(join(folder, 'demo', 'catalogue', 'manifest.json'), '{}');
  await writeFile(join(folder, 'demo', 'catalogue', 'ranking-0.bin'), 'x');
  const script = `console.error('{"done":500,"of":2000}\\n{"note":"half"}'); setTimeout(() => console.log('2000 of 2000 reports are in round 1'), 50)`;
  ({ app: shop } = await createShop({
    distDir: join(folder, 'dist'),
    demoDir: join(folder, 'demo'),
    endpointUrl: 'http://127.0.0.1:9',
    bring: { command: [process.execPath, '-e', script] },
  }));
});

afterAll(() => rm(folder, { recursive: true }));

const origin = 'http://127.0.0.1:4000';
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => shop.request(`${origin}${path}`, { headers });

describe('pages', () => {
  const first = homeShelf[0]?.id ?? '';

  test.each([
    '/',
    '/c/all',
    '/c/blues',
    '/c/deep-blues?sort=price&page=2',
    '/search',
    '/search?q=mist',
    '/search?q=%237a8b99',
    `/p/${first}`,
    '/cart',
    '/checkout',
    '/thanks',
    '/about-privacy',
    '/react',
    '/offline',
  ])('%s answers a whole page', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });

  test.each(['/nowhere', '/p/no-such-paint-000000', '/c/plaids'])('%s is a designed 404', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('Not on the card');
  });

  test('are the same for everyone and set no cookie', async () => {
    const one = await get('/', { cookie: 'a=1', 'user-agent': 'one' });
    const other = await get('/', { cookie: 'b=2', 'user-agent': 'other', 'accept-language': 'de' });
    expect(one.headers.get('set-cookie')).toBeNull();
    expect(await one.text()).toBe(await other.text());
    expect(one.headers.get('etag')).toBe(other.headers.get('etag'));
  });

  test('the policy names the hash of every inline script that runs, and nothing else may', async () => {
    const response = await get('/');
    const policy = response.headers.get('content-security-policy') ?? '';
    const scripts = [...(await response.text()).matchAll(/<script(?![^>]*(?:src|type)=)[^>]*>([^]*?)<\/script>/g)].map(
      (match) => match[1] ?? '',
    );
    expect(scripts).toHaveLength(4);
    for (const script of scripts) expect(policy).toContain(createHash('sha256').update(script).digest('base64'));
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
  });

  test('the stub of Homebody is the documented one: what is pushed waits, and the shop’s code takes it for no client', async () => {
    const script = /<script>(window\.homebody[^<]*)<\/script>/.exec(await (await get('/')).text())?.[1] ?? '';
    const scope: { homebody?: { q: unknown[]; push(command: unknown): void; status?: unknown } } = {};
    runInNewContext(script, { window: scope });
    scope.homebody?.push(['track', { type: 'view' }]);
    expect(scope.homebody?.q).toEqual([['track', { type: 'view' }]]);
    expect(scope.homebody).not.toHaveProperty('status');
    expect(await readFile('src/script.ts', 'utf8')).toContain(script);
  });

  test('the privacy page names everything that the shop and Homebody keep in a browser', async () => {
    const text = await (await get('/about-privacy')).text();
    const sources = (await readdir('demo', { recursive: true })).filter((file) => /^(client|panel)\/.*\.ts$/.test(file));
    const shop = (await Promise.all(sources.map((file) => readFile(join('demo', file), 'utf8')))).join('\n');
    const ofShop = [...shop.matchAll(/'(northlight\/[a-z]+)'/g)].map((match) => match[1]);
    const ofPage = /type StoredName = (.*);/.exec(await readFile('src/page/site-storage.ts', 'utf8'))?.[1]?.match(/[a-z]+/g) ?? [];
    expect([new Set(ofShop).size, ofPage.length]).toEqual([4, 4]);
    for (const name of [...ofShop, ...ofPage.map((key) => `homebody/demo/${key}`), 'homebody/demo', 'homebody-ledger'])
      expect(text).toContain(`<code>${name}</code>`);
  });

  test('what a shopper types is text, not markup', async () => {
    const text = await (await get(`/search?q=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`)).text();
    expect(text).not.toContain('<img');
  });

  test('the window holds all candidates, and an order of the shopper’s own turns ranking off', async () => {
    const home = await (await get('/')).text();
    expect(home.match(/data-homebody-item=/g)).toHaveLength(120);
    expect(home).not.toContain('data-homebody-sorted');
    expect(await (await get('/c/blues?sort=price')).text()).toContain('data-homebody-sorted');
    expect(await (await get('/c/blues?mood=calm')).text()).not.toContain('data-homebody-sorted');
  });
});

describe('files', () => {
  test('chunks are kept for ever, the manifest for a minute', async () => {
    expect((await get('/catalogue/manifest.json')).headers.get('cache-control')).toBe('public, max-age=60');
    expect((await get('/catalogue/ranking-0.bin')).headers.get('cache-control')).toContain('immutable');
  });

  test('an unchanged switch is answered 304', async () => {
    const etag = (await get('/homebody.json')).headers.get('etag') ?? '';
    expect((await get('/homebody.json', { 'if-none-match': etag })).status).toBe(304);
  });

  test.each(['/homebody/..%2fsecret.txt', '/homebody/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt'])(
    '%s does not leave the folder',
    async (path) => {
      expect(await (await get(path)).text()).not.toContain('not for the web');
    },
  );
});

describe('bring 2,000 shoppers', () => {
  const post = async (host: string, from: string | null): Promise<Response> =>
    shop.request(`http://${host}/demo/bring`, { method: 'POST', headers: from === null ? {} : { origin: from } });

  test('streams how far the simulator is', async () => {
    const lines = (await (await post('127.0.0.1:4000', origin)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      { kind: 'progress', done: 500, total: 2000 },
      { kind: 'note', text: 'half' },
      { kind: 'note', text: '2000 of 2000 reports are in round 1' },
      { kind: 'end', ok: true, text: '2000 of 2000 reports are in round 1' },
    ]);
  });

  test('brings one crowd at a time, and finishes it where nobody listens', async () => {
    const first = await post('127.0.0.1:4000', origin);
    await first.body?.cancel();
    expect((await post('127.0.0.1:4000', origin)).status).toBe(409);
    await expect.poll(async () => (await post('127.0.0.1:4000', origin)).status).toBe(200);
  });

  test.each([
    ['a page of another site', '127.0.0.1:4000', 'https://elsewhere.example'],
    ['another port of this machine', '127.0.0.1:4000', 'http://127.0.0.1:4001'],
    ['no page at all', '127.0.0.1:4000', null],
    ['a shop that is not on this machine', 'shop.example', 'http://shop.example'],
  ])('refuses %s', async (_who, host, from) => {
    expect((await post(host, from)).status).toBe(403);
  });
});
