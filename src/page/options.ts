import { SdkError } from '../core/errors.js';
import type { ChunkUrls, WorkerOptions } from '../worker/api/worker-api.js';
import type { ClientOptions } from './client-types.js';

/** The one place that reads what the shop wrote. Hand-made checks: a schema library would cost more than all of them. */

export interface ResolvedOptions {
  /** All that the worker is told, but for the consent. */
  readonly worker: Omit<WorkerOptions, 'consent' | 'protocol'>;
  readonly workerUrl: string | null;
  readonly switchUrl: string | null;
}

/**
 * @param pageUrl  base of relative URLs, and the origin that `workerUrl` must have
 * Errors: `invalid-options` with what was asked, what came and what to do.
 */
export function resolveOptions(options: ClientOptions, pageUrl: string): ResolvedOptions {
  const check = (name: keyof ClientOptions, isRight: boolean, expected: unknown): void => {
    if (!isRight) throw new SdkError('invalid-options', `${name}: expected ${String(expected)}, got ${JSON.stringify(options[name])}`);
  };
  const url = (name: 'catalogue' | 'endpoint' | 'workerUrl' | 'chunkBase' | 'switchUrl', fallback?: string): string | null => {
    const value = options[name] ?? fallback;
    if (value === undefined || value === false) return null;
    check(name, URL.canParse(value, pageUrl), 'a URL');
    return new URL(value, pageUrl).href;
  };
  const { site, storage = 'indexeddb', engine = 'auto' } = options;
  const { origin, hostname } = new URL(pageUrl);
  const workerUrl = url('workerUrl');
  const match = (name: 'site' | 'storage' | 'engine', value: string | undefined, pattern: RegExp): void =>
    check(name, pattern.test(value ?? ''), pattern);
  match('site', site, /^[a-z0-9.-]{1,64}$/);
  match('storage', storage, /^(indexeddb|memory)$/);
  match('engine', engine, engineName);
  check('workerUrl', workerUrl === null || new URL(workerUrl).origin === origin, `a URL on ${origin}`);
  return {
    worker: {
      site,
      storage,
      engine,
      chunks: chunksUnder(url('chunkBase')),
      catalogueUrl: url('catalogue'),
      endpoint: url('endpoint'),
      isLoopbackPage: /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(hostname),
    },
    workerUrl,
    switchUrl: url('switchUrl', '/homebody.json'),
  };
}

/** What a shop may name. */
export const engineName = /^(auto|reference|simd|webgl)$/;

/** @param base  a folder, with or without its last slash */
function chunksUnder(base: string | null): ChunkUrls | null {
  if (base === null) return null;
  const names = ['later', 'simd', 'webgl', 'rounds', 'participation'] satisfies (keyof ChunkUrls)[];
  return Object.fromEntries(names.map((name) => [name, base.replace(/\/?$/, `/${name}.js`)])) as {
    [Name in (typeof names)[number]]: string;
  };
}
