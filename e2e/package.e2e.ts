import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pack } from '../build/pack.js';
import { launchBrowser } from './support/browser.js';

/** What a shop's engineer does: install the packed package, build with Vite, open the page. */

const run = promisify(execFile);
const reactPage = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '/src/react.jsx';
createRoot(document.querySelector('#root')).render(createElement(App, { products: [{ id: 'A', name: 'Harbour' }, { id: 'B', name: 'Ember' }] }));`;

let folder: string;
let server: Server | undefined;

const appSource = `
import { createClient } from 'homebody';
import { HomebodyProvider, useRanked, useTrack } from 'homebody/react';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';

const client = createClient({ site: 'packed', switchUrl: false });
const items = [
  { id: 'a', tags: ['hue:red'] },
  { id: 'b', tags: ['hue:blue'] },
  { id: 'c', tags: ['hue:red'] },
  { id: 'd', tags: ['hue:blue'] },
];

function Shelf() {
  const ranked = useRanked('home', items, { updates: 'follow' });
  const track = useTrack();
  return h('ol', null, ranked.items.map((item) =>
    h('li', { key: item.id, onClick: () => track({ type: 'click', list: { id: 'home' }, items: [{ id: item.id }] }) }, item.id)));
}

window.client = client;
createRoot(document.querySelector('#root')).render(h(HomebodyProvider, { client }, h(Shelf)));
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'homebody-pack-'));
  const tarball = path.resolve(await pack());
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'a-shop', private: true, type: 'module' }));
  await writeFile(
    path.join(folder, 'index.html'),
    '<!doctype html><title>shop</title><div id="root"></div><script type="module" src="/src/main.js"></script>',
  );
  await writeFile(path.join(folder, 'src/main.js'), appSource);
  for (const name of ['module.js', 'react.jsx', 'server.js']) await copyFile(`e2e/readme/${name}`, path.join(folder, 'src', name));
  await writeFile(
    path.join(folder, 'module.html'),
    '<!doctype html><title>module</title><script type="module" src="/src/module.js"></script>',
  );
  await writeFile(
    path.join(folder, 'react.html'),
    `<!doctype html><title>react</title><div id="root"></div><script type="module">${reactPage}</script>`,
  );
  await writeFile(
    path.join(folder, 'vite.config.js'),
    "export default { build: { target: 'esnext', rolldownOptions: { input: ['index.html', 'module.html', 'react.html'] } } };",
  );
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, { version: string }> };
  const pinned = ['react', 'react-dom', 'vite'].map((name) => `${name}@${lock.packages[`node_modules/${name}`]!.version}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...pinned], { cwd: folder });
  await run('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: folder });
}, 240_000);

afterAll(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the packed package installs, builds with Vite, and ranks in React with a worker', async () => {
  const url = await serveFolder(path.join(folder, 'dist'));
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  await page.waitForSelector('li');
  expect(await page.locator('li').allTextContents()).toEqual(['a', 'b', 'c', 'd']);
  await page.evaluate(async () => {
    const { client } = window as unknown as { client: import('../src/page/client-types.js').Client };
    await client.consent({ personalise: true });
    for (const id of ['b', 'd', 'b']) client.track({ type: 'view', items: [{ id, tags: ['hue:blue'] }] });
    await client.flush();
  });
  await page.waitForFunction(() => ['b', 'd'].includes(document.querySelector('li')!.textContent));
  expect((await page.locator('li').allTextContents()).slice(0, 2).sort()).toEqual(['b', 'd']);
  expect(problems).toEqual([]);
});

test('the module of the README learns, ranks and says so', async () => {
  const url = await serveFolder(path.join(folder, 'dist'));
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const said = page.waitForEvent('console', (message) => message.text().includes('no code'));
  await page.goto(`${url}module.html`);
  const values = await Promise.all((await said).args().map((arg) => arg.jsonValue()));
  expect((values[0] as string[])[0]).toBe('A'); // the shop has it second
  expect(values[1]).toBe('session');
});

test('the React component of the README shows the products', async () => {
  const url = await serveFolder(path.join(folder, 'dist'));
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${url}react.html`);
  await page.waitForSelector('li');
  expect(await page.locator('li').allTextContents()).toEqual(['Harbour', 'Ember']);
  await page.locator('li').first().click();
  expect(problems).toEqual([]);
});

test('the lazy chunks are part of the build of a shop', async () => {
  const url = await serveFolder(path.join(folder, 'dist'));
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForSelector('li');
  const report = await page.evaluate(async () => {
    const { client } = window as unknown as { client: import('../src/page/client-types.js').Client };
    await client.consent({ personalise: true });
    return client.engine.choose('webgl');
  });
  expect(report.active, report.why).toBe('webgl');
});

test('a browser shop installs no server', async () => {
  const installed = await readdir(path.join(folder, 'node_modules'));
  expect(installed).toContain('homebody');
  for (const name of ['hono', 'better-sqlite3', 'prom-client', '@tensorflow', 'playwright']) expect(installed).not.toContain(name);
});

async function serveFolder(root: string): Promise<string> {
  server?.close();
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
  server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://x').pathname;
    const file = path.join(root, name === '/' ? 'index.html' : name);
    readFile(file).then(
      (bytes) => response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}
