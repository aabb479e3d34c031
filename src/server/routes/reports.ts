import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { describeRoute, resolver } from 'hono-openapi';
import { SdkError, toSdkError } from '../../core/errors.js';
import { acceptedSchema, problemSchema } from '../../wire/messages.js';
import { MAX_FRAME_BYTES } from '../../wire/report-frame.js';
import type { AppParts, SocketBindings } from '../app.js';
import { problemResponse } from '../problem.js';

/** POST /v1/reports: a sealed frame in, 202 after the commit. */
export function reportRoutes({ service, metrics, origins, rateLimit, now, onError }: AppParts): Hono<{ Bindings: SocketBindings }> {
  const refuse = (error: SdkError, status?: number, retrySeconds?: number): Response => {
    metrics.refused(error.code);
    if (error.code === 'internal') onError(error);
    return problemResponse(error, status, retrySeconds);
  };
  /** Requests under way: bodies that are slow to come count, for each holds memory. */
  let held = 0;

  /** What is refused before a byte of the body is read. */
  const doorkeeper = createMiddleware<{ Bindings: SocketBindings }>(async (c, next) => {
    if (c.req.header('sec-gpc') === '1') {
      return refuse(new SdkError('gpc-refused', 'Global Privacy Control is on: this endpoint takes no report from such a browser'));
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && !origins.includes(origin)) {
      return refuse(
        new SdkError('unauthorised', `reports from pages of ${origin} are not taken here; the operator lists shop origins`),
        403,
      );
    }
    const { address } = c.env ?? {}; // none where there is no socket
    const waitSeconds = rateLimit === null || address === undefined ? 0 : rateLimit.admit(address, now());
    if (waitSeconds > 0) {
      const words = `too many reports from this network: send the same bytes again in ${waitSeconds} s`;
      return refuse(new SdkError('too-busy', words), 429, waitSeconds);
    }
    if (held >= service.waitingLimit)
      return refuse(new SdkError('too-busy', `${service.waitingLimit} reports wait already: send the same bytes again in a moment`));
    held++;
    await next().finally(() => held--);
  });
  const tooLong = bodyLimit({
    maxSize: MAX_FRAME_BYTES,
    onError: () => refuse(new SdkError('bad-length', `a report has at most ${MAX_FRAME_BYTES} bytes`), 413),
  });

  const routes = new Hono<{ Bindings: SocketBindings }>();
  routes.post('/v1/reports', describeReports(), doorkeeper, tooLong, async (c) => {
    try {
      const accepted = await service.submit(new Uint8Array(await c.req.arrayBuffer()));
      return c.json(accepted, 202, { 'cache-control': 'no-store' });
    } catch (thrown) {
      return refuse(toSdkError(thrown, 'internal'));
    }
  });
  return routes;
}

function describeReports() {
  const problem = (description: string) => ({ description, content: { 'application/problem+json': { schema: resolver(problemSchema) } } });
  return describeRoute({
    summary: 'Count one sealed report',
    requestBody: {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary', maxLength: MAX_FRAME_BYTES } } },
    },
    responses: {
      202: {
        description: 'Counted and on disk; the same for a repeat of the same bytes',
        content: { 'application/json': { schema: resolver(acceptedSchema) } },
      },
      400: problem('bad-length, bad-magic, bad-version, bad-kind, bad-dimension, bad-frame'),
      403: problem('gpc-refused; unauthorised: an origin that is not configured'),
      404: problem('unknown-task'),
      409: problem('wrong-round, wrong-policy, replay'),
      410: problem('round-closed'),
      413: problem('bad-length'),
      422: problem('undecryptable, out-of-range'),
      429: problem('too-busy, with Retry-After: send the same bytes again'),
    },
  });
}
