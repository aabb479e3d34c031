import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { readAsset } from './assets.js';
import { createBring, type BringOptions } from './bring.js';
import { homeShelf } from './data/shelves.js';
import { cartPage, checkoutPage, thanksPage } from './pages/basket.js';
import { categoryPage } from './pages/category.js';
import { homePage } from './pages/home.js';
import { headScript, stubScript, wallScript } from './pages/inline.js';
import { notFoundPage, offlinePage, privacyPage, reactPage } from './pages/plain.js';
import { productPage } from './pages/product.js';
import { searchPage } from './pages/search.js';
import type { Site } from './pages/site.js';

export interface ShopOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** The built package: served under `/homebody/`. */
  readonly distDir: string;
  /** The built demo (`buildDemo`): bundles and catalogue. */
  readonly demoDir: string;
  /** Base URL of the rounds endpoint, without a trailing slash. */
  readonly endpointUrl: string;
  /** Contents of `/homebody.json`; default: everything on. */
  readonly switchDocument?: Readonly<Record<string, unknown>>;
  /** How “Bring 2,000 shoppers” is done; default: `homebody simulate` of the built package. */
  readonly bring?: BringOptions;
}

export interface Shop {
  readonly url: string;
  close(): Promise<void>;
}

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** The shop as `Request → Response`: every page is the same for every visitor. */
export async function createShop(options: Omit<ShopOptions, 'port' | 'host'>): Promise<{ readonly app: Hono; stop(): void }> {
  const { distDir, demoDir, endpointUrl } = options;
  const snippet = (await readFile(join(distDir, 'snippet.js'), 'utf8').catch(() => '')).trim();
  const bundles = await Promise.all(
    ['shop.js', 'shop.css', 'panel.js', 'react.js'].map((name) => readFile(join(demoDir, 'assets', name)).catch(() => Buffer.alloc(0))),
  );
  const version = createHash('sha256').update(Buffer.concat(bundles)).digest('hex').slice(0, 10);
  const site: Site = { name: 'demo', endpointUrl, snippet, version };
  const inline = [headScript, stubScript, wallScript, ...(snippet === '' ? [] : [snippet])].map(hashOf).join(' ');
  const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' ${inline}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; connect-src 'self' ${endpointUrl}; frame-ancestors 'none'; base-uri 'none'`;
  const homeItems = JSON.stringify(homeShelf.map(({ id, name, hex, group }) => ({ id, name, hex, cell: group.name })));

  const simulate = [
    process.execPath,
    join(distDir, 'cli.js'),
    'simulate',
    '--endpoint',
    endpointUrl,
    '--site',
    site.name,
    '--devices',
    '2000',
    '--progress-json',
  ];
  const bring = createBring(options.bring ?? { command: simulate });

  const app = new Hono();
  app.use('*', async (context, next) => {
    await next();
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'strict-origin-when-cross-origin');
  });
  app.use('*', compress());
  app.use('*', etag());

  const page = (text: string, status: 200 | 404 = 200): Response =>
    new Response(text, {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'public, max-age=0, must-revalidate',
        'content-security-policy': policy,
      },
    });
  const file = async (request: Request, folder: string, path: string, cacheControl: string): Promise<Response> => {
    const found = await readAsset(folder, path, /\bbr\b/.test(request.headers.get('accept-encoding') ?? ''));
    if (found === null) return new Response('not found', { status: 404, headers: { 'cache-control': 'no-store' } });
    const headers = { 'content-type': found.type, 'cache-control': cacheControl, vary: 'accept-encoding' };
    return new Response(found.body, { headers: found.encoding === null ? headers : { ...headers, 'content-encoding': found.encoding } });
  };
  const json = (text: string): Response =>
    new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' } });
  const immutable = 'public, max-age=31536000, immutable';

  app.get('/', () => page(homePage(site)));
  app.get('/c/:category', (context) =>
    page(...orNotFound(site, categoryPage(site, context.req.param('category'), new URL(context.req.url).searchParams))),
  );
  app.get('/p/:id', (context) => page(...orNotFound(site, productPage(site, context.req.param('id')))));
  app.get('/search', (context) => page(searchPage(site, new URL(context.req.url).searchParams)));
  app.get('/cart', () => page(cartPage(site)));
  app.get('/checkout', () => page(checkoutPage(site)));
  app.get('/thanks', () => page(thanksPage(site)));
  app.get('/about-privacy', () => page(privacyPage(site)));
  app.get('/react', () => page(reactPage(site)));
  app.get('/offline', () => page(offlinePage(site)));
  app.get('/shelf/home.json', () => json(homeItems));
  app.get('/homebody.json', () => json(JSON.stringify(options.switchDocument ?? { enabled: true, rollout: 100, rounds: true })));
  app.get('/homebody/:path{.+}', (context) => file(context.req.raw, distDir, context.req.param('path'), 'public, max-age=60'));
  app.get('/assets/:path{.+}', (context) =>
    file(
      context.req.raw,
      join(demoDir, 'assets'),
      context.req.param('path'),
      context.req.query('v') === undefined ? 'public, max-age=60' : immutable,
    ),
  );
  app.get('/catalogue/:path{.+}', (context) => {
    const path = context.req.param('path');
    return file(context.req.raw, join(demoDir, 'catalogue'), path, path === 'manifest.json' ? 'public, max-age=60' : immutable);
  });
  app.get('/service-worker.js', (context) =>
    file(context.req.raw, join(demoDir, 'assets'), 'service-worker.js', 'public, max-age=0, must-revalidate'),
  );
  app.get('/visitor/:path{.+}', (context) => readOnlyEndpoint(endpointUrl, site.name, context.req.param('path')));
  app.post('/demo/bring', (context) => bring.answer(context.req.raw));
  app.notFound(() => page(notFoundPage(site), 404));
  return { app, stop: () => bring.stop() };
}

/**
 * The endpoint's documents for “be a new visitor”, whose site is not the shop's: the shop's tasks under the visitor's name,
 * which breaks their hash, so nobody could take part by them. And there is no POST: nothing can be sent this way.
 */
async function readOnlyEndpoint(endpointUrl: string, site: string, path: string): Promise<Response> {
  const visitor = /^v1\/tasks\/([^/]+)$/.exec(path)?.[1];
  const answer = await fetch(`${endpointUrl}/${visitor === undefined ? path : `v1/tasks/${site}`}`).catch(() => null);
  if (answer === null) return new Response('the endpoint does not answer', { status: 502, headers: { 'cache-control': 'no-store' } });
  const headers = { 'content-type': answer.headers.get('content-type') ?? 'application/json', 'cache-control': 'no-store' };
  if (visitor === undefined || !answer.ok) return new Response(await answer.arrayBuffer(), { status: answer.status, headers });
  const document = (await answer.json()) as { readonly tasks: readonly { readonly policy: object }[] }; // wire/messages.ts, our own endpoint
  return Response.json(
    { ...document, tasks: document.tasks.map((task) => ({ ...task, policy: { ...task.policy, site: visitor } })) },
    { headers },
  );
}

const orNotFound = (site: Site, text: string | null): [string, 200 | 404] => (text === null ? [notFoundPage(site), 404] : [text, 200]);

const PORTS_TRIED = 20;

/** A busy port picks the next one. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const host = options.host ?? '127.0.0.1';
  const { app, stop } = await createShop(options);
  const server = await listen(app, host, options.port, options.port === 0 ? 1 : PORTS_TRIED);
  const { port } = server.address() as AddressInfo; // a TCP server always has a port
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        stop();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

async function listen(app: Hono, host: string, port: number, tries: number): Promise<ServerType> {
  try {
    return await new Promise((resolve, reject) => {
      const started: ServerType = serve({ fetch: app.fetch, port, hostname: host }, () => resolve(started));
      started.once('error', reject);
    });
  } catch (thrown) {
    const isBusy = (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (isBusy && tries > 1) return listen(app, host, port + 1, tries - 1);
    throw thrown;
  }
}
