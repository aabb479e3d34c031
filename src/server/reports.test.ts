import { beforeEach, describe, expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { exampleVectorPolicy } from '../wire/example-policies.contract.js';
import { generateKeyPair, sealReport } from '../wire/hpke.js';
import { encodeVectorPayload, encodeVotePayload } from '../wire/payload.js';
import { openEndpoint, SHOP, verdict, type Endpoint } from './endpoint-fixture.contract.js';
import { openMemoryStore } from './store/memory-store.js';
import type { RoundStore } from './store/round-store.js';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint();
});
const tally = async () => (await endpoint.store.currentRound('taste'))!.tally;
const changed = (body: Uint8Array<ArrayBuffer>, at: number, ...bytes: number[]): Uint8Array<ArrayBuffer> => {
  const copy = Uint8Array.from(body);
  copy.set(bytes, at);
  return copy;
};

test('a sealed vote is counted in its cell and answered 202 with its id and round', async () => {
  const answer = await endpoint.post(await endpoint.seal(17, { id: 0xabcd }));
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ reportId: '0000000000000000000000000000abcd', round: 1 });
  expect((await tally()).reports).toBe(1);
  expect((await tally()).sums.map((sum, cell) => (sum === 0 ? null : cell)).filter((cell) => cell !== null)).toEqual([17]);
});

test('the same bytes again get the same answer, at once, in parallel and after the round, and count once', async () => {
  const body = await endpoint.seal(3);
  const answers = await Promise.all([endpoint.post(body), endpoint.post(body), endpoint.post(body)]);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set([...answers.map((answer) => answer.status), ...texts]).size).toBe(2); // one status, one text
  expect((await tally()).reports).toBe(1);
  endpoint.clock.nowMs += 60_000;
  const late = await endpoint.post(body);
  expect([late.status, await late.text()]).toEqual([202, texts[0]]);
  expect(await tally()).toEqual({ reports: 0, sums: Array.from({ length: 32 }, () => 0) });
});

test('the same id with another body is a replay, whichever came first, and in parallel exactly one counts', async () => {
  const [one, other] = [await endpoint.seal(3, { id: 9 }), await endpoint.seal(4, { id: 9 })];
  const verdicts = await Promise.all([endpoint.post(one), endpoint.post(other)].map(async (answer) => verdict(await answer)));
  expect(verdicts.sort()).toEqual(['202', '409 replay']);
  expect((await tally()).reports).toBe(1);
});

describe('a bad report is refused with its code, and nothing is counted', () => {
  const refusals: readonly (readonly [string, string, () => Promise<Uint8Array<ArrayBuffer>>])[] = [
    ['no bytes', '400 bad-length', async () => new Uint8Array(0)],
    ['one byte short', '400 bad-length', async () => (await endpoint.seal(1)).slice(0, -1)],
    ['a megabyte', '413 bad-length', async () => new Uint8Array(1_000_000)],
    ['another magic', '400 bad-magic', async () => changed(await endpoint.seal(1), 0, 0x58)],
    ['a future version', '400 bad-version', async () => changed(await endpoint.seal(1), 4, 2)],
    ['an unknown kind', '400 bad-kind', async () => changed(await endpoint.seal(1), 5, 9)],
    ['another kind than the task’s', '400 bad-kind', async () => changed(await endpoint.seal(1), 5, 2)],
    ['an impossible size', '400 bad-dimension', async () => changed(await endpoint.seal(1), 6, 17)],
    [
      'another size than the task’s',
      '400 bad-dimension',
      async () => {
        const cells = Array.from({ length: 200 }, (_, cell) => ({ name: `c${cell}`, share: 1 / 200 }));
        const wide = { ...endpoint.policy, block: { kind: 'taste' as const, cells } };
        const body = await endpoint.seal(0, { policy: wide, payload: encodeVotePayload([150], 200) });
        return changed(body, 28, ...Buffer.from(await policyHash(endpoint.policy), 'hex'));
      },
    ],
    ['a task that is not here', '404 unknown-task', async () => endpoint.seal(1, { policy: { ...endpoint.policy, taskId: 'other' } })],
    ['another policy', '409 wrong-policy', async () => endpoint.seal(1, { policy: { ...endpoint.policy, minimumBatch: 4 } })],
    ['a round to come', '409 wrong-round', async () => endpoint.seal(1, { round: 2 })],
    ['a bit changed in the seal', '422 undecryptable', async () => changed(await endpoint.seal(1), 140, 1, 2, 3)],
    ['another report id than was sealed', '422 undecryptable', async () => changed(await endpoint.seal(1), 12, 7)],
    [
      'a key that is not ours',
      '422 undecryptable',
      async () => {
        const body = await endpoint.seal(1, { policy: { ...endpoint.policy, publicKey: (await generateKeyPair()).publicKey } });
        return changed(body, 28, ...Buffer.from(await policyHash(endpoint.policy), 'hex'));
      },
    ],
    ['two cells where one is asked', '422 out-of-range', async () => endpoint.seal(0, { payload: encodeVotePayload([1, 2], 32) })],
    ['no cell', '422 out-of-range', async () => endpoint.seal(0, { payload: encodeVotePayload([], 32) })],
    ['a cell that does not exist', '400 bad-frame', async () => endpoint.seal(0, { payload: encodeVotePayload([40], 64) })],
  ];
  test.each(refusals)('%s: %s', async (_, expected, body) => {
    expect(await verdict(await endpoint.post(await body()))).toBe(expected);
    expect((await tally()).reports).toBe(0);
  });

  test('a report of the round that has ended: 410 round-closed', async () => {
    const body = await endpoint.seal(1);
    endpoint.clock.nowMs += 60_000;
    expect(await verdict(await endpoint.post(body))).toBe('410 round-closed');
    expect((await endpoint.store.rounds('taste', 9)).map((round) => round.tally.reports)).toEqual([0, 0]);
  });

  test('the reasons are counted by code', async () => {
    await endpoint.post(new Uint8Array(3));
    await endpoint.post(new Uint8Array(4));
    await endpoint.post(await endpoint.seal(1, { round: 2 }));
    const text = await (await endpoint.app.request('/metrics')).text();
    expect(text).toContain('homebody_reports_refused_total{code="bad-length"} 2');
    expect(text).toContain('homebody_reports_refused_total{code="wrong-round"} 1');
  });
});

describe('before the body is read', () => {
  /** Fails the test when somebody reads it. */
  const unreadable = (): ReadableStream =>
    new ReadableStream(
      {
        pull() {
          throw new Error('the body was read');
        },
      },
      { highWaterMark: 0 },
    );
  const postStream = (headers: Record<string, string>): Promise<Response> =>
    Promise.resolve(endpoint.app.request('/v1/reports', { method: 'POST', body: unreadable(), headers, duplex: 'half' } as RequestInit));

  test('Global Privacy Control is obeyed', async () => {
    expect(await verdict(await postStream({ 'sec-gpc': '1' }))).toBe('403 gpc-refused');
    expect(await verdict(await endpoint.post(await endpoint.seal(1), { 'sec-gpc': '0' }))).toBe('202');
  });
  test('a page of another origin is refused', async () => {
    expect(await verdict(await postStream({ origin: 'https://evil.example' }))).toBe('403 unauthorised');
    expect(await verdict(await endpoint.post(await endpoint.seal(1), { origin: SHOP }))).toBe('202');
  });
  test('while as many wait as may, the next is told to come again', async () => {
    const inner = openMemoryStore();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const store: RoundStore = { ...inner, commitReports: async (reports) => (await gate, inner.commitReports(reports)) };
    endpoint = await openEndpoint({ store, waitingLimit: 1 });
    const waiting = endpoint.post(await endpoint.seal(1));
    await expect.poll(() => endpoint.service.waiting).toBe(1);
    const refused = await postStream({});
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await verdict(refused)).toBe('429 too-busy');
    release();
    expect((await waiting).status).toBe(202);
  });
  test('bodies that are slow to come count as waiting', async () => {
    endpoint = await openEndpoint({ waitingLimit: 1 });
    let finish = (): void => {};
    const body = await endpoint.seal(1);
    const slow = new ReadableStream({
      start(controller) {
        finish = () => {
          controller.enqueue(body);
          controller.close();
        };
      },
    });
    const first = endpoint.app.request('/v1/reports', { method: 'POST', body: slow, duplex: 'half' } as RequestInit);
    await expect.poll(async () => (await postStream({})).status).toBe(429);
    finish();
    expect((await first).status).toBe(202);
  });
  test('a body announced as too long is refused', async () => {
    expect(await verdict(await postStream({ 'content-length': '5000' }))).toBe('413 bad-length');
  });
});

test('a body without a length is read no further than a report can be', async () => {
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  const answer = await endpoint.app.request('/v1/reports', { method: 'POST', body: endless, duplex: 'half' } as RequestInit);
  expect(await verdict(answer)).toBe('413 bad-length');
  expect(pulled).toBeLessThan(5);
});

describe('the answer waits for the commit', () => {
  /** A store whose disk the test lets go. */
  const slowStore = () => {
    const inner = openMemoryStore();
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const store: RoundStore = { ...inner, commitReports: async (reports) => (await gate, inner.commitReports(reports)) };
    return { store, release: () => release() };
  };

  test('202 is sent after it, and a queue that is too long answers 429 with Retry-After', async () => {
    const { store, release } = slowStore();
    endpoint = await openEndpoint({ store, waitingLimit: 2 });
    const bodies = await Promise.all([1, 2, 3].map((cell) => endpoint.seal(cell)));
    let isAnswered = false;
    const first = [endpoint.post(bodies[0]!), endpoint.post(bodies[1]!)];
    void Promise.race(first).then(() => (isAnswered = true));
    const refused = await endpoint.post(bodies[2]!);
    expect(await verdict(refused.clone())).toBe('429 too-busy');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isAnswered).toBe(false);
    release();
    expect((await Promise.all(first)).map((answer) => answer.status)).toEqual([202, 202]);
    expect((await endpoint.post(bodies[2]!)).status).toBe(202);
  });

  test('a commit that fails is a 500 without details, and the same bytes may come again', async () => {
    const inner = openMemoryStore();
    let fails = true;
    const commitReports: RoundStore['commitReports'] = async (reports) => {
      if (fails) throw new Error('disk at /secret/path is full');
      return inner.commitReports(reports);
    };
    const seen: string[] = [];
    endpoint = await openEndpoint({ store: { ...inner, commitReports }, parts: { onError: (error) => void seen.push(error.code) } });
    const body = await endpoint.seal(5);
    const answer = await endpoint.post(body);
    expect(await answer.clone().text()).not.toContain('secret');
    expect(await verdict(answer)).toBe('500 internal');
    expect(seen).toEqual(['internal']);
    fails = false;
    expect((await endpoint.post(body)).status).toBe(202);
    expect((await tally()).reports).toBe(1);
  });

  test('reports that come together are committed in groups of at most 64', async () => {
    const inner = openMemoryStore();
    const groups: number[] = [];
    const commitReports: RoundStore['commitReports'] = async (reports) => {
      groups.push(reports.length);
      await new Promise((resolve) => setTimeout(resolve, 20)); // a slow disk
      return inner.commitReports(reports);
    };
    endpoint = await openEndpoint({ store: { ...inner, commitReports } });
    const bodies = await Promise.all(Array.from({ length: 150 }, (_, at) => endpoint.seal(at % 32)));
    await Promise.all(bodies.map((body) => endpoint.post(body)));
    expect((await tally()).reports).toBe(150);
    expect(Math.max(...groups)).toBe(64);
    expect(groups.reduce((sum, size) => sum + size, 0)).toBe(150);
  });
});

test('a Gaussian report adds its grid units, and one beyond belief is refused', async () => {
  const policy = exampleVectorPolicy({ publicKey: endpoint.keys.publicKey, minimumBatch: 2 });
  await endpoint.service.publish(policy);
  const hash = await policyHash(policy);
  const seal = (values: Int32Array, id: number) =>
    sealReport({ payload: encodeVectorPayload(values, 16), policy, hash, round: 1, reportId: new Uint8Array(16).fill(id) });
  const values = Int32Array.from({ length: 16 }, (_, row) => (row - 7) * 1_000);
  expect(await verdict(await endpoint.post(await seal(values, 1)))).toBe('202');
  expect(
    await verdict(
      await endpoint.post(
        await seal(
          values.map((value) => -2 * value),
          2,
        ),
      ),
    ),
  ).toBe('202');
  expect(await verdict(await endpoint.post(await seal(values.fill(32_700), 3)))).toBe('422 out-of-range');
  const { round, model } = await endpoint.service.endRound('weights');
  expect(round.tally.sums).toEqual(Array.from({ length: 16 }, (_, row) => (7 - row) * 1_000));
  expect(model?.estimate[0]).toBeCloseTo(7_000 / 2 / 1024, 12);
  // √(16 · ((2.387 · 1025)² + ¼) / 2) / 1024
  expect(model?.noiseL2).toBeCloseTo(6.758049, 5);
});
