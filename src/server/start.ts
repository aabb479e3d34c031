import { defaultTastePolicy } from '../core/federated/default-policy.js';
import { SdkError } from '../core/errors.js';
import type { KeyPair } from '../wire/hpke.js';
import type { Policy } from '../wire/policy.js';
import { createApp } from './app.js';
import { checkPolicy, policyWarning } from './check-policy.js';
import { listen } from './listen.js';
import { createMetrics } from './metrics.js';
import { createRoundService, type RoundService } from './round-service.js';
import { loadKeys, loadToken } from './secrets.js';
import { openStore, secretFileBeside } from './store/open-store.js';

/** Everything joined: store, keys, service, app, socket and the clock that ends rounds. */
export interface ServerOptions {
  /** `memory:` or `sqlite:FILE`. */
  readonly store: string;
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
  const keys = await loadKeys(options.keyFile ?? secretFileBeside(options.store, 'key.json'));
  const token = options.token ?? (await loadToken(tokenFile));
  const policy = policyOf(options, keys.publicKey);
  if (policy !== null) checkPolicy(policy, isLoopback);

  const store = await openStore(options.store);
  const onError = (error: SdkError): void => log(`${error.code}: ${error.message}${causeOf(error)}`);
  try {
    let waiting = (): number => 0;
    const metrics = createMetrics(() => waiting());
    const service = await createRoundService({ store, keys, metrics, now });
    waiting = () => service.waiting;
    if (policy !== null) {
      await service.publish(policy);
      const warning = policyWarning(policy);
      if (warning !== null) log(warning);
    }
    const app = createApp({ service, store, keys, metrics, origins, token, isLoopback, now, onError });
    const socket = await listen((request) => app.fetch(request), host, options.port ?? 8787);
    const clock = setInterval(() => {
      service
        .advance()
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

function policyOf({ site, cells, roundSeconds, minimumBatch, separationDays }: ServerOptions, publicKey: string): Policy | null {
  if (site === undefined && cells === undefined) return null;
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
