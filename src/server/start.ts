import { defaultTastePolicy } from '../core/federated/default-policy.js';
import { SdkError } from '../core/errors.js';
import type { KeyPair } from '../wire/hpke.js';
import type { Policy } from '../wire/policy.js';
import { createApp } from './app.js';
import { checkPolicy, policyWarning } from './check-policy.js';
import { listen } from './listen.js';
import { createMetrics } from './metrics.js';
import { createRateLimit, senderOf } from './rate-limit.js';
import { createRoundService, type RoundService, type ServerRole } from './round-service.js';
import { loadKeys, loadToken, parseKeys, replaceKeys } from './secrets.js';
import { copyStore, isPostgres, openStore, secretFileBeside } from './store/open-store.js';

/** Everything joined: store, keys, service, app, socket and the clock that ends rounds. */
export interface ServerOptions {
  /** `memory:`, `sqlite:FILE` or `postgres://…`. */
  readonly store: string;
  /** `sqlite:FILE` to copy into an empty PostgreSQL first. */
  readonly copyFrom?: string;
  /** `ingest`: a further process that only takes reports, beside one of role `all` on the same PostgreSQL. Default `all`. */
  readonly role?: ServerRole;
  /** Default 8787; a busy one picks the next; 0 takes any. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Origins of shops whose pages may read and report. Default none. */
  readonly origins?: readonly string[];
  /** With `cells`: publishes the default taste task for this site. Without it the store's tasks go on, if any. */
  readonly site?: string;
  readonly cells?: readonly { readonly name: string; readonly share: number }[];
  readonly roundSeconds?: number;
  readonly minimumBatch?: number;
  /** 0 only on a loopback host. */
  readonly separationDays?: number;
  /** Reports a minute from one network (/24, /48); 0 for any number. Loopback is exempt. Default 600. */
  readonly reportsPerMinute?: number;
  /** Reverse proxies in front whose X-Forwarded-For counts. Default 0. */
  readonly proxies?: number;
  /** Content of a key file, instead of `keyFile`. */
  readonly key?: string;
  /** Makes a new key in `keyFile` and publishes every task anew with it; running rounds end. */
  readonly rotateKey?: boolean;
  /** Operator's token; default: that of `tokenFile`. */
  readonly token?: string;
  /** Default: beside the SQLite file; in memory without one. */
  readonly tokenFile?: string;
  /** Default: beside the SQLite file; in memory without one. */
  readonly keyFile?: string;
  /** Epoch ms; default the system's clock. */
  readonly now?: () => number;
  /** Warnings and failures, one line each. Default: nowhere. */
  readonly log?: (line: string) => void;
}

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The recipient key of every task; a test that holds `privateKey` can open what devices sent. */
  readonly publicKey: string;
  readonly privateKey: KeyPair['privateKey'];
  readonly token: string;
  /** Where the token lies, or null when only this process knows it. */
  readonly tokenFile: string | null;
  readonly service: RoundService;
  /** Answers what is under way, commits what waits, closes the store. A second call waits for the first. */
  close(): Promise<void>;
}

const ROUND_CLOCK_MS = 500;

/** @throws SdkError `invalid-options`, `policy-refused`, `storage-unavailable`, `storage-corrupt`, `schema-newer` */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', origins = [], now = Date.now, log = () => {} } = options;
  const isLoopback = isLoopbackHost(host);
  origins.forEach(expectOrigin);
  const tokenFile = options.token === undefined ? (options.tokenFile ?? secretFileBeside(options.store, 'token')) : null;
  const { role = 'all', reportsPerMinute = 600, proxies = 0 } = options;
  const keyFile = options.key === undefined ? (options.keyFile ?? secretFileBeside(options.store, 'key.json')) : null;
  expectKeyFile(options, keyFile);
  let keys = options.key === undefined ? await loadKeys(keyFile, role === 'all') : await parseKeys(options.key, 'the key given');
  const token = options.token ?? (await loadToken(tokenFile));
  let policy = policyOf(options, keys.publicKey);
  if (policy !== null) checkPolicy(policy, isLoopback);

  if (options.copyFrom !== undefined) log(`copied ${await copyStore(options.copyFrom, options.store)} report ids from ${options.copyFrom}`);
  const store = await openStore(options.store);
  const onError = (error: SdkError): void => log(`${error.code}: ${error.message}${causeOf(error)}`);
  const onImplausible = (taskId: string, round: number): void =>
    log(`round ${round} of ${taskId} was abandoned: honest devices cannot have sent its sum; the version before stays`);
  try {
    if (options.rotateKey === true) keys = await replaceKeys(keyFile!); // not before the store is open: the old key is gone then
    if (policy !== null) policy = { ...policy, publicKey: keys.publicKey };
    let waiting = (): number => 0;
    const metrics = createMetrics(() => waiting());
    const service = await createRoundService({ store, keys, metrics, now, role, onImplausible });
    waiting = () => service.waiting;
    if (policy !== null) {
      await service.publish(policy);
      const warning = policyWarning(policy);
      if (warning !== null) log(warning);
    }
    if (options.rotateKey === true) await publishAnew(service, keys);
    await expectOwnKey(service, keys);
    const rateLimit = reportsPerMinute === 0 ? null : createRateLimit(reportsPerMinute);
    const app = createApp({ service, store, keys, metrics, origins, token, rateLimit, role, isLoopback, now, onError });
    const answer = (request: Request, peer = ''): Response | Promise<Response> => {
      const address = senderOf(peer, request.headers.get('x-forwarded-for'), proxies);
      return app.fetch(request, proxies === 0 && isLoopbackHost(address.replace(/^::ffff:/, '')) ? {} : { address });
    };
    const socket = await listen(answer, host, options.port ?? 8787);
    const clock = setInterval(() => {
      service
        .refresh()
        .then(() => service.advance())
        .catch((thrown: unknown) => onError(new SdkError('internal', 'a round could not be ended; it is tried again', { cause: thrown })));
    }, ROUND_CLOCK_MS);

    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      clearInterval(clock);
      await socket.close();
      await service.close();
      await store.close();
    };
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${socket.port}`,
      port: socket.port,
      publicKey: keys.publicKey,
      privateKey: keys.privateKey,
      token,
      tokenFile,
      service,
      close: () => (closing ??= close()),
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

function expectKeyFile({ key, store, role, rotateKey }: ServerOptions, keyFile: string | null): void {
  if (key !== undefined && rotateKey === true)
    throw new SdkError('invalid-options', 'a key that is not in a file of ours cannot be rotated: make a new one where it is kept');
  if (key !== undefined || keyFile !== null) return;
  if (isPostgres(store) || role === 'ingest' || rotateKey === true)
    throw new SdkError(
      'invalid-options',
      'name the key file: all processes on a store open reports with the same key, also after a restart',
    );
}

/** Each policy again with our key; its round opens, the one under the old key ends. */
async function publishAnew(service: RoundService, { publicKey }: KeyPair): Promise<void> {
  for (const { entry } of await service.tasks()) await service.publish({ ...entry.policy, publicKey });
}

/** @throws SdkError `invalid-options` where devices seal for another key: every report would be refused, and its budget lost */
async function expectOwnKey(service: RoundService, { publicKey }: KeyPair): Promise<void> {
  const strange = (await service.tasks()).find(({ entry }) => entry.policy.publicKey !== publicKey);
  if (strange === undefined) return;
  const words = `devices seal for ${strange.entry.policy.publicKey}, this key is ${publicKey}: bring the key of task ${strange.entry.taskId} back`;
  throw new SdkError('invalid-options', `${words}, or start once with a key rotation to end its round`);
}

function policyOf({ role, site, cells, roundSeconds, minimumBatch, separationDays }: ServerOptions, publicKey: string): Policy | null {
  if (site === undefined && cells === undefined) return null;
  if (role === 'ingest')
    throw new SdkError('invalid-options', 'a process that only takes reports publishes no task: leave site and cells out');
  if (site === undefined || cells === undefined) throw new SdkError('invalid-options', 'a taste task needs both a site and its cells');
  if (!/^[a-z0-9.-]{1,64}$/.test(site)) throw new SdkError('invalid-options', `a site is 1 to 64 of a–z, 0–9, dot and dash, got “${site}”`);
  return defaultTastePolicy({
    site,
    cells,
    publicKey,
    ...(roundSeconds === undefined ? {} : { roundSeconds }),
    ...(minimumBatch === undefined ? {} : { minimumBatch }),
    ...(separationDays === undefined ? {} : { separationDays }),
  });
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function expectOrigin(origin: string): void {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    throw new SdkError('invalid-options', `an origin is scheme, host and port as in https://shop.example, got “${origin}”`);
  }
}

function causeOf(error: SdkError): string {
  return error.cause instanceof Error ? ` (${error.cause.message})` : '';
}
