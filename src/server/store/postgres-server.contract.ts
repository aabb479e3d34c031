import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** A real PostgreSQL in a temporary folder, for tests and benchmarks. It refuses root, so there it runs as the user `postgres`. */
export interface PostgresServer {
  /** Of an empty schema of its own: what one store sees. */
  freshUrl(): Promise<string>;
  /** kill −9 of the server, as if the machine had lost power but for the disk. */
  kill(): Promise<void>;
  /** Again on the same folder, after `kill`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'a-password-nobody-may-print';

/** Why no server can run here; null where one can. */
export function postgresMissing(): string | null {
  if (binaries() === null) return 'no PostgreSQL server here: install postgresql, or name its bin folder in HOMEBODY_POSTGRES';
  if (process.getuid?.() === 0 && postgresUser() === null) return 'PostgreSQL refuses root, and there is no user postgres to run it as';
  return null;
}

/** @param settings  of postgresql.conf, in addition; by default nothing waits for the disk, which a kill survives all the same */
export async function startPostgres(settings: readonly string[] = ['fsync=off', 'full_page_writes=off']): Promise<PostgresServer> {
  const bin = binaries()!;
  const user = process.getuid?.() === 0 ? postgresUser() : null;
  const folder = mkdtempSync(path.join(tmpdir(), 'homebody-postgres-'));
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (user !== null) for (const owned of [folder, passwordFile]) chownSync(owned, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const how = ['--no-sync', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--username=homebody', '--encoding=UTF8', '--locale=C'];
  execFileSync(path.join(bin, 'initdb'), [`--pgdata=${data}`, ...how], { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

  const port = await freePort();
  const url = `postgres://homebody:${PASSWORD}@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    // After a kill the old server's children may hold its memory for a moment; it then ends at once, and the next try succeeds.
    for (let attempt = 0; attempt < 100; attempt++) {
      const options = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings].flatMap((each) => [
        '-c',
        each,
      ]);
      child = spawn(path.join(bin, 'postgres'), ['-D', data, ...options], { ...user, cwd: folder, stdio: 'ignore' });
      while (child.exitCode === null && child.signalCode === null) {
        if (await answers(url)) return;
        await delay(30);
      }
      await delay(100);
    }
    throw new Error('PostgreSQL does not start');
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  };
  await start();

  let schemas = 0;
  return {
    async freshUrl() {
      const schema = `fresh_${schemas++}`;
      const client = new pg.Client(url);
      await client.connect();
      await client.query(`CREATE SCHEMA ${schema}`);
      await client.end();
      return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
    },
    kill: () => end('SIGKILL'),
    restart: start,
    async stop() {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // it ends with the server
  try {
    await client.connect();
    return true;
  } catch {
    return false; // not yet
  } finally {
    await client.end().catch(() => {}); // never opened
  }
}

function binaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    process.env['HOMEBODY_POSTGRES'] ?? '',
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    ...versions.map((version) => path.join(debian, version, 'bin')),
  ];
  return folders.find((folder) => folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name)))) ?? null;
}

function postgresUser(): { readonly uid: number; readonly gid: number } | null {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null; // no such user
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // it listens on a port, not on a pipe
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
