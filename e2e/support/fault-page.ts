import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { relearn } from '../../src/core/profile/learn.js';
import type { StoredEvent } from '../../src/core/profile/records.js';
import { paramsBytes } from '../../src/core/profile/state.js';
import type { IngestAck, OpenResult, ProfileView, WorkerApi } from '../../src/worker/api/worker-api.js';
import { distDir } from './demo.js';

/**
 * A bare page over the delivered worker, spoken to directly: here an acknowledgement has ids, a retry has the same ids, and a death
 * comes when the test says so. What a page of a shop makes of it is tested in `durability.e2e.ts`.
 */

declare global {
  interface Window {
    /** One worker of this page, as comlink's messages. */
    openWorker(site: string, file?: string): Promise<FaultWorker>;
    /** Hears of acknowledged ids, in the test. */
    acknowledged(ids: readonly string[]): Promise<void>;
    /** The worker under test, for calls over several evaluations. */
    mine?: FaultWorker;
  }
}

export interface FaultWorker {
  readonly opened: OpenResult;
  readonly worker: Worker;
  call<Name extends keyof WorkerApi>(method: Name, ...args: Parameters<WorkerApi[Name]>): ReturnType<WorkerApi[Name]>;
  /** Sends events in batches, four of them under way at most; resolves when each is acknowledged or refused. */
  send(first: number, ids: readonly string[], batch: number): Promise<void>;
}

/** Runs in the page. Everything it needs is inside. */
function installHarness(): void {
  // Even items have one taste, odd ones another; after event 60 of a sender the shopper wants the other one.
  const shelf = Array.from({ length: 24 }, (_, at) => ({
    id: `p${at}`,
    name: `paint ${at}`,
    categories: [at % 2 === 0 ? 'Walls' : 'Floors'],
    tags: [`hue:${['red', 'green', 'blue'][at % 3]}`],
  }));
  window.openWorker = async (site, file = '/worker.js') => {
    const worker = new Worker(file);
    const waiting = new Map<string, { resolve(value: never): void; reject(thrown: unknown): void }>();
    let lastId = 0;
    worker.addEventListener('message', ({ data }) => {
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.name === 'throw') call?.reject(Object.assign(new Error(data.value.message), { code: data.value.code }));
      else call?.resolve(data.value as never);
    });
    const call = ((method: string, ...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const id = String(++lastId);
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, type: 'APPLY', path: [method], argumentList: args.map((value) => ({ type: 'RAW', value })) }, []);
      })) as FaultWorker['call'];
    const opened = await call('open', {
      protocol: 1,
      site,
      storage: 'indexeddb',
      engine: 'reference',
      chunks: null,
      catalogueUrl: null,
      endpoint: null,
      isLoopbackPage: true,
      consent: { personalise: true, contribute: false },
    });
    await call('rank', [{ list: 'home', items: shelf }]);
    const startMs = Date.now() - 40 * 86_400_000;
    const send: FaultWorker['send'] = async (first, ids, batch) => {
      const answers: Promise<unknown>[] = [];
      const pause = new MessageChannel();
      pause.port1.start();
      for (let at = 0; at < ids.length; at += batch) {
        const events = ids.slice(at, at + batch).map((id, offset) => {
          const n = first + at + offset;
          const taste = Math.floor(n / 60) % 2;
          return {
            id,
            atMs: startMs + n * 1000,
            event: { type: 'click', source: 'homebody', items: [shelf[((n * 7) % 12) * 2 + taste]!], list: { id: 'home' } },
          };
        });
        answers.push(
          call('ingest', events as never).then(
            (ack: IngestAck) => {
              if (ack.dropped.length > 0) console.error(`dropped: ${JSON.stringify(ack.dropped)}`);
              return window.acknowledged(ack.ids);
            },
            (thrown: unknown) => console.error(`refused: ${String(thrown)}`),
          ),
        );
        // A timer of a page in the background is slow, a message is not: each batch may become a commit of its own.
        await new Promise((resolve) => {
          pause.port1.addEventListener('message', resolve, { once: true });
          pause.port2.postMessage(null);
        });
        if (answers.length % 4 === 0) await answers.at(-1);
      }
      await Promise.all(answers);
    };
    return { opened, worker, call, send };
  };
}

export interface FaultShop extends AsyncDisposable {
  readonly url: string;
}

/** Serves the page, the delivered worker, and that worker in a browser that refuses databases. */
export async function startFaultShop(): Promise<FaultShop> {
  const worker = await readFile(path.join(distDir, 'worker.js'), 'utf8');
  const refusing = `Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } });\n${worker}`;
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', `<!doctype html><title>faults</title><script>(${installHarness.toString()})()</script>`],
    '/worker.js': ['text/javascript', worker],
    '/refusing.js': ['text/javascript', refusing],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(body === '' ? 404 : 200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

/** What the workers of a context said. */
export interface Heard {
  readonly acknowledged: Set<string>;
  /** Events taken for a robot's or malformed: none of these tests sends such. */
  readonly dropped: string[];
  readonly refused: string[];
}

export async function listenTo(context: BrowserContext): Promise<Heard> {
  const heard: Heard = { acknowledged: new Set(), dropped: [], refused: [] };
  await context.exposeFunction('acknowledged', (ids: readonly string[]) => ids.forEach((id) => heard.acknowledged.add(id)));
  context.on('console', (message) => {
    if (message.text().startsWith('dropped: ')) heard.dropped.push(message.text());
    if (message.text().startsWith('refused: ')) heard.refused.push(message.text());
  });
  return heard;
}

export interface Survived {
  readonly ids: readonly string[];
  readonly eventCount: number;
  /** Of the living worker. */
  readonly paramsHash: string;
  /** Of the stored events, learned again here from nothing. */
  readonly relearnedHash: string;
}

/** What a worker that starts now finds; `window.mine` is that worker afterwards. */
export async function survivedIn(page: Page, site: string): Promise<Survived> {
  const { text, view } = await page.evaluate(async (name) => {
    const mine = (window.mine = await window.openWorker(name));
    if (!mine.opened.durable) throw new Error(`not durable: ${JSON.stringify(mine.opened.notices)}`);
    // A killed worker ends a moment later than it is told to: what it had begun may be committed between two reads.
    for (let attempt = 1; ; attempt++) {
      const view = await mine.call('profile');
      const text = await mine.call('exportProfile');
      const again = await mine.call('profile');
      if (again.paramsHash === view.paramsHash && again.eventCount === view.eventCount) return { view, text };
      if (attempt === 20) throw new Error('the profile does not come to rest');
    }
  }, site);
  return readExport(text, view);
}

export function readExport(text: string, { eventCount, paramsHash }: Pick<ProfileView, 'eventCount' | 'paramsHash'>): Survived {
  // Written by `exportText`, where typed arrays become lists.
  const { events } = JSON.parse(text) as {
    readonly events: readonly (StoredEvent['queued'] & { readonly learned: StoredEvent['examples'] })[];
  };
  const stored = events.map(({ learned, ...queued }): StoredEvent => ({
    queued: queued as StoredEvent['queued'],
    examples: learned.map((example) => ({
      ...example,
      indices: Uint32Array.from(example.indices),
      values: Float32Array.from(example.values),
      vector: example.vector === null ? null : Float32Array.from(example.vector),
    })),
  }));
  const relearnedHash = createHash('sha256')
    .update(paramsBytes(relearn(null, stored)))
    .digest('hex');
  return { ids: events.map(({ id }) => id), eventCount, paramsHash, relearnedHash };
}

/** Small, seeded, good enough to spread faults over time. @returns uniform in [0, 1) */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
