import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseCells } from './serve-cells.js';

/** The command as a process of its own: what it prints, how it ends. */

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
mkdirSync(cache, { recursive: true });
const program = mkdtempSync(join(cache, 'serve-'));
const folder = mkdtempSync(join(tmpdir(), 'homebody-serve-'));
afterAll(() => {
  for (const path of [program, folder]) rmSync(path, { recursive: true });
});

beforeAll(async () => {
  const entry = fileURLToPath(new URL('./serve.ts', import.meta.url));
  await build({ configFile: false, logLevel: 'error', build: { ssr: entry, outDir: program, emptyOutDir: true, minify: false } });
  writeFileSync(join(program, 'package.json'), '{"type": "module"}');
  writeFileSync(
    join(program, 'main.js'),
    `import { Command } from 'commander';
     import { register } from './serve.js';
     const program = new Command('homebody');
     register(program);
     try { await program.parseAsync(); } catch (thrown) { process.stderr.write('homebody: ' + thrown.message + '\\n'); process.exitCode = 2; }`,
  );
}, 30_000);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
}

function run(flags: readonly string[], main = join(program, 'main.js'), env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [main, 'serve', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let [output, errors] = ['', ''];
  child.stdout!.on('data', (chunk) => (output += chunk));
  child.stderr!.on('data', (chunk) => (errors += chunk));
  return { child, output: () => output, errors: () => errors };
}
const urlOf = async (started: Started): Promise<string> => {
  await expect.poll(started.output, { timeout: 15_000 }).toMatch(/^http:\/\/[\d.]+:\d+$/m);
  return /^http:\/\/.*$/m.exec(started.output())![0];
};
const ended = async ({ child }: Started): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null ? (await once(child, 'exit'))[0] : child.exitCode;
const cells = '{"walls": 3, "floors": 1}';

test('prints its URL alone on a line, serves the task, and ends with 0 on SIGTERM and on Ctrl-C', { timeout: 30_000 }, async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const started = run(['--store', 'sqlite:shop.db', '--port', '0', '--site', 'shop.example', '--cells', cells, '--minimum-batch', '700']);
    const url = await urlOf(started);
    const document = await (await fetch(`${url}/v1/tasks/shop.example`)).json();
    expect(document).toMatchObject({
      tasks: [
        { policy: { minimumBatch: 700, separationDays: 30, block: { cells: [{ name: 'walls' }, { name: 'floors' }, { name: 'other' }] } } },
      ],
    });
    started.child.kill(signal);
    expect(await ended(started)).toBe(0);
    expect(started.errors()).toBe('');
  }
  expect(statSync(join(folder, 'shop.db.key.json')).mode & 0o777).toBe(0o600);
});

test('--json prints one document; a busy port picks the next', { timeout: 30_000 }, async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const { port } = busy.address() as { port: number };
  const started = run(['--store', 'memory:', '--port', String(port), '--json']);
  await expect.poll(started.output, { timeout: 15_000 }).toContain('\n');
  const announced = JSON.parse(started.output());
  expect(announced).toMatchObject({
    url: `http://127.0.0.1:${announced.port}`,
    tokenFile: null,
    publicKey: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(announced.port).toBeGreaterThan(port);
  expect((await fetch(`${announced.url}/v1/admin/tasks`, { headers: { authorization: `Bearer ${announced.token}` } })).status).toBe(200);
  busy.close();
});

test('takes secrets from the environment and does not repeat them', { timeout: 30_000 }, async () => {
  const env = { HOMEBODY_TOKEN: 'a-token-of-the-operator', HOMEBODY_STORE: 'memory:' };
  const started = run(['--port', '0'], undefined, env);
  const url = await urlOf(started);
  const answer = await fetch(`${url}/v1/admin/tasks`, { headers: { authorization: `Bearer ${env.HOMEBODY_TOKEN}` } });
  expect(answer.status).toBe(200);
  expect(started.output() + started.errors()).not.toContain(env.HOMEBODY_TOKEN);

  const keyFile = join(folder, 'env.key.json');
  const store = 'postgres://user:a-password-nobody-may-print@127.0.0.1:1/x';
  const unreachable = run(['--key-file', keyFile], undefined, { HOMEBODY_STORE: store });
  expect(await ended(unreachable)).toBe(2);
  expect(unreachable.errors()).toMatch(/cannot use the PostgreSQL database: .*ECONNREFUSED/);
  expect(unreachable.errors()).not.toContain('a-password');
});

describe('says what is wrong in one line and ends with 2', () => {
  test.each<readonly [string, readonly string[], RegExp]>([
    ['cells that are no JSON', ['--site', 'a', '--cells', '{"walls"'], /cells are not JSON/],
    ['a file of cells that is not there', ['--site', 'a', '--cells', 'none.json'], /--cells: cannot read none\.json/],
    ['a site without cells', ['--site', 'a'], /needs both a site and its cells/],
    ['an unknown store', ['--store', 'redis:x'], /memory: or sqlite:FILE or postgres:/],
    ['a PostgreSQL without a key that its processes share', ['--store', 'postgres://127.0.0.1/x'], /name the key file/],
    ['an ingest process that would publish a task', ['--role', 'ingest', '--key-file', 'none.json'], /no key file none\.json/],
  ])('%s', async (_, flags, words) => {
    const started = run(['--store', 'memory:', ...flags]);
    expect(await ended(started)).toBe(2);
    expect(started.errors()).toMatch(words);
    expect(started.errors().trimEnd()).not.toContain('\n');
    expect(started.output()).toBe('');
  });

  test('an optional package that is not installed, with the command that installs it', async () => {
    const elsewhere = join(folder, 'bare');
    cpSync(program, elsewhere, { recursive: true });
    mkdirSync(join(elsewhere, 'node_modules'));
    for (const name of ['commander', 'valibot'])
      symlinkSync(fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url)), join(elsewhere, 'node_modules', name));
    const started = run([], join(elsewhere, 'main.js'));
    expect(await ended(started)).toBe(2);
    expect(started.errors()).toMatch(/the package \S+ is missing; run: npm install hono @hono\/node-server .*better-sqlite3\n$/);
    expect(started.errors().trimEnd()).not.toContain('\n');
  });
});

describe('cells', () => {
  test('are named with shares that sum to 1, “other” added once', () => {
    expect(parseCells('{"walls": 3, "floors": 1}')).toEqual([
      { name: 'walls', share: 0.692308 },
      { name: 'floors', share: 0.230769 },
      { name: 'other', share: 0.076923 },
    ]);
    expect(parseCells('[{"name":"walls","share":0.9},{"name":"other","share":0.1}]')).toEqual([
      { name: 'walls', share: 0.9 },
      { name: 'other', share: 0.1 },
    ]);
  });
  test.each(['[]', '{}', '{"walls": -1}', '{"walls": 0}', '["walls"]', '{"walls": "3"}', 'null'])('%s is refused', (text) => {
    expect(() => parseCells(text)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});
