import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { SdkError } from '../core/errors.js';
import type { ServerRole } from '../server/round-service.js';
import type { RunningServer, ServerOptions } from '../server/start.js';
import { storeWithoutSecrets } from '../server/store/open-store.js';
import { missingPackage } from './missing-package.js';
import { parseCells } from './serve-cells.js';

interface ServeFlags {
  readonly store: string;
  readonly port: number;
  readonly host: string;
  readonly origin: readonly string[];
  readonly site?: string;
  readonly cells?: string;
  readonly roundSeconds?: number;
  readonly minimumBatch?: number;
  readonly separationDays?: number;
  readonly tokenFile?: string;
  readonly keyFile?: string;
  readonly role: ServerRole;
  readonly reportsPerMinute?: number;
  readonly proxies?: number;
  readonly rotateKey?: boolean;
  readonly copyFrom?: string;
  readonly json?: boolean;
}

/** `homebody serve`: the rounds endpoint with its dashboard, metrics and OpenAPI document. */
export function register(program: Command): void {
  program
    .command('serve')
    .description('run the rounds endpoint: tasks, reports, models, /dashboard, /metrics, /openapi.json')
    .addOption(new Option('--store <store>', 'memory: or sqlite:FILE or postgres://…').default('sqlite:homebody.db').env('HOMEBODY_STORE'))
    .addOption(
      new Option('--role <role>', 'ingest only takes reports, beside one “all” on the same PostgreSQL')
        .choices(['all', 'ingest'])
        .default('all'),
    )
    .option('--port <port>', 'a busy one picks the next; 0 takes any', wholeNumber(0, 65_535), 8787)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option(
      '--origin <url>',
      'origin of a shop that may read and report; repeat for more',
      (url: string, all: readonly string[]) => [...all, url],
      [],
    )
    .option('--site <site>', 'site of the default taste task (needs --cells)')
    .option('--cells <json>', 'file or inline JSON: [{"name", "share"}, …] or {"name": weight, …}')
    .option('--round-seconds <n>', 'length of a round (default 30 days)', wholeNumber(1, 31_536_000))
    .option('--minimum-batch <n>', 'reports a round needs before anything is published (default 500)', wholeNumber(1, 1e9))
    .option(
      '--separation-days <n>',
      'days between releases of one origin; below 30 only on this computer (default 30)',
      wholeNumber(0, 3650),
    )
    .option('--token-file <file>', 'operator token, made when absent (default: beside the database)')
    .option('--key-file <file>', 'key that opens reports, made when absent (default: beside the database)')
    .option('--copy-from <store>', 'sqlite:FILE, copied into an empty PostgreSQL first; its round goes on there')
    .option('--rotate-key', 'make a new key and publish every task anew with it; running rounds end')
    .option('--reports-per-minute <n>', 'from one network, /24 or /48; 0: any number (default 600)', wholeNumber(0, 1e9))
    .option('--proxies <n>', 'reverse proxies in front whose X-Forwarded-For counts (default 0)', wholeNumber(0, 16))
    .option('--json', 'print one line of JSON instead of words')
    .addHelpText(
      'after',
      '\nSecrets may come from the environment: HOMEBODY_STORE, HOMEBODY_TOKEN, HOMEBODY_KEY (content of a key file), PGPASSWORD.\nExample:\n  homebody serve --site shop.example --cells \'{"walls": 40, "floors": 25}\' --origin https://shop.example',
    )
    .action(async (flags: ServeFlags) => {
      const server = await serve(flags);
      process.stdout.write(announcement(server, flags));
      closeOnSignal(server);
    });
}

async function serve(flags: ServeFlags): Promise<RunningServer> {
  const { startServer } = await import('../server/start.js').catch(missingPackage);
  const options: ServerOptions = {
    store: flags.store,
    port: flags.port,
    host: flags.host,
    origins: flags.origin,
    log: (line) => void process.stderr.write(`homebody: ${line}\n`),
    ...(flags.site === undefined ? {} : { site: flags.site }),
    ...(flags.cells === undefined ? {} : { cells: parseCells(await cellsText(flags.cells)) }),
    ...(flags.roundSeconds === undefined ? {} : { roundSeconds: flags.roundSeconds }),
    ...(flags.minimumBatch === undefined ? {} : { minimumBatch: flags.minimumBatch }),
    ...(flags.separationDays === undefined ? {} : { separationDays: flags.separationDays }),
    role: flags.role,
    ...(flags.reportsPerMinute === undefined ? {} : { reportsPerMinute: flags.reportsPerMinute }),
    ...(flags.proxies === undefined ? {} : { proxies: flags.proxies }),
    ...(flags.rotateKey === undefined ? {} : { rotateKey: flags.rotateKey }),
    ...(flags.copyFrom === undefined ? {} : { copyFrom: flags.copyFrom }),
    ...fromEnvironment(),
    ...(flags.tokenFile === undefined ? {} : { tokenFile: flags.tokenFile }),
    ...(flags.keyFile === undefined ? {} : { keyFile: flags.keyFile }),
  };
  return startServer(options).catch(missingPackage);
}

/** A variable that is set but empty is as good as none. */
function fromEnvironment(): Pick<ServerOptions, 'token' | 'key'> {
  const { HOMEBODY_TOKEN: token = '', HOMEBODY_KEY: key = '' } = process.env;
  return { ...(token === '' ? {} : { token }), ...(key === '' ? {} : { key }) };
}

async function cellsText(flag: string): Promise<string> {
  if (/^\s*[[{]/.test(flag)) return flag;
  try {
    return await readFile(flag, 'utf8');
  } catch (thrown) {
    throw new SdkError('invalid-options', `--cells: cannot read ${flag}; give a file or JSON that begins with [ or {`, { cause: thrown });
  }
}

function announcement({ url, port, publicKey, token, tokenFile }: RunningServer, { json, store, role }: ServeFlags): string {
  const isTold = tokenFile === null && fromEnvironment().token === undefined; // what came from outside is not repeated
  if (json === true)
    return `${JSON.stringify({ url, port, dashboard: `${url}/dashboard`, publicKey, tokenFile, token: isTold ? token : undefined })}\n`;
  const where = tokenFile === null ? 'operator token as in HOMEBODY_TOKEN' : `operator token in ${tokenFile}`;
  const secret = isTold ? `operator token (gone with this process): ${token}` : where;
  const what = role === 'ingest' ? 'Takes reports' : 'Rounds endpoint and dashboard';
  return `${what} (store ${storeWithoutSecrets(store)}; Ctrl-C ends it):\n${url}\n${secret}\n`;
}

/** The first signal lets requests end and commits what waits; a second one does not wait. */
function closeOnSignal(server: RunningServer): void {
  let isClosing = false;
  const onSignal = (): void => {
    if (isClosing) process.exit(130);
    isClosing = true;
    server.close().then(
      () => process.exit(0),
      (thrown: unknown) => {
        process.stderr.write(`homebody: ${String(thrown)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    return value;
  };
}
