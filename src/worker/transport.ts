import { errorCodes, SdkError, type ErrorCode } from '../core/errors.js';

/**
 * The only way to the rounds endpoint. Requests say nothing about who asks: no cookies, no referrer, no validators (an
 * ETag of the server's choice would be an identifier), no headers of ours; GETs are the same bytes for every device.
 */
export interface Transport {
  /** Answers the parsed JSON, unchecked. */
  getTasks(site: string): Promise<unknown>;
  getModel(taskId: string, version: number): Promise<unknown>;
  /** Sends one sealed report; resolves when the endpoint has committed it. */
  postReport(body: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Aborts what is under way; later calls reject with `aborted`. */
  close(): void;
}

/** The part of `fetch` that is used, so that Node tests and the simulator can bring their own. */
export type FetchLike = (url: string, init: TransportInit) => Promise<TransportResponse>;

export interface TransportInit {
  readonly method: 'GET' | 'POST';
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly credentials: 'omit';
  readonly referrerPolicy: 'no-referrer';
  readonly cache: 'no-store';
  readonly redirect: 'error';
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
}

/** The same for every request and device: a time-out must not tell devices apart. */
const TIMEOUT_MS = 10_000;

const PATH = { tasks: '/v1/tasks/', models: '/v1/models/', reports: '/v1/reports' } as const;

/** @param endpoint  base URL of the rounds endpoint */
export function createTransport(endpoint: string, fetch: FetchLike): Transport {
  const base = endpoint.replace(/\/+$/, '');
  const underWay = new Set<AbortController>();
  let isClosed = false;

  async function request(method: 'GET' | 'POST', path: string, body?: Uint8Array<ArrayBuffer>): Promise<unknown> {
    if (isClosed) throw new SdkError('aborted', 'the rounds of this page have ended');
    const aborting = new AbortController();
    const timer = setTimer(() => aborting.abort(), TIMEOUT_MS);
    underWay.add(aborting);
    try {
      const response = await fetch(base + path, {
        method,
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/octet-stream' } }),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        redirect: 'error',
        signal: aborting.signal,
      });
      const answer = await response.json().catch(() => null);
      if (!response.ok) throw problemOf(answer, response.status, method + ' ' + path);
      return answer;
    } catch (thrown) {
      if (thrown instanceof SdkError) throw thrown;
      if (isClosed) throw new SdkError('aborted', 'the rounds of this page have ended', { cause: thrown });
      throw new SdkError('network', `the rounds endpoint did not answer (${base})`, { cause: thrown });
    } finally {
      clearTimer(timer);
      underWay.delete(aborting);
    }
  }

  return {
    getTasks: (site) => request('GET', PATH.tasks + encodeURIComponent(site)),
    getModel: (taskId, version) => request('GET', `${PATH.models}${encodeURIComponent(taskId)}/${version}`),
    postReport: async (body) => void (await request('POST', PATH.reports, body)),
    close() {
      isClosed = true;
      for (const aborting of underWay) aborting.abort();
    },
  };
}

/** A problem body (RFC 9457) becomes an error with its code; what is none keeps the status. */
function problemOf(answer: unknown, status: number, asked: string): SdkError {
  const { code, detail } = (answer ?? {}) as { readonly code?: unknown; readonly detail?: unknown };
  const known = errorCodes.find((word): word is ErrorCode => word === code);
  if (known !== undefined) return new SdkError(known, typeof detail === 'string' ? detail.slice(0, 500) : asked);
  // Behind a proxy: 429 and 5xx may pass, anything else will not.
  return new SdkError(status === 429 || status >= 500 ? 'too-busy' : 'internal', `${asked} answered ${status} without a reason`);
}

// Both the worker and Node have them; named here because the folder's libraries type them differently.
const setTimer = (task: () => void, delayMs: number): unknown => setTimeout(task, delayMs);
const clearTimer = (timer: unknown): void => clearTimeout(timer as number);
