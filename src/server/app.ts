import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { openAPIRouteHandler } from 'hono-openapi';
import { SdkError, toSdkError } from '../core/errors.js';
import type { KeyPair } from '../wire/hpke.js';
import type { Metrics } from './metrics.js';
import { problemResponse } from './problem.js';
import type { RateLimit } from './rate-limit.js';
import type { RoundService, ServerRole } from './round-service.js';
import { adminRoutes } from './routes/admin.js';
import { monitorRoutes } from './routes/monitor.js';
import { pageRoutes } from './routes/pages.js';
import { publicRoutes } from './routes/public.js';
import { reportRoutes } from './routes/reports.js';
import type { RoundStore } from './store/round-store.js';

export interface AppParts {
  readonly service: RoundService;
  readonly store: RoundStore;
  readonly keys: KeyPair;
  readonly metrics: Metrics;
  /** Origins of shops, as browsers write them (`https://shop.example`). Only their pages may read and report. */
  readonly origins: readonly string[];
  /** The operator's; null: no operator API. */
  readonly token: string | null;
  /** Reports a network may send; null: any number. */
  readonly rateLimit: RateLimit | null;
  /** Is this endpoint reached by loopback only? Then tests with T_sep = 0 may be published. */
  readonly isLoopback: boolean;
  /** `ingest` takes reports and nothing else. */
  readonly role: ServerRole;
  /** Epoch ms. */
  readonly now: () => number;
  /** What failed here; devices learn only that something did. */
  readonly onError: (error: SdkError) => void;
}

/** What the socket tells beside the request. */
export interface SocketBindings {
  /** Of the sender, as text. */
  readonly address?: string;
}

/** The endpoint: Request → Response. No cookies, no addresses in logs, nothing that depends on who asks. */
export function createApp(parts: AppParts): Hono<{ Bindings: SocketBindings }> {
  const app = new Hono<{ Bindings: SocketBindings }>();

  app.use(
    '/v1/*',
    cors({
      origin: (origin) => (parts.origins.includes(origin) ? origin : null),
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['content-type'],
      exposeHeaders: ['retry-after'],
      maxAge: 7_200,
    }),
  );
  app.route('/', reportRoutes(parts));
  app.route('/', monitorRoutes(parts));
  if (parts.role === 'all') {
    app.route('/', publicRoutes(parts));
    app.route('/', adminRoutes(parts));
    app.route('/', pageRoutes(parts));
  }
  app.get(
    '/openapi.json',
    openAPIRouteHandler(app, {
      documentation: {
        info: { title: 'Homebody rounds', version: '1', description: 'Private rounds: sealed, noised reports in, one shared model out.' },
        components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer' } } },
      },
      defaultValidationErrorResponse: false, // ours is problem+json, described with each route
    }),
  );

  app.notFound((c) => problemResponse(new SdkError('not-found', `nothing at ${c.req.method} ${c.req.path}; see /openapi.json`)));
  app.onError((thrown) => {
    // hono's own refusal is a malformed JSON body.
    if (thrown instanceof HTTPException) return problemResponse(new SdkError('invalid-options', thrown.message));
    const error = toSdkError(thrown, 'internal');
    if (error.code === 'internal') parts.onError(error);
    return problemResponse(error);
  });
  return app;
}
