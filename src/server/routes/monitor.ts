import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import * as v from 'valibot';
import type { AppParts } from '../app.js';
import { isOperator } from './admin.js';
import { describeJson } from './describe.js';

/** What monitors look at, of every role. */
export function monitorRoutes(parts: AppParts): Hono {
  const routes = new Hono();
  routes.get(
    '/healthz',
    describeJson('Is the endpoint up, and can it read its store?', 200, v.object({ ok: v.literal(true) })),
    async (c) => {
      await parts.store.tasks();
      c.header('cache-control', 'no-store');
      return c.json({ ok: true });
    },
  );

  routes.get(
    '/metrics',
    describeRoute({
      summary: 'Prometheus metrics; exact counts and timings with the operator’s token',
      responses: { 200: { description: 'Prometheus text' } },
    }),
    async (c) =>
      c.text(await parts.metrics.text(isOperator(c.req.header('authorization'), parts.token)), 200, { 'cache-control': 'no-store' }),
  );

  return routes;
}
