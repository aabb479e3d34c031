import { beforeEach, describe, expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { openEndpoint, operator, SHOP, START_MS, type Endpoint } from './endpoint-fixture.contract.js';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint();
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
      const answer = await endpoint.get(path, headers);
      answers.push(
        JSON.stringify([answer.status, [...answer.headers].map(String).sort((one, other) => (one < other ? -1 : 1)), await answer.text()]),
      );
    }
    return answers;
  };

  test.each(['/v1/tasks/paint.example', '/v1/tasks/nobody', '/v1/models/taste/latest', '/v1/models/taste/1', '/v1/policies/taste'])(
    '%s, headers included, also while reports come in',
    async (path) => {
      await endpoint.vote([1, 2, 3]);
      await endpoint.service.endRound('taste');
      const answers = await everything(path);
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain('[200');
      expect(answers[0]).not.toContain('set-cookie');
    },
  );

  test('reports are told in tens, rounded down, and the time in seconds', async () => {
    await endpoint.vote(Array.from({ length: 19 }, (_, at) => at));
    endpoint.clock.nowMs += 1_999;
    expect(await endpoint.tasks()).toMatchObject({ serverTimeMs: START_MS + 1_000, tasks: [{ round: { reports: 10 } }] });
    await endpoint.vote([0]);
    expect(await endpoint.tasks()).toMatchObject({ serverTimeMs: START_MS + 1_000, tasks: [{ round: { reports: 10 } }] });
    endpoint.clock.nowMs += 1;
    expect(await endpoint.tasks()).toMatchObject({ serverTimeMs: START_MS + 2_000, tasks: [{ round: { reports: 20 } }] });
  });

  test('the policy hash in the list is the one devices compute', async () => {
    const [task] = (await endpoint.tasks()).tasks;
    expect(task?.policyHash).toBe(await policyHash(task?.policy));
  });

  test('public pages never tell exact counts', async () => {
    await endpoint.vote(Array.from({ length: 37 }, (_, at) => at % 32));
    for (const path of ['/metrics', '/dashboard', '/v1/tasks/paint.example']) {
      const text = await (await endpoint.get(path)).text();
      expect(text).toContain('30');
      expect(text.replaceAll(/[0-9a-f]{64}|[A-Za-z0-9_-]{43}|\d{4}-\d\d-\d\dT[\d:.]*Z|\d{13}/g, '')).not.toMatch(/\b37\b/);
    }
    expect(await (await endpoint.get('/metrics', operator)).text()).toContain('homebody_reports_accepted_total{outcome="counted"} 37');
  });
});

describe('caching', () => {
  test('a version is immutable; the latest one and the list must be asked for again', async () => {
    await endpoint.vote([1, 2, 3]);
    await endpoint.service.endRound('taste');
    expect((await endpoint.get('/v1/models/taste/1')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await endpoint.get('/v1/models/taste/latest')).headers.get('cache-control')).toBe('public, no-cache');
    expect((await endpoint.get('/v1/tasks/paint.example')).headers.get('cache-control')).toBe('public, no-cache');
    expect((await endpoint.get('/v1/models/taste/2')).headers.get('cache-control')).toBe('no-store');
  });

  test.each(['/v1/tasks/paint.example', '/v1/models/taste/latest', '/v1/policies/taste'])(
    '%s answers 304 to its own tag, until it changes',
    async (path) => {
      await endpoint.vote([1, 2, 3]);
      await endpoint.service.endRound('taste');
      const etag = (await endpoint.get(path)).headers.get('etag')!;
      const held = await endpoint.get(path, { 'if-none-match': etag });
      expect([held.status, await held.text(), held.headers.get('etag')]).toEqual([304, '', etag]);
      await endpoint.vote([4, 5, 6], 2);
      await endpoint.service.endRound('taste');
      await endpoint.service.publish({ ...endpoint.policy, minimumBatch: 4 });
      expect((await endpoint.get(path, { 'if-none-match': etag })).status).toBe(200);
    },
  );
});

describe('pages of other origins', () => {
  test('a configured shop may read and report: CORS without credentials, preflight included', async () => {
    const read = await endpoint.get('/v1/tasks/paint.example', { origin: SHOP });
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
      expect((await endpoint.get('/v1/tasks/paint.example', { origin })).headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
