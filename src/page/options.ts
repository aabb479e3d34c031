import { SdkError } from '../core/errors.js';
import type { WorkerOptions } from '../worker/api/worker-api.js';
import type { ClientOptions } from './client-types.js';

/** The one place that reads what the shop wrote. Hand-made checks: a schema library would cost more than all of them. */

export interface ResolvedOptions {
  /** All that the worker is told, but for the consent. */
  readonly worker: Omit<WorkerOptions, 'consent' | 'protocol'>;
  readonly workerUrl: string | null;
  readonly switchUrl: string | null;
  readonly hearsDataLayer: boolean;
  readonly onError: (error: SdkError) => void;
}

const engines = ['auto', 'reference', 'webgl'] as const;
const storages = ['indexeddb', 'memory'] as const;

/**
 * @param pageUrl  base of relative URLs, and the origin that `workerUrl` must have
 * Errors: `invalid-options` with what was asked, what came and what to do.
 */
export function resolveOptions(options: ClientOptions, pageUrl: string): ResolvedOptions {
  const { site } = options ?? {};
  if (typeof site !== 'string' || !/^[a-z0-9.-]{1,64}$/.test(site)) {
    throw invalid('site', '1 to 64 lower-case letters, digits, dots or dashes', site);
  }
  const page = new URL(pageUrl);
  const url = (name: 'catalogue' | 'endpoint' | 'workerUrl' | 'chunkBase' | 'switchUrl', fallback: string | null = null): string | null => {
    const value = options[name] ?? fallback;
    if (value === null || value === false) return null;
    if (typeof value !== 'string' || !URL.canParse(value, pageUrl)) throw invalid(name, 'a URL, absolute or relative to the page', value);
    return new URL(value, pageUrl).href;
  };
  const workerUrl = url('workerUrl');
  if (workerUrl !== null && new URL(workerUrl).origin !== page.origin) {
    throw invalid('workerUrl', `a URL on ${page.origin} (a browser starts no worker of another origin; leave it out to use the inlined one)`, workerUrl);
  }
  const chunkBase = url('chunkBase');
  return {
    worker: {
      site,
      storage: oneOf(storages, 'storage', options.storage),
      engine: oneOf(engines, 'engine', options.engine),
      // A base without its slash would lose its last step when a chunk's name is resolved against it.
      chunkBase: chunkBase?.replace(/\/?$/, '/') ?? null,
      catalogueUrl: url('catalogue'),
      endpoint: url('endpoint'),
      isLoopbackPage: /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(page.hostname),
    },
    workerUrl,
    switchUrl: url('switchUrl', '/homebody.json'),
    hearsDataLayer: options.dataLayer === true,
    onError: guarded(options.onError),
  };
}

/** Answers the first of `allowed` where nothing is asked. */
function oneOf<const Allowed extends string>(allowed: readonly [Allowed, ...Allowed[]], name: string, value: Allowed | undefined): Allowed {
  if (value !== undefined && !allowed.includes(value)) throw invalid(name, allowed.join(' or '), value);
  return value ?? allowed[0];
}

function invalid(name: string, expected: string, got: unknown): SdkError {
  return new SdkError('invalid-options', `${name}: expected ${expected}, got ${JSON.stringify(got) ?? String(got)}`);
}

/** The shop's own handler must not break us either. */
function guarded(onError: ClientOptions['onError']): (error: SdkError) => void {
  return (error) => {
    try {
      onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
