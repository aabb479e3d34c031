import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildCatalogue } from '../core/catalogue/build-catalogue.js';
import { generatedFeed } from '../core/catalogue/generated-feed.contract.js';
import { doctor, type DoctorParts } from './doctor.js';
import { findBrowser } from './doctor/find-browser.js';
import type { Finding } from './doctor/finding.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Stands in for the built script: the debug surface of the page and nothing else. */
const fakeScript = `(() => {
  const status = { phase: 'idle', consent: { personalise: false, contribute: false }, paused: false, durable: false, engine: null, bytesSent: 0, error: null };
  window.homebody = {
    site: 'shop', status: () => status,
    async consent(change) { Object.assign(status.consent, change); Object.assign(status, window.workerStarts === false ? { error: { code: 'worker-blocked', message: 'refused' } } : { phase: 'ready', durable: true, engine: 'reference' }); },
    async flush() {}, profile: { async get() { return { eventCount: 3 }; } },
  };
})();`;

const feed = generatedFeed(60);
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const browser = await findBrowser();

describe('homebody doctor', () => {
  let server: Server;
  let url = '';
  let answers: Map<string, (headers: IncomingHttpHeaders) => Answer>;
  const serve = (path: string, answer: Answer): unknown => answers.set(path, () => answer);
  const cards = (ids: readonly string[]): string =>
    `<ul data-homebody-list="home">${ids.map((id) => `<li data-homebody-item="${id}">${id}</li>`).join('')}</ul>`;
  const events = `<script>window.dataLayer = [{ event: 'view_item_list', ecommerce: { items: [{ item_id: '${feed[0]!.id}' }] } }];
    function gtag() { dataLayer.push(arguments) } gtag('event', 'select_item', { items: [{ item_id: '${feed[1]!.id}' }] });</script>`;
  const tag = '<script src="/homebody.iife.js" data-site="shop" data-catalogue="/catalogue/manifest.json"></script>';
  const htmlOf = (ids: readonly string[], extra = ''): string => `<!doctype html><title>Shop</title>${events}${extra}${tag}${cards(ids)}`;
  const page = (body: string, headers: Record<string, string> = {}): Answer => ({
    body,
    headers: { 'content-type': 'text/html', ...headers },
  });
  const known = feed.slice(0, 24).map((item) => item.id);

  beforeEach(async () => {
    answers = new Map();
    serve('/', page(htmlOf(known)));
    serve('/homebody.iife.js', { body: fakeScript, headers: { 'content-type': 'text/javascript' } });
    serve('/homebody.json', { body: '{"enabled":true}', headers: { 'cache-control': 'max-age=60', etag: '"1"' } });
    const { pool } = buildCatalogue(feed, { poolSize: 5_000, hash });
    serve('/catalogue/manifest.json', { body: JSON.stringify(pool.manifest), headers: { 'cache-control': 'max-age=60', etag: '"2"' } });
    for (const [name, bytes] of pool.files)
      serve(`/catalogue/${name}`, {
        body: brotliCompressSync(bytes),
        headers: { 'content-encoding': 'br', 'cache-control': 'max-age=31536000, immutable' },
      });
    server = createServer((request, response) => {
      const { status = 200, headers = {}, body } = answers.get(request.url!)?.(request.headers) ?? { status: 404, body: 'nothing here' };
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => new Promise((resolve) => void server.close(resolve)));

  const withoutBrowser: DoctorParts = {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    findBrowser: async () => ({ missing: 'none in this test' }),
  };

  async function ask(
    parts: DoctorParts = withoutBrowser,
  ): Promise<{ code: number; of: (check: string) => Finding; findings: readonly Finding[] }> {
    const lines: string[] = [];
    const code = await doctor(url, { json: true }, (line) => lines.push(line), parts);
    const { findings } = JSON.parse(lines[0]!) as { findings: Finding[] };
    return { code, findings, of: (check) => findings.find((finding) => finding.check === check)! };
  }

  describe('over HTTP alone', () => {
    test('finds nothing wrong with a page that is right, and says that no browser looked', async () => {
      const { code, findings, of } = await ask();
      expect(findings.filter((finding) => finding.ok === false)).toEqual([]);
      expect(code).toBe(0);
      expect(of('ids').detail).toBe('24 of 24 ids of the page are in the catalogue');
      expect(of('cache:catalogue').detail).toContain('60 items');
      expect(of('browser')).toMatchObject({ ok: null, detail: expect.stringContaining('none in this test') });
    });

    test('counts “22 of 24” and stays green, with a hint', async () => {
      serve('/', page(htmlOf([...known.slice(2), 'ghost-1', 'ghost-2'])));
      const { code, of } = await ask();
      expect(of('ids')).toMatchObject({
        ok: true,
        detail: '22 of 24 ids of the page are in the catalogue',
        fix: expect.stringContaining('"ghost-1", "ghost-2"'),
      });
      expect(code).toBe(0);
    });

    test('three unknown of 24 turn ranking off: red', async () => {
      serve('/', page(htmlOf([...known.slice(3), 'ghost-1', 'ghost-2', 'ghost-3'])));
      const { code, of } = await ask();
      expect(of('ids')).toMatchObject({ ok: false, detail: expect.stringContaining('21 of 24') });
      expect(code).toBe(1);
    });

    test.each<[string, string, () => unknown, RegExp]>([
      ['no tag', 'tag', () => serve('/', page('<!doctype html><p>shop</p>')), /no <script/],
      ['a tag that is commented out', 'tag', () => serve('/', page(`<!-- ${tag} -->`)), /no <script/],
      [
        'a site in capitals',
        'tag',
        () => serve('/', page(htmlOf(known).replace('data-site="shop"', 'data-site="Shop"'))),
        /data-site is "Shop"/,
      ],
      ['a script that is not there', 'tag', () => answers.delete('/homebody.iife.js'), /answers 404/],
      [
        'a script served as text',
        'tag',
        () => serve('/homebody.iife.js', { body: '', headers: { 'content-type': 'text/plain' } }),
        /served as text\/plain/,
      ],
      [
        'a CSP without blob workers',
        'csp',
        () => serve('/', page(htmlOf(known), { 'content-security-policy': "default-src 'self'" })),
        /does not allow worker-src blob:/,
      ],
      [
        'a CSP in a meta element',
        'csp',
        () => serve('/', page(htmlOf(known, `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`))),
        /connect-src http:\/\/127/,
      ],
      [
        'a clock ten minutes off',
        'clock',
        () => serve('/', page(htmlOf(known), { date: new Date(Date.now() - 600_000).toUTCString() })),
        /differ by (599|600|601) s/,
      ],
      ['no switch', 'cache:switch', () => answers.delete('/homebody.json'), /answers 404/],
      [
        'a switch cached for an hour',
        'cache:switch',
        () => serve('/homebody.json', { body: '{}', headers: { 'cache-control': 'max-age=3600', etag: '"1"' } }),
        /cached for 3600 s/,
      ],
      ['a switch that is HTML', 'cache:switch', () => serve('/homebody.json', { body: '<html>' }), /not JSON/],
      [
        'a switch too large',
        'cache:switch',
        () => serve('/homebody.json', { body: `{"lists":["${'x'.repeat(1_100)}"]}` }),
        /above 1024 it is not read/,
      ],
      ['no catalogue', 'cache:catalogue', () => answers.delete('/catalogue/manifest.json'), /answered 404/],
    ])('%s is red with a fix', async (_, check, damage, detail) => {
      damage();
      const { code, of } = await ask();
      expect(of(check)).toMatchObject({ ok: false, detail: expect.stringMatching(detail), fix: expect.stringMatching(/./) });
      expect(code).toBe(1);
    });

    test('headers of catalogue files that cost bytes are named', async () => {
      for (const path of answers.keys())
        if (path.endsWith('.bin')) serve(path, { ...answers.get(path)!({}), headers: { 'content-encoding': 'br' } });
      const { of } = await ask();
      expect(of('cache:catalogue')).toMatchObject({
        ok: false,
        fix: 'serve chunks (.bin) with Cache-Control: max-age=31536000, immutable',
      });
    });

    test('an old date that a cache handed out with its age is no skew', async () => {
      serve('/', page(htmlOf(known), { date: new Date(Date.now() - 600_000).toUTCString(), age: '600' }));
      expect((await ask()).of('clock').ok).toBe(true);
    });

    test('prints a line per finding, and the fix below a red one', async () => {
      serve('/', page(htmlOf([...known.slice(3), 'g1', 'g2', 'g3'])));
      const lines: string[] = [];
      await doctor(url, {}, (line) => lines.push(line), withoutBrowser);
      expect(lines.some((line) => line.startsWith('✓ tag'))).toBe(true);
      const red = lines.findIndex((line) => line.startsWith('✗ ids'));
      expect(lines[red + 1]).toMatch(/^ +fix: the page says "g1"/);
    });

    test.each([['not a url'], ['ftp://shop.example/'], ['http://127.0.0.1:9/']])('%s cannot be looked at: exit code 2', async (where) => {
      const lines: string[] = [];
      expect(await doctor(where, {}, (line) => lines.push(line), withoutBrowser)).toBe(2);
      expect(lines.at(-1)).toContain(where);
    });
  });

  describe.skipIf('missing' in browser)('in a real browser', { timeout: 60_000 }, () => {
    const parts: DoctorParts = { ...withoutBrowser, findBrowser };

    test('sees script, worker, store, consent and events', async () => {
      const { code, of, findings } = await ask(parts);
      expect(findings.filter((finding) => finding.ok !== true)).toEqual([]);
      expect(of('events').detail).toBe('1 × view_item_list, 1 × select_item on dataLayer; 3 in the profile of the throwaway visitor');
      expect(of('worker').detail).toContain('reference');
      expect(of('store').detail).toContain('IndexedDB');
      expect(code).toBe(0);
    });

    test('a worker that does not start is told with the page’s own reason', async () => {
      serve('/', page(htmlOf(known, '<script>window.workerStarts = false</script>')));
      const { code, of } = await ask(parts);
      expect(of('worker')).toMatchObject({
        ok: false,
        detail: expect.stringContaining('worker-blocked: refused'),
        fix: expect.stringContaining('data-worker'),
      });
      expect(code).toBe(1);
    });

    test('a tag that another script adds counts', async () => {
      serve(
        '/',
        page(
          `<!doctype html>${events}<script>document.head.append(Object.assign(document.createElement('script'), { src: '/homebody.iife.js' }))</script>${cards(known)}`,
        ),
      );
      expect((await ask(parts)).of('tag')).toMatchObject({ ok: true, detail: expect.stringContaining('added by another script') });
    });

    test('something of ours stored before consent is red', async () => {
      serve('/', page(htmlOf(known, `<script>localStorage['homebody/shop/order'] = '{}'</script>`)));
      expect((await ask(parts)).of('consent')).toMatchObject({ ok: false, detail: expect.stringContaining('homebody/shop/order') });
    });

    test('a page without events is red', async () => {
      serve('/', page(htmlOf(known).replace(events, '')));
      expect((await ask(parts)).of('events')).toMatchObject({ ok: false, detail: 'there is no window.dataLayer' });
    });
  });
});
