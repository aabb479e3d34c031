import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TasksDocument } from '../wire/messages.js';
import { sealReport } from '../wire/hpke.js';
import { encodeVotePayload } from '../wire/payload.js';
import { startServer, type RunningServer, type ServerOptions } from './start.js';

const folder = mkdtempSync(join(tmpdir(), 'homebody-start-'));
afterAll(() => rmSync(folder, { recursive: true }));
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const cells = ['blue', 'green', 'red', 'other'].map((name) => ({ name, share: 0.25 }));
const task = { site: 'paint.example', cells, minimumBatch: 3, separationDays: 0, roundSeconds: 3600 };
const start = async (options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ store: 'memory:', port: 0, ...task, ...options });
  running.push(server);
  return server;
};
const tasksAt = async (url: string): Promise<TasksDocument> =>
  (await fetch(`${url}/v1/tasks/paint.example`)).json() as Promise<TasksDocument>;

/** Sealed votes for the open round at `url`, ids from `first`; vote i is for cell i mod 4. */
async function sealVotes(url: string, count: number, first = 0): Promise<Uint8Array<ArrayBuffer>[]> {
  const [open] = (await tasksAt(url)).tasks;
  return Promise.all(
    Array.from({ length: count }, (_, at) => {
      const reportId = new Uint8Array(16);
      new DataView(reportId.buffer).setUint32(0, first + at);
      const payload = encodeVotePayload([(first + at) % 4], 4);
      return sealReport({ payload, policy: open!.policy, hash: open!.policyHash, round: open!.round!.round, reportId });
    }),
  );
}
const post = (url: string, body: Uint8Array<ArrayBuffer>): Promise<Response> => fetch(`${url}/v1/reports`, { method: 'POST', body });

test('serves the default task over a real socket; what is sealed for it opens with its key', async () => {
  const server = await start();
  const { tasks } = await tasksAt(server.url);
  expect(tasks).toMatchObject([
    { policy: { taskId: 'taste', site: 'paint.example', minimumBatch: 3, separationDays: 0, publicKey: server.publicKey } },
  ]);
  const answers = await Promise.all((await sealVotes(server.url, 5)).map((body) => post(server.url, body)));
  expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202, 202]);
  const { round } = await server.service.endRound('taste');
  expect(round).toMatchObject({ phase: 'closed', tally: { reports: 5, sums: [2, 1, 1, 1] } });
  expect((await fetch(`${server.url}/`)).headers.get('content-type')).toContain('text/html');
});

test('ends a round by its own clock, without any request', async () => {
  const server = await start({ roundSeconds: 1 });
  await expect.poll(() => server.service.revision, { timeout: 5_000 }).toBeGreaterThan(1);
});

test('a busy port picks the next one', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const { port } = busy.address() as { port: number };
  const server = await start({ port });
  expect(server.port).toBeGreaterThan(port);
  expect(server.port).toBeLessThan(port + 20);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await new Promise((resolve) => busy.close(resolve));
});

test('makes key and token beside the database, readable by the owner only, and takes them up again', async () => {
  const store = `sqlite:${join(folder, 'secrets.db')}`;
  const first = await start({ store });
  expect(first.tokenFile).toBe(join(folder, 'secrets.db.token'));
  for (const name of ['secrets.db.token', 'secrets.db.key.json']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'secrets.db.token'), 'utf8').trim()).toBe(first.token);
  const [body] = await sealVotes(first.url, 1);
  await first.close();
  const second = await start({ store });
  expect([second.publicKey, second.token]).toEqual([first.publicKey, first.token]);
  expect((await post(second.url, body!)).status).toBe(202);
  expect(((await (await fetch(`${second.url}/v1/policies/taste`)).json()) as { policies: unknown[] }).policies).toHaveLength(1);
});

describe('refuses to start', () => {
  test.each<readonly [string, Partial<ServerOptions>, string]>([
    ['with a store it does not know', { store: 'mysql:x' }, 'invalid-options'],
    ['with a site but no cells', { cells: undefined as never }, 'invalid-options'],
    ['with a site no device could scope by', { site: 'Paint Shop' }, 'invalid-options'],
    ['with an origin that browsers never send', { origins: ['https://shop.example/'] }, 'invalid-options'],
    ['with T_sep = 0 on a public address', { host: '0.0.0.0' }, 'policy-refused'],
    ['in a folder that is not there', { store: `sqlite:${join(folder, 'none', 'x.db')}` }, 'storage-unavailable'],
  ])('%s', async (_, options, code) => {
    await expect(startServer({ store: 'memory:', port: 0, ...task, ...options })).rejects.toMatchObject({ code });
  });
  test('over a key file that is damaged, and leaves it as it is', async () => {
    const keyFile = join(folder, 'damaged.json');
    writeFileSync(keyFile, '{"publicKey":');
    await expect(startServer({ store: 'memory:', port: 0, keyFile })).rejects.toMatchObject({ code: 'storage-corrupt' });
    expect(readFileSync(keyFile, 'utf8')).toBe('{"publicKey":');
  });
});

test('warns the operator about a batch at which devices would refuse', async () => {
  const lines: string[] = [];
  await start({ log: (line) => void lines.push(line) });
  expect(lines).toEqual([expect.stringMatching(/predicted error is 3.89.*batch of at least 182/)]);
});

describe('a process that is killed in the middle of a round', () => {
  const KILLS = 4;
  // Inside the repository, so that Node finds the packages; the process under test is plain Node without Vite.
  const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'kill-'));
  afterAll(() => rmSync(outDir, { recursive: true }));
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('./start.ts', import.meta.url));
    await build({ configFile: false, logLevel: 'error', build: { ssr: entry, outDir, emptyOutDir: true, minify: false } });
    writeFileSync(
      join(outDir, 'main.js'),
      `
      import { startServer } from './start.js';
      process.stdout.write((await startServer(JSON.parse(process.argv[2]))).url + '\\n');
    `,
    );
    writeFileSync(join(outDir, 'package.json'), '{"type": "module"}');
  });
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const spawnServer = async (store: string): Promise<{ url: string; child: ChildProcess }> => {
    const options = JSON.stringify({ store, port: 0, ...task });
    const child = spawn(process.execPath, [join(outDir, 'main.js'), options], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const lines = createInterface({ input: child.stdout! });
    const [url] = (await once(lines, 'line')) as [string];
    return { url, child };
  };

  test(`loses no report it answered 202 and counts none twice (${KILLS} kills −9)`, { timeout: 60_000 }, async () => {
    const store = `sqlite:${join(folder, 'killed.db')}`;
    const acknowledged = new Set<number>();
    const bodies: Uint8Array<ArrayBuffer>[] = [];
    let cutOff = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { url, child } = await spawnServer(store);
      bodies.push(...(await sealVotes(url, 120, bodies.length)));
      let answers = 0;
      // Everything is sent again, as devices do that saw no answer; the kill falls among the answers.
      const order = bodies.map((_, at) => bodies.length - 1 - at);
      await Promise.all(
        order.map(async (at) => {
          try {
            const answer = await post(url, bodies[at]!);
            expect(answer.status).toBe(202);
            acknowledged.add(at);
            if (++answers === 60) child.kill('SIGKILL');
          } catch (thrown) {
            if (!(thrown instanceof TypeError)) throw thrown; // fetch failed: the process is gone
            cutOff++;
          }
        }),
      );
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
    }
    expect(cutOff).toBeGreaterThan(0); // else nothing was under way when it died

    const server = await start({ store });
    const kept = (await server.service.tasks())[0]!;
    expect(kept.round).toBe(1);
    const tally = async () => {
      const { round } = (
        (await (await fetch(`${server.url}/v1/admin/tasks`, { headers: { authorization: `Bearer ${server.token}` } })).json()) as {
          tasks: { round: { reports: number } }[];
        }
      ).tasks[0]!;
      return round.reports;
    };
    const survived = await tally();
    expect(survived).toBeGreaterThanOrEqual(acknowledged.size);
    expect(survived).toBeLessThanOrEqual(bodies.length);
    const again = await Promise.all(bodies.map((body) => post(server.url, body)));
    expect(new Set(again.map((answer) => answer.status))).toEqual(new Set([202]));
    const { round } = await server.service.endRound('taste');
    const each = bodies.length / 4;
    expect(round.tally).toEqual({ reports: bodies.length, sums: [each, each, each, each] });
  });
});
