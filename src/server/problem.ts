import { SdkError, type ErrorCode } from '../core/errors.js';
import type { Problem } from '../wire/messages.js';

/** Refusals over HTTP: `application/problem+json` (RFC 9457) with the code of the error. */

const statusOf: Partial<Record<ErrorCode, number>> = {
  'invalid-options': 400,
  'bad-frame': 400,
  'bad-length': 400,
  'bad-magic': 400,
  'bad-version': 400,
  'bad-kind': 400,
  'bad-dimension': 400,
  'policy-refused': 400,
  unauthorised: 401,
  'gpc-refused': 403,
  'not-found': 404,
  'unknown-task': 404,
  'unknown-model': 404,
  'wrong-round': 409,
  'wrong-policy': 409,
  replay: 409,
  'round-closed': 410,
  'out-of-range': 422,
  undecryptable: 422,
  'too-busy': 429,
  closed: 503,
};

const titleOf: Record<number, string> = {
  400: 'The request is malformed',
  401: 'The operator’s token is needed',
  403: 'Refused',
  404: 'Not found',
  409: 'In conflict with the round',
  410: 'The round has ended',
  413: 'The body is too long',
  422: 'The report cannot be counted',
  429: 'Too many reports are waiting',
  500: 'The endpoint failed',
  503: 'The endpoint is stopping',
};

/**
 * @param status  where the code alone does not say it (a body that is too long is 413)
 * @param retrySeconds  of a 429 or 503
 */
export function problemResponse(error: SdkError, status = statusOf[error.code] ?? 500, retrySeconds = 2): Response {
  const problem: Problem = {
    type: `urn:homebody:problem:${error.code}`,
    title: titleOf[status] ?? 'Refused',
    status,
    // An unforeseen error may quote paths or data; its text goes to the operator's log, not to the device.
    detail: status === 500 ? 'Something failed here. Send the same bytes again later.' : error.message,
    code: error.code,
  };
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  if (status === 429 || status === 503) headers.set('retry-after', String(retrySeconds));
  return new Response(JSON.stringify(problem), { status, headers });
}
