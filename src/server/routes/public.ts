import { Hono } from 'hono';
import * as v from 'valibot';
import { SdkError } from '../../core/errors.js';
import { modelSchema, tasksSchema } from '../../wire/messages.js';
import { policySchema } from '../../wire/policy.js';
import type { AppParts } from '../app.js';
import { createTaskDocuments, documentOf, documentResponse } from '../documents.js';
import { describeJson } from './describe.js';

/** What devices read. Nothing here depends on who asks. */

export const policyLogSchema = v.strictObject({
  taskId: v.string(),
  policies: v.array(v.strictObject({ sequence: v.number(), policyHash: v.string(), publishedAtMs: v.number(), policy: policySchema })),
});

/** Must be asked again each time: a new round or version counts at once. */
const REVALIDATE = 'public, no-cache';
const IMMUTABLE = 'public, max-age=31536000, immutable';

export function publicRoutes({ service, store, now }: AppParts): Hono {
  const tasksOf = createTaskDocuments(service, store, now);
  const routes = new Hono();

  routes.get('/v1/tasks/:site', describeJson('Tasks of a site with their running rounds', 200, tasksSchema), async (c) =>
    documentResponse(c.req.raw, await tasksOf(c.req.param('site')), REVALIDATE),
  );

  routes.get('/v1/models/:taskId/:version', describeJson('A published model, or the latest one', 200, modelSchema, [404]), async (c) => {
    const { taskId, version } = c.req.param();
    if (version !== 'latest' && !/^[1-9]\d{0,8}$/.test(version))
      throw new SdkError('unknown-model', `a version is a number or “latest”, got ${version}`);
    await service.advance();
    const model = await store.model(taskId, version === 'latest' ? version : Number(version));
    if (model === null) throw new SdkError('unknown-model', `task ${taskId} has no model ${version} yet`);
    return documentResponse(c.req.raw, documentOf(model.text), version === 'latest' ? REVALIDATE : IMMUTABLE);
  });

  routes.get(
    '/v1/policies/:taskId',
    describeJson('Every policy a task has ever had, oldest first', 200, policyLogSchema, [404]),
    async (c) => {
      const taskId = c.req.param('taskId');
      const log = await store.policies(taskId);
      if (log.length === 0) throw new SdkError('unknown-task', `there is no task ${taskId} here`);
      const policies = log.map(({ policyHash, publishedAtMs, policy }, at) => ({ sequence: at + 1, policyHash, publishedAtMs, policy }));
      return documentResponse(c.req.raw, documentOf(JSON.stringify({ taskId, policies })), REVALIDATE);
    },
  );

  return routes;
}
