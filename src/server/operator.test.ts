import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { examplePolicy } from '../wire/example-policies.contract.js';
import { openEndpoint, operator, TOKEN, verdict, type Endpoint } from './endpoint-fixture.contract.js';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint();
});

describe('the operator', () => {
  const send = async (path: string, body?: unknown, headers: Record<string, string> = operator): Promise<Response> =>
    endpoint.app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const { publicKey: _, ...draft } = examplePolicy({ taskId: 'second' });

  test('is asked for the token everywhere', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', TOKEN, `bearer ${TOKEN}`, `Bearer ${TOKEN} `.concat('x')]) {
      const headers = authorization === '' ? {} : { authorization };
      expect(await verdict(await endpoint.get('/v1/admin/tasks', headers as Record<string, string>))).toBe('401 unauthorised');
      expect(await verdict(await send('/v1/admin/tasks', draft, headers as Record<string, string>))).toBe('401 unauthorised');
      expect(await verdict(await send('/v1/admin/tasks/taste/close', undefined, headers as Record<string, string>))).toBe(
        '401 unauthorised',
      );
    }
    expect((await endpoint.store.tasks()).length).toBe(1);
    expect((await endpoint.get('/v1/admin/nothing')).headers.get('www-authenticate')).toBe('Bearer');
  });

  test('has no API where no token is set', async () => {
    endpoint = await openEndpoint({ parts: { token: null } });
    expect(await verdict(await endpoint.get('/v1/admin/tasks', { authorization: 'Bearer null' }))).toBe('401 unauthorised');
  });

  test('publishes a policy without a key: the endpoint fills in its own', async () => {
    const answer = await send('/v1/admin/tasks', draft);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      taskId: 'second',
      round: { round: 1, phase: 'open', reports: 0 },
      policy: { publicKey: endpoint.keys.publicKey },
    });
    expect((await endpoint.tasks()).tasks.map((task) => task.policy.taskId)).toEqual(['second', 'taste']);
  });

  test.each([
    ['malformed JSON', '{"taskId":', '400 invalid-options'],
    ['a missing field', { ...draft, minimumBatch: undefined }, '400 invalid-options'],
    ['an unknown field', { ...draft, extra: 1 }, '400 invalid-options'],
    ['another key', { ...draft, publicKey: 'B'.repeat(43) }, '400 invalid-options'],
    ['ε above the floor', { ...draft, mechanism: { ...draft.mechanism, keepNumerator: 999, keepDenominator: 1000 } }, '400 policy-refused'],
    ['more cells named than there are', { ...draft, mechanism: { ...draft.mechanism, subsetSize: 32 } }, '400 policy-refused'],
  ])('is refused %s', async (_name, body, expected) => {
    expect(await verdict(await send('/v1/admin/tasks', body))).toBe(expected);
    expect((await endpoint.store.tasks()).length).toBe(1);
  });

  test('T_sep = 0 is refused unless the endpoint is on this computer only', async () => {
    expect((await send('/v1/admin/tasks', { ...draft, separationDays: 0 })).status).toBe(201);
    endpoint = await openEndpoint({ parts: { isLoopback: false } });
    expect(await verdict(await send('/v1/admin/tasks', { ...draft, separationDays: 0 }))).toBe('400 policy-refused');
  });

  test('sees exact counts and ends a round at will', async () => {
    await endpoint.vote([1, 2, 3, 4]);
    expect(await (await endpoint.get('/v1/admin/tasks', operator)).json()).toMatchObject({
      tasks: [{ taskId: 'taste', round: { reports: 4, phase: 'collecting' } }],
    });
    expect(await (await send('/v1/admin/tasks/taste/close')).json()).toMatchObject({
      round: { round: 1, phase: 'closed', reports: 4 },
      modelVersion: 1,
    });
    expect(await (await send('/v1/admin/tasks/taste/close')).json()).toMatchObject({
      round: { round: 2, phase: 'abandoned', reports: 0 },
      modelVersion: null,
    });
    expect(await verdict(await send('/v1/admin/tasks/nothing/close'))).toBe('404 unknown-task');
    const { rounds } = (await (await endpoint.get('/v1/admin/rounds/taste', operator)).json()) as { rounds: { phase: string }[] };
    expect(rounds.map((round) => round.phase)).toEqual(['open', 'abandoned', 'closed']);
    expect(await verdict(await endpoint.get('/v1/admin/rounds/nothing', operator))).toBe('404 unknown-task');
  });
});

describe('pages', () => {
  test('/ and /dashboard are HTML that names tasks, rounds, versions and refusals, with text made harmless', async () => {
    const cells = ['<img src=x onerror=alert(1)>', ...Array.from({ length: 31 }, (_, at) => `cell-${at}`)].map((name) => ({
      name,
      share: 1 / 32,
    }));
    endpoint = await openEndpoint({ policy: { block: { kind: 'taste', cells } } });
    await endpoint.vote([0, 0, 0]);
    await endpoint.service.endRound('taste');
    await endpoint.post(new Uint8Array(1));
    for (const path of ['/', '/dashboard']) {
      const answer = await endpoint.get(path);
      const page = await answer.text();
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      for (const word of ['taste', 'Round 2', 'closed', 'bad-length', 'paint.example', 'per release', 'width=device-width'])
        expect(page).toContain(word);
      expect(page).not.toContain('<img');
    }
  });

  test('the policy of the page allows exactly the style and the script that are in it', async () => {
    const answer = await endpoint.get('/dashboard');
    const [policy, page] = [answer.headers.get('content-security-policy'), await answer.text()];
    for (const tag of ['style', 'script']) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`);
    }
    expect(page).not.toMatch(/ style="| on[a-z]+="/);
  });

  test('/healthz says whether the store answers', async () => {
    expect(await (await endpoint.get('/healthz')).json()).toEqual({ ok: true });
    const failing = { ...endpoint.store, tasks: () => Promise.reject(new Error('gone')) };
    const broken = await openEndpoint({ parts: { store: failing, onError: () => {} } });
    expect(await verdict(await broken.get('/healthz'))).toBe('500 internal');
  });

  test('/openapi.json describes every route with problem bodies for its refusals', async () => {
    const document = (await (await endpoint.get('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
    };
    expect(document.openapi).toMatch(/^3\.1/);
    const paths = [
      '/v1/tasks/{site}',
      '/v1/models/{taskId}/{version}',
      '/v1/reports',
      '/v1/policies/{taskId}',
      '/healthz',
      '/metrics',
      '/v1/admin/tasks',
      '/v1/admin/tasks/{taskId}/close',
      '/v1/admin/tasks/{taskId}/roll-back/{version}',
      '/v1/admin/rounds/{taskId}',
    ];
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(paths));
    const { responses } = document.paths['/v1/reports']!['post']!;
    expect(Object.keys(responses)).toEqual(['202', '400', '403', '404', '409', '410', '413', '422', '429']);
    for (const route of Object.values(document.paths)) {
      for (const operation of Object.values(route)) {
        for (const [status, response] of Object.entries(operation.responses)) {
          if (Number(status) >= 400) expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
        }
      }
    }
  });

  test('anything else is a problem, not a page', async () => {
    expect(await verdict(await endpoint.get('/v1/nothing'))).toBe('404 not-found');
    expect(await verdict(await endpoint.get('/v1/models/taste/0'))).toBe('404 unknown-model');
    expect(await verdict(await endpoint.get('/v1/models/taste/1e1'))).toBe('404 unknown-model');
    expect(await verdict(await endpoint.get('/v1/policies/nothing'))).toBe('404 unknown-task');
  });
});
