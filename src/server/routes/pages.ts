import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppParts } from '../app.js';
import { dashboardPage, DASHBOARD_CSP } from '../dashboard/page.js';
import { overviewOf } from '../dashboard/overview.js';

/** What people look at. */
export function pageRoutes(parts: AppParts): Hono {
  const routes = new Hono();
  const page = async (): Promise<Response> => {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': DASHBOARD_CSP, 'cache-control': 'no-store' };
    return new Response(await dashboardPage(await overviewOf(parts)), { headers });
  };
  const html = (summary: string) => describeRoute({ summary, responses: { 200: { description: 'HTML' } } });
  routes.get('/', html('The dashboard'), page);
  routes.get('/dashboard', html('The dashboard'), page);
  return routes;
}
