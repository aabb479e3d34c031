import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { build, type InlineConfig, type Rolldown } from 'vite';
import { configOf } from '../../build/targets.js';
import type { BenchContext } from './bench.js';
import type { Figure } from './figure.js';

/**
 * Bundles modules of `browser/` as they would be delivered, serves them with `files` from localhost and opens a page that
 * runs the first of them. The module puts its measurement on the page as `bench`.
 */
export async function withPage<Result>(
  context: BenchContext,
  modules: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const served = new Map<string, { readonly type: string; readonly body: string | Uint8Array }>();
  for (const name of modules) served.set(`/${name}.js`, { type: 'text/javascript', body: await bundle(name) });
  for (const [path, body] of files) served.set(path, { type: types[path.split('.').at(-1)!] ?? 'application/octet-stream', body });
  served.set('/', {
    type: 'text/html',
    body: `<!doctype html><link rel="icon" href="data:,"><title>bench</title><script type="module" src="/${modules[0]}.js"></script>`,
  });
  const server = createServer((request, response) => {
    const found = served.get(request.url ?? '/');
    // Cross-origin isolation: exact clocks, and `measureUserAgentSpecificMemory`.
    response.writeHead(found === undefined ? 404 : 200, {
      'content-type': found?.type ?? 'text/plain',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(found?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await context.browser();
  const page = await browser.newPage();
  try {
    page.on('console', (message) => context.say(`  ${message.text()}`));
    page.on('pageerror', (error) => context.say(`  page error: ${error.message}`));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'bench' in globalThis);
    return await use(page);
  } finally {
    await page.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const types: Readonly<Record<string, string>> = { json: 'application/json', wasm: 'application/wasm' };

/** Runs what the page's module put there. */
export function runBench(page: Page): Promise<readonly Figure[]> {
  return page.evaluate(() => (globalThis as unknown as { bench(): Promise<readonly Figure[]> }).bench());
}

/** One module of its own, minified like what is delivered. */
async function bundle(name: string): Promise<string> {
  const config = configOf('index', 'dist');
  return codeOf({
    ...config,
    build: { ...config.build, lib: { entry: `e2e/bench/browser/${name}.ts`, formats: ['es'], fileName: name } },
  });
}

async function codeOf(config: InlineConfig): Promise<string> {
  const result = (await build({ ...config, logLevel: 'error', build: { ...config.build, write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const chunk = (Array.isArray(result) ? result[0] : result)?.output[0];
  if (chunk?.type !== 'chunk') throw new Error('expected one module without chunks of its own');
  return chunk.code;
}
