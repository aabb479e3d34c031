import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from './browser.js';

const run = promisify(execFile);

/** Installs what the tests need and this machine lacks: a browser, the native part of better-sqlite3, a PostgreSQL server. */
export async function prepareMachine(): Promise<void> {
  if (findChromium() === undefined) {
    console.log('no Chromium found, installing one …');
    if (await isDebianRoot()) await aptInstall(['chromium', 'fonts-noto-core']);
    else await run(process.execPath, ['node_modules/playwright/cli.js', 'install', '--with-deps', 'chromium']);
    if (findChromium() === undefined) throw new Error('no Chromium after installing one; set CHROMIUM_PATH to its executable');
  }
  await prepareSqlite();
  await preparePostgres();
}

/** A real server for the tests of the PostgreSQL store. They are skipped, and say so, where there is none. */
async function preparePostgres(): Promise<void> {
  if (onPath('postgres') || existsSync('/usr/lib/postgresql') || !(await isDebianRoot())) return;
  console.log('no PostgreSQL found, installing one …');
  await aptInstall(['postgresql']).catch((thrown: unknown) =>
    console.log(`without it the tests on PostgreSQL are skipped: ${String(thrown)}`),
  );
}

/** npm may have skipped or failed the compilation of the optional dependency: do it now, with Node's own headers. */
export async function prepareSqlite(): Promise<void> {
  if (await sqliteWorks()) return;
  console.log('better-sqlite3 has no native part, compiling it …');
  const missing = ['python3', 'make', 'g++'].filter((tool) => !onPath(tool));
  if (missing.length > 0 && (await isDebianRoot())) await aptInstall(missing);
  const headers = path.resolve(process.execPath, '../..');
  const env = existsSync(path.join(headers, 'include/node/node.h')) ? { ...process.env, npm_config_nodedir: headers } : process.env;
  if (!existsSync('node_modules/better-sqlite3'))
    await run('npm', ['install', '--no-save', '--ignore-scripts', '--include=optional'], { env });
  await run('npm', ['rebuild', 'better-sqlite3', '--allow-scripts=better-sqlite3', '--foreground-scripts'], { env });
  if (!(await sqliteWorks()))
    throw new Error('better-sqlite3 does not load after a rebuild; run `npm rebuild better-sqlite3` and read its output');
}

/** In a process of its own: a broken native module must not take this one with it. */
async function sqliteWorks(): Promise<boolean> {
  try {
    await run(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').prepare('select 1').get()"]);
    return true;
  } catch {
    return false; // not installed, not built, or built for another Node
  }
}

function onPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, tool)));
}

async function isDebianRoot(): Promise<boolean> {
  return process.getuid?.() === 0 && onPath('apt-get');
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  await run('apt-get', [...options, 'update'], { env, maxBuffer: 1 << 26 });
  await run('apt-get', [...options, 'install', '-y', ...packages], { env, maxBuffer: 1 << 26 });
}
