import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { examplePolicy } from '../wire/example-policies.contract.js';
import { modelSchema, tasksSchema, type ModelDocument, type TasksDocument } from '../wire/messages.js';
import { openEndpoint, SHOP, START_MS, TOKEN, verdict, type Endpoint } from './endpoint-fixture.contract.js';
import { createRoundService } from './round-service.js';
import { openMemoryStore } from './store/memory-store.js';
import type { RoundStore } from './store/round-store.js';
import { createMetrics } from './metrics.js';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint();
});
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => endpoint.app.request(path, { headers });
const operator = { authorization: `Bearer ${TOKEN}` };
const vote = async (cells: readonly number[], round = 1): Promise<void> => {
  for (const cell of cells) expect((await endpoint.post(await endpoint.seal(cell, { round }))).status).toBe(202);
};
const tasks = async (): Promise<TasksDocument> => v.parse(tasksSchema, await (await get('/v1/tasks/paint.example')).json());

describe('a round ends at its time', () => {
  test('with enough reports: an unbiased estimate is published with its whole claim, and the next round opens at once', async () => {
    await vote([4, 4, 4, 9]);
    endpoint.clock.nowMs += 60_500;
    const answer = await get('/v1/models/taste/latest');
    const model = v.parse(modelSchema, await answer.json());
    const [p, q] = [54 / 85, 1 / 85];
    expect(model.estimate[4]).toBeCloseTo((3 / 4 - q) / (p - q), 12);
    expect(model.estimate[9]).toBeCloseTo((1 / 4 - q) / (p - q), 12);
    expect(model.estimate[0]).toBeCloseTo(-q / (p - q), 12);
    // frequencies ¾ and ¼: 2 · 3/16 over n (p − q)²
    expect(model.noiseL2).toBeCloseTo(Math.sqrt(0.375 / 4) / (p - q), 12);
    expect(model).toMatchObject({
      version: 1,
      round: 1,
      reports: 4,
      publishedAtMs: START_MS + 60_500,
      policyHash: await policyHash(endpoint.policy),
    });
    for (const word of ['operator', 'one browser profile on one origin', 'ε 3.99', 'δ 0', '365 days']) expect(model.claim).toContain(word);
    expect((await tasks()).tasks[0]).toMatchObject({
      modelVersion: 1,
      round: { round: 2, opensAtMs: START_MS + 60_500, closesAtMs: START_MS + 120_500, reports: 0 },
    });
  });

  test('one millisecond before it, nothing has happened', async () => {
    await vote([4, 4, 4]);
    endpoint.clock.nowMs += 59_999;
    expect(await verdict(await get('/v1/models/taste/latest'))).toBe('404 unknown-model');
    expect((await tasks()).tasks[0]?.round?.round).toBe(1);
    endpoint.clock.nowMs += 1;
    expect((await get('/v1/models/taste/latest')).status).toBe(200);
  });

  test('with fewer than the minimum: it is abandoned, nothing is published, its reports do not count in the next', async () => {
    await vote([4, 4]);
    endpoint.clock.nowMs += 60_000;
    await vote([5, 5, 5], 2);
    endpoint.clock.nowMs += 60_000;
    const model = (await (await get('/v1/models/taste/latest')).json()) as ModelDocument;
    expect(model).toMatchObject({ version: 1, round: 2, reports: 3 });
    expect(model.estimate[4]).toBeLessThan(0);
    expect((await endpoint.store.rounds('taste', 9)).map((round) => round.phase)).toEqual(['open', 'closed', 'abandoned']);
  });

  test('requests that meet after the deadline end it once', async () => {
    await vote([1, 2, 3]);
    endpoint.clock.nowMs += 60_000;
    await Promise.all([get('/v1/models/taste/latest'), tasks(), endpoint.service.advance(), get('/dashboard'), endpoint.service.advance()]);
    expect((await endpoint.store.rounds('taste', 9)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['2 open', '1 closed']);
  });

  test('after a long sleep one round ends, not one for each that was missed', async () => {
    endpoint.clock.nowMs += 86_400_000;
    await endpoint.service.advance();
    expect((await endpoint.store.rounds('taste', 9)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['2 open', '1 abandoned']);
    expect((await endpoint.store.currentRound('taste'))?.closesAtMs).toBe(endpoint.clock.nowMs + 60_000);
  });
});

describe('documents are the same for every device', () => {
  const devices = [
    {},
    { 'user-agent': 'Firefox', cookie: 'id=7', 'accept-language': 'de' },
    { 'x-forwarded-for': '203.0.113.9', referer: 'https://shop.example/secret', dnt: '1' },
  ];
  const everything = async (path: string): Promise<string[]> => {
    const answers: string[] = [];
    for (const headers of devices) {
      endpoint.clock.nowMs += 300; // 0.9 s in all, within one second of the clock
      const answer = await get(path, headers);
      answers.push(
        JSON.stringify([answer.status, [...answer.headers].map(String).sort((one, other) => (one < other ? -1 : 1)), await answer.text()]),
      );
    }
    return answers;
  };

  test.each(['/v1/tasks/paint.example', '/v1/tasks/nobody', '/v1/models/taste/latest', '/v1/models/taste/1', '/v1/policies/taste'])(
    '%s, headers included, also while reports come in',
    async (path) => {
      await vote([1, 2, 3]);
      await endpoint.service.endRound('taste');
      const answers = await everything(path);
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain('[200');
      expect(answers[0]).not.toContain('set-cookie');
    },
  );

  test('reports are told in tens, rounded down, and the time in seconds', async () => {
    await vote(Array.from({ length: 19 }, (_, at) => at));
    endpoint.clock.nowMs += 1_999;
    expect(await tasks()).toMatchObject({ serverTimeMs: START_MS + 1_000, tasks: [{ round: { reports: 10 } }] });
    await vote([0]);
    expect(await tasks()).toMatchObject({ serverTimeMs: START_MS + 1_000, tasks: [{ round: { reports: 10 } }] });
    endpoint.clock.nowMs += 1;
    expect(await tasks()).toMatchObject({ serverTimeMs: START_MS + 2_000, tasks: [{ round: { reports: 20 } }] });
  });

  test('the policy hash in the list is the one devices compute', async () => {
    const [task] = (await tasks()).tasks;
    expect(task?.policyHash).toBe(await policyHash(task?.policy));
  });

  test('public pages never tell exact counts', async () => {
    await vote(Array.from({ length: 37 }, (_, at) => at % 32));
    for (const path of ['/metrics', '/dashboard', '/v1/tasks/paint.example']) {
      const text = await (await get(path)).text();
      expect(text).toContain('30');
      expect(text.replaceAll(/[0-9a-f]{64}|[A-Za-z0-9_-]{43}|\d{4}-\d\d-\d\dT[\d:.]*Z|\d{13}/g, '')).not.toMatch(/\b37\b/);
    }
    expect(await (await get('/metrics', operator)).text()).toContain('homebody_reports_accepted_total{outcome="counted"} 37');
  });
});

describe('caching', () => {
  test('a version is immutable; the latest one and the list must be asked for again', async () => {
    await vote([1, 2, 3]);
    await endpoint.service.endRound('taste');
    expect((await get('/v1/models/taste/1')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await get('/v1/models/taste/latest')).headers.get('cache-control')).toBe('public, no-cache');
    expect((await get('/v1/tasks/paint.example')).headers.get('cache-control')).toBe('public, no-cache');
    expect((await get('/v1/models/taste/2')).headers.get('cache-control')).toBe('no-store');
  });

  test.each(['/v1/tasks/paint.example', '/v1/models/taste/latest', '/v1/policies/taste'])(
    '%s answers 304 to its own tag, until it changes',
    async (path) => {
      await vote([1, 2, 3]);
      await endpoint.service.endRound('taste');
      const etag = (await get(path)).headers.get('etag')!;
      const held = await get(path, { 'if-none-match': etag });
      expect([held.status, await held.text(), held.headers.get('etag')]).toEqual([304, '', etag]);
      await vote([4, 5, 6], 2);
      await endpoint.service.endRound('taste');
      await endpoint.service.publish({ ...endpoint.policy, minimumBatch: 4 });
      expect((await get(path, { 'if-none-match': etag })).status).toBe(200);
    },
  );
});

describe('pages of other origins', () => {
  test('a configured shop may read and report: CORS without credentials, preflight included', async () => {
    const read = await get('/v1/tasks/paint.example', { origin: SHOP });
    expect(read.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(read.headers.get('access-control-allow-credentials')).toBeNull();
    const preflight = await endpoint.app.request('/v1/reports', {
      method: 'OPTIONS',
      headers: { origin: SHOP, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, SHOP]);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
    const refused = await endpoint.post(new Uint8Array(2), { origin: SHOP });
    expect(refused.headers.get('access-control-allow-origin')).toBe(SHOP); // else the page could not read the code
  });
  test('any other origin gets no CORS header', async () => {
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'null']) {
      expect((await get('/v1/tasks/paint.example', { origin })).headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('the policy log', () => {
  test('holds every policy in order; a new one ends the round under the old one', async () => {
    await vote([1, 2, 3]);
    const next = { ...endpoint.policy, minimumBatch: 5 };
    const task = await endpoint.service.publish(next);
    expect(task).toMatchObject({ round: 2, entry: { policyHash: await policyHash(next) } });
    const log = (await (await get('/v1/policies/taste')).json()) as { policies: { sequence: number; policyHash: string }[] };
    expect(log.policies.map(({ sequence, policyHash: hash }) => [sequence, hash])).toEqual([
      [1, await policyHash(endpoint.policy)],
      [2, await policyHash(next)],
    ]);
    // Three reports were enough for the policy they were made under.
    expect(await (await get('/v1/models/taste/1')).json()).toMatchObject({ policyHash: await policyHash(endpoint.policy), reports: 3 });
    expect(await verdict(await endpoint.post(await endpoint.seal(1, { round: 2 })))).toBe('409 wrong-policy');
    expect(await verdict(await endpoint.post(await endpoint.seal(1, { round: 2, policy: next })))).toBe('202');
  });

  test('rules also when a deadline falls into its publication, and when two are published at once', async () => {
    const inner = openMemoryStore();
    const ends: Promise<void>[] = [];
    const publishPolicy: RoundStore['publishPolicy'] = async (entry, first) => {
      await inner.publishPolicy(entry, first);
      if (endpoint.store !== store) return; // the first policy of the fixture
      endpoint.clock.nowMs += 60_000;
      ends.push(endpoint.service.advance());
    };
    const store = { ...inner, publishPolicy };
    endpoint = await openEndpoint({ store });
    const [one, two] = [4, 5].map((minimumBatch) => ({ ...endpoint.policy, minimumBatch }));
    await Promise.all([endpoint.service.publish(one!), endpoint.service.publish(two!)]);
    await Promise.all(ends);
    expect((await store.tasks())[0]?.policyHash).toBe(await policyHash(two));
    expect((await store.currentRound('taste'))?.policyHash).toBe(await policyHash(two));
    expect((await endpoint.service.tasks())[0]?.entry.policyHash).toBe(await policyHash(two));
  });

  test('a process that died between the new policy and the end of the old round ends it at its next start', async () => {
    await vote([1, 2, 3]);
    const next = { ...endpoint.policy, minimumBatch: 5 };
    const hash = await policyHash(next);
    await endpoint.store.publishPolicy(
      { taskId: 'taste', policyHash: hash, policy: next, publishedAtMs: START_MS },
      { policyHash: hash, opensAtMs: 0, closesAtMs: 1, size: 32 },
    );
    await createRoundService({ store: endpoint.store, keys: endpoint.keys, metrics: createMetrics(() => 0), now: () => START_MS + 5 });
    expect(await endpoint.store.currentRound('taste')).toMatchObject({ round: 2, policyHash: hash });
    expect(await endpoint.store.model('taste', 1)).not.toBeNull();
  });
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
      expect(await verdict(await get('/v1/admin/tasks', headers as Record<string, string>))).toBe('401 unauthorised');
      expect(await verdict(await send('/v1/admin/tasks', draft, headers as Record<string, string>))).toBe('401 unauthorised');
      expect(await verdict(await send('/v1/admin/tasks/taste/close', undefined, headers as Record<string, string>))).toBe(
        '401 unauthorised',
      );
    }
    expect((await endpoint.store.tasks()).length).toBe(1);
    expect((await get('/v1/admin/nothing')).headers.get('www-authenticate')).toBe('Bearer');
  });

  test('has no API where no token is set', async () => {
    endpoint = await openEndpoint({ parts: { token: null } });
    expect(await verdict(await get('/v1/admin/tasks', { authorization: 'Bearer null' }))).toBe('401 unauthorised');
  });

  test('publishes a policy without a key: the endpoint fills in its own', async () => {
    const answer = await send('/v1/admin/tasks', draft);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      taskId: 'second',
      round: { round: 1, phase: 'open', reports: 0 },
      policy: { publicKey: endpoint.keys.publicKey },
    });
    expect((await tasks()).tasks.map((task) => task.policy.taskId)).toEqual(['second', 'taste']);
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
    await vote([1, 2, 3, 4]);
    expect(await (await get('/v1/admin/tasks', operator)).json()).toMatchObject({
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
    const { rounds } = (await (await get('/v1/admin/rounds/taste', operator)).json()) as { rounds: { phase: string }[] };
    expect(rounds.map((round) => round.phase)).toEqual(['open', 'abandoned', 'closed']);
    expect(await verdict(await get('/v1/admin/rounds/nothing', operator))).toBe('404 unknown-task');
  });
});

describe('a roll-back', () => {
  test('publishes what an earlier version said as the newest, and changes neither it nor the running round', async () => {
    for (const [at, cells] of [
      [1, 1, 1],
      [2, 2, 2],
    ].entries()) {
      await vote(cells, at + 1);
      await endpoint.service.endRound('taste');
    }
    await vote([3], 3);
    const model = async (version: string): Promise<ModelDocument> =>
      (await (await get(`/v1/models/taste/${version}`)).json()) as ModelDocument;
    const first = await model('1');
    endpoint.clock.nowMs += 5_000;
    const path = '/v1/admin/tasks/taste/roll-back';
    const answer = await endpoint.app.request(`${path}/1`, { method: 'POST', headers: operator });
    expect(await answer.json()).toEqual({ modelVersion: 3 });
    expect(await model('latest')).toEqual({ ...first, version: 3, publishedAtMs: START_MS + 5_000 });
    expect(await model('1')).toEqual(first);
    expect((await tasks()).tasks[0]).toMatchObject({ modelVersion: 3, round: { round: 3 } });
    expect((await endpoint.store.currentRound('taste'))?.tally.reports).toBe(1);
    for (const version of ['9', '0', 'latest'])
      expect(await verdict(await endpoint.app.request(`${path}/${version}`, { method: 'POST', headers: operator }))).toBe(
        '404 unknown-model',
      );
    expect(await verdict(await endpoint.app.request(`${path}/1`, { method: 'POST' }))).toBe('401 unauthorised');
  });
});

describe('pages', () => {
  test('/ and /dashboard are HTML that names tasks, rounds, versions and refusals, with text made harmless', async () => {
    const cells = ['<img src=x onerror=alert(1)>', ...Array.from({ length: 31 }, (_, at) => `cell-${at}`)].map((name) => ({
      name,
      share: 1 / 32,
    }));
    endpoint = await openEndpoint({ policy: { block: { kind: 'taste', cells } } });
    await vote([0, 0, 0]);
    await endpoint.service.endRound('taste');
    await endpoint.post(new Uint8Array(1));
    for (const path of ['/', '/dashboard']) {
      const answer = await get(path);
      const page = await answer.text();
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      for (const word of ['taste', 'Round 2', 'closed', 'bad-length', 'paint.example', 'per release', 'width=device-width'])
        expect(page).toContain(word);
      expect(page).not.toContain('<img');
    }
  });

  test('the policy of the page allows exactly the style and the script that are in it', async () => {
    const answer = await get('/dashboard');
    const [policy, page] = [answer.headers.get('content-security-policy'), await answer.text()];
    for (const tag of ['style', 'script']) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`);
    }
    expect(page).not.toMatch(/ style="| on[a-z]+="/);
  });

  test('/healthz says whether the store answers', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ ok: true });
    const failing = { ...endpoint.store, tasks: () => Promise.reject(new Error('gone')) };
    endpoint = { ...endpoint, app: (await openEndpoint({ parts: { store: failing, onError: () => {} } })).app };
    expect(await verdict(await get('/healthz'))).toBe('500 internal');
  });

  test('/openapi.json describes every route with problem bodies for its refusals', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
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
    expect(await verdict(await get('/v1/nothing'))).toBe('404 not-found');
    expect(await verdict(await get('/v1/models/taste/0'))).toBe('404 unknown-model');
    expect(await verdict(await get('/v1/models/taste/1e1'))).toBe('404 unknown-model');
    expect(await verdict(await get('/v1/policies/nothing'))).toBe('404 unknown-task');
  });
});
