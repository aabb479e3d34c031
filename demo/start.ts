import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { demoCells } from './cells.js';
import { startShop, type ShopOptions } from './server.js';

/** Shop and endpoint on this machine, joined: what `npm start` runs and what the end-to-end tests drive. */

export interface DemoOptions {
  /** The built package. */
  readonly distDir: string;
  /** The built demo. */
  readonly demoDir: string;
  /** `memory:` or `sqlite:FILE`. */
  readonly store: string;
  /** A busy port picks the next one; 0 picks any. */
  readonly shopPort: number;
  readonly endpointPort: number;
  readonly roundSeconds?: number;
  readonly minimumBatch?: number;
  readonly shop?: Pick<ShopOptions, 'switchDocument'>;
  readonly log?: (line: string) => void;
}

export interface Demo {
  readonly shopUrl: string;
  readonly endpointUrl: string;
  /** The endpoint as its operator has it: key, token, service. */
  readonly endpoint: import('../src/server/start.js').RunningServer;
  close(): Promise<void>;
}

const host = '127.0.0.1';

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const serverFile = pathToFileURL(join(options.distDir, 'server.js')).href;
  const { startServer } = (await import(/* @vite-ignore */ serverFile)) as typeof import('../src/server/start.js');
  const port = await freePort(options.shopPort);
  const endpoint = await startServer({
    store: options.store,
    port: options.endpointPort,
    host,
    origins: [`http://${host}:${port}`, `http://localhost:${port}`],
    site: 'demo',
    cells: demoCells,
    // On one's own computer nobody waits 30 days: no separation between releases, and the panel says so.
    separationDays: 0,
    roundSeconds: options.roundSeconds ?? 60,
    minimumBatch: options.minimumBatch ?? 500,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  try {
    const shop = await startShop({
      port,
      host,
      distDir: options.distDir,
      demoDir: options.demoDir,
      endpointUrl: endpoint.url,
      ...options.shop,
    });
    return {
      shopUrl: `${shop.url}/`,
      endpointUrl: `${endpoint.url}/`,
      endpoint,
      close: async () => {
        await shop.close();
        await endpoint.close();
      },
    };
  } catch (thrown) {
    await endpoint.close();
    throw thrown;
  }
}

/** `wanted`, or the first free one of the next 50; 0 stays “any”, but as a number. */
async function freePort(wanted: number): Promise<number> {
  const last = wanted === 0 ? 0 : Math.min(wanted + 50, 65_535);
  for (let port = wanted; port <= last; port++) {
    const found = await tryPort(port);
    if (found !== null) return found;
  }
  throw new Error(`no free port from ${wanted} to ${last}`);
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
