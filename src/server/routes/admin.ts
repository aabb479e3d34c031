import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { validator } from 'hono-openapi';
import * as v from 'valibot';
import { SdkError } from '../../core/errors.js';
import { policySchema } from '../../wire/policy.js';
import type { AppParts } from '../app.js';
import { checkPolicy } from '../check-policy.js';
import type { Round } from '../round.js';
import { describeJson } from './describe.js';

/** The operator's API. Counts are exact here. */

/** A policy to publish; the endpoint fills in its own recipient key. */
const draftSchema = v.strictObject({ ...policySchema.entries, publicKey: v.optional(policySchema.entries.publicKey) });

const roundSchema = v.strictObject({
  round: v.number(),
  phase: v.picklist(['open', 'collecting', 'closed', 'abandoned']),
  policyHash: v.string(),
  reports: v.number(),
  opensAtMs: v.number(),
  closesAtMs: v.number(),
  endedAtMs: v.nullable(v.number()),
});
const taskSchema = v.strictObject({
  taskId: v.string(),
  policyHash: v.string(),
  policy: policySchema,
  round: roundSchema,
  modelVersion: v.number(),
});

export function isOperator(authorization: string | undefined, token: string | null): boolean {
  if (token === null || authorization === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest(); // equal lengths, so the comparison leaks none
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
}

export function adminRoutes({ service, store, keys, token, isLoopback }: AppParts): Hono {
  const routes = new Hono();

  routes.use(
    '/v1/admin/*',
    createMiddleware(async (c, next) => {
      if (!isOperator(c.req.header('authorization'), token))
        throw new SdkError('unauthorised', 'send “Authorization: Bearer …” with the operator’s token');
      await next();
      c.header('cache-control', 'no-store');
    }),
    bodyLimit({
      maxSize: 256 * 1024,
      onError: () => {
        throw new SdkError('invalid-options', 'a policy has at most 256 KiB');
      },
    }),
  );

  const describeTask = async (taskId: string): Promise<v.InferOutput<typeof taskSchema>> => {
    const task = (await service.tasks()).find(({ entry }) => entry.taskId === taskId);
    const round = await store.currentRound(taskId);
    if (task === undefined || round === null) throw new SdkError('unknown-task', `there is no task ${taskId} here`);
    const { policyHash, policy } = task.entry;
    return { taskId, policyHash, policy, round: plainRound(round), modelVersion: (await store.model(taskId, 'latest'))?.version ?? 0 };
  };

  routes.post(
    '/v1/admin/tasks',
    describeJson('Publish a policy; it rules from the round that opens now', 201, taskSchema, [400, 401]),
    validator('json', draftSchema, (result) => {
      if (!result.success) throw new SdkError('invalid-options', `not a policy: ${result.error.map(issueText).join('; ')}`);
    }),
    async (c) => {
      const policy = { ...c.req.valid('json'), publicKey: c.req.valid('json').publicKey ?? keys.publicKey };
      if (policy.publicKey !== keys.publicKey) throw new SdkError('invalid-options', 'publicKey is not this endpoint’s key: leave it out');
      checkPolicy(policy, isLoopback);
      await service.publish(policy);
      return c.json(await describeTask(policy.taskId), 201);
    },
  );

  routes.get('/v1/admin/tasks', describeJson('All tasks', 200, v.strictObject({ tasks: v.array(taskSchema) }), [401]), async (c) => {
    const tasks = await service.tasks();
    return c.json({ tasks: await Promise.all(tasks.map(({ entry }) => describeTask(entry.taskId))) });
  });

  routes.get(
    '/v1/admin/rounds/:taskId',
    describeJson('The last 100 rounds, newest first', 200, v.strictObject({ rounds: v.array(roundSchema) }), [401, 404]),
    async (c) => {
      await service.advance();
      const rounds = await store.rounds(c.req.param('taskId'), 100);
      if (rounds.length === 0) throw new SdkError('unknown-task', `there is no task ${c.req.param('taskId')} here`);
      return c.json({ rounds: rounds.map(plainRound) });
    },
  );

  routes.post(
    '/v1/admin/tasks/:taskId/close',
    describeJson(
      'End the running round now',
      200,
      v.strictObject({ round: roundSchema, modelVersion: v.nullable(v.number()) }),
      [401, 404],
    ),
    async (c) => {
      const { round, model } = await service.endRound(c.req.param('taskId'));
      return c.json({ round: plainRound(round), modelVersion: model?.version ?? null });
    },
  );

  routes.post(
    '/v1/admin/tasks/:taskId/roll-back/:version',
    describeJson(
      'Publish the estimate of an earlier version again, as the newest',
      200,
      v.strictObject({ modelVersion: v.number() }),
      [401, 404],
    ),
    async (c) => {
      const { taskId, version } = c.req.param();
      if (!/^[1-9]\d{0,8}$/.test(version)) throw new SdkError('unknown-model', `a version is a number, got ${version}`);
      return c.json({ modelVersion: (await service.rollBack(taskId, Number(version))).version });
    },
  );

  return routes;
}

function plainRound({ round, phase, policyHash, tally, opensAtMs, closesAtMs, endedAtMs }: Round): v.InferOutput<typeof roundSchema> {
  return { round, phase, policyHash, reports: tally.reports, opensAtMs, closesAtMs, endedAtMs };
}

function issueText(issue: { readonly message: string; readonly path?: readonly unknown[] | undefined }): string {
  const path = issue.path?.map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)).join('.');
  return path === undefined ? issue.message : `${path}: ${issue.message}`;
}
