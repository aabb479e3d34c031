import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { policyHash } from '../wire/canonical.js';
import { modelSchema, type ModelDocument } from '../wire/messages.js';
import { openEndpoint, operator, START_MS, verdict, type Endpoint } from './endpoint-fixture.contract.js';
import { createMetrics } from './metrics.js';
import { createRoundService } from './round-service.js';
import { openMemoryStore } from './store/memory-store.js';
import type { RoundStore } from './store/round-store.js';

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await openEndpoint();
});

describe('a round ends at its time', () => {
  test('with enough reports: an unbiased estimate is published with its whole claim, and the next round opens at once', async () => {
    await endpoint.vote([4, 4, 4, 9]);
    endpoint.clock.nowMs += 60_500;
    const answer = await endpoint.get('/v1/models/taste/latest');
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
    expect((await endpoint.tasks()).tasks[0]).toMatchObject({
      modelVersion: 1,
      round: { round: 2, opensAtMs: START_MS + 60_500, closesAtMs: START_MS + 120_500, reports: 0 },
    });
  });

  test('one millisecond before it, nothing has happened', async () => {
    await endpoint.vote([4, 4, 4]);
    endpoint.clock.nowMs += 59_999;
    expect(await verdict(await endpoint.get('/v1/models/taste/latest'))).toBe('404 unknown-model');
    expect((await endpoint.tasks()).tasks[0]?.round?.round).toBe(1);
    endpoint.clock.nowMs += 1;
    expect((await endpoint.get('/v1/models/taste/latest')).status).toBe(200);
  });

  test('with fewer than the minimum: it is abandoned, nothing is published, its reports do not count in the next', async () => {
    await endpoint.vote([4, 4]);
    endpoint.clock.nowMs += 60_000;
    await endpoint.vote([5, 5, 5], 2);
    endpoint.clock.nowMs += 60_000;
    const model = (await (await endpoint.get('/v1/models/taste/latest')).json()) as ModelDocument;
    expect(model).toMatchObject({ version: 1, round: 2, reports: 3 });
    expect(model.estimate[4]).toBeLessThan(0);
    expect((await endpoint.store.rounds('taste', 9)).map((round) => round.phase)).toEqual(['open', 'closed', 'abandoned']);
  });

  test('requests that meet after the deadline end it once', async () => {
    await endpoint.vote([1, 2, 3]);
    endpoint.clock.nowMs += 60_000;
    await Promise.all([
      endpoint.get('/v1/models/taste/latest'),
      endpoint.tasks(),
      endpoint.service.advance(),
      endpoint.get('/dashboard'),
      endpoint.service.advance(),
    ]);
    expect((await endpoint.store.rounds('taste', 9)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['2 open', '1 closed']);
  });

  test('after a long sleep one round ends, not one for each that was missed', async () => {
    endpoint.clock.nowMs += 86_400_000;
    await endpoint.service.advance();
    expect((await endpoint.store.rounds('taste', 9)).map(({ round, phase }) => `${round} ${phase}`)).toEqual(['2 open', '1 abandoned']);
    expect((await endpoint.store.currentRound('taste'))?.closesAtMs).toBe(endpoint.clock.nowMs + 60_000);
  });
});

describe('the policy log', () => {
  test('holds every policy in order; a new one ends the round under the old one', async () => {
    await endpoint.vote([1, 2, 3]);
    const next = { ...endpoint.policy, minimumBatch: 5 };
    const task = await endpoint.service.publish(next);
    expect(task).toMatchObject({ round: 2, entry: { policyHash: await policyHash(next) } });
    const log = (await (await endpoint.get('/v1/policies/taste')).json()) as { policies: { sequence: number; policyHash: string }[] };
    expect(log.policies.map(({ sequence, policyHash: hash }) => [sequence, hash])).toEqual([
      [1, await policyHash(endpoint.policy)],
      [2, await policyHash(next)],
    ]);
    // Three reports were enough for the policy they were made under.
    expect(await (await endpoint.get('/v1/models/taste/1')).json()).toMatchObject({
      policyHash: await policyHash(endpoint.policy),
      reports: 3,
    });
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
    await endpoint.vote([1, 2, 3]);
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

describe('a roll-back', () => {
  test('publishes what an earlier version said as the newest, and changes neither it nor the running round', async () => {
    for (const [at, cells] of [
      [1, 1, 1],
      [2, 2, 2],
    ].entries()) {
      await endpoint.vote(cells, at + 1);
      await endpoint.service.endRound('taste');
    }
    await endpoint.vote([3], 3);
    const model = async (version: string): Promise<ModelDocument> =>
      (await (await endpoint.get(`/v1/models/taste/${version}`)).json()) as ModelDocument;
    const first = await model('1');
    endpoint.clock.nowMs += 5_000;
    const path = '/v1/admin/tasks/taste/roll-back';
    const answer = await endpoint.app.request(`${path}/1`, { method: 'POST', headers: operator });
    expect(await answer.json()).toEqual({ modelVersion: 3 });
    expect(await model('latest')).toEqual({ ...first, version: 3, publishedAtMs: START_MS + 5_000 });
    expect(await model('1')).toEqual(first);
    expect((await endpoint.tasks()).tasks[0]).toMatchObject({ modelVersion: 3, round: { round: 3 } });
    expect((await endpoint.store.currentRound('taste'))?.tally.reports).toBe(1);
    for (const version of ['9', '0', 'latest'])
      expect(await verdict(await endpoint.app.request(`${path}/${version}`, { method: 'POST', headers: operator }))).toBe(
        '404 unknown-model',
      );
    expect(await verdict(await endpoint.app.request(`${path}/1`, { method: 'POST' }))).toBe('401 unauthorised');
  });
});
