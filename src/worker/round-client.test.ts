import { beforeAll, describe, expect, test, vi } from 'vitest';
import { SdkError } from '../core/errors.js';
import { openMemoryLedgerStore, type MemoryLedger } from '../storage/ledger-memory.js';
import type { ModelDocument, TasksDocument } from '../wire/messages.js';
import { policyHash } from '../wire/canonical.js';
import type { RoundStatus } from './api/worker-api.js';
import { createLazyRounds } from './lazy-rounds.js';
import { manualClock } from './manual-clock.contract.js';
import type { SharedModel } from './model-holder.js';
import { createReporter } from './report.js';
import { createRoundClient, type RoundClientParts } from './round-client.js';
import { createOperator, DAY, ENDPOINT, replayableBits, startMs, yes, type Operator } from './round-parts.contract.js';

let operator: Operator;
beforeAll(async () => {
  operator = await createOperator();
});
const both = { personalise: true, contribute: true };

async function device(change: Partial<RoundClientParts> = {}, answers: { tasks?: () => Promise<unknown>; model?: () => unknown } = {}) {
  const clock = manualClock(startMs + 31 * DAY);
  const memory: MemoryLedger = { state: null };
  openMemoryLedgerStore(startMs, memory);
  const policy = operator.policy();
  const seen = {
    tasks: 0,
    models: [] as string[],
    posted: [] as Uint8Array[],
    errors: [] as SdkError[],
    statuses: [] as RoundStatus[],
    reporters: 0,
    ledgers: 0,
    closed: false,
  };
  const held: { model: SharedModel | null } = { model: null };
  const tasks = answers.tasks ?? (() => operator.tasks([policy], { nowMs: clock.now(), closesAtMs: startMs + 32 * DAY, modelVersion: 2 }));
  const model: ModelDocument = {
    protocol: 1,
    taskId: 'taste',
    version: 2,
    policyHash: await policyHash(policy),
    round: 2,
    publishedAtMs: startMs,
    reports: 700,
    estimate: [0.5, 0.2, 0.1, 0.1, 0.04, 0.03, 0.02, 0.01],
    noiseL2: 0.05,
    claim: 'whole',
  };
  const client = createRoundClient({
    site: 'paint',
    endpoint: ENDPOINT,
    isLoopbackPage: false,
    clock,
    transport: {
      getTasks: async () => ((seen.tasks += 1), tasks()),
      getModel: async (taskId, version) => (seen.models.push(`${taskId}/${version}`), answers.model?.() ?? model),
      postReport: async (body) => void seen.posted.push(body),
      close: () => (seen.closed = true),
    },
    openLedger: async () => ((seen.ledgers += 1), openMemoryLedgerStore(startMs, memory)),
    hasLedger: async () => (memory.state?.sent.length ?? 0) > 0,
    bits: replayableBits(1),
    loadReporter: async () => ((seen.reporters += 1), createReporter(replayableBits(2))),
    model: { document: () => held.model, set: async (next) => void (held.model = next) },
    events: async () => [yes('Blues')],
    onStatus: (status) => seen.statuses.push(status),
    onError: (error) => seen.errors.push(error),
    ...change,
  });
  return { client, clock, memory, seen, held, policy };
}

describe('with the first consent only', () => {
  test('the published model comes into force, and the chunk that seals is never loaded', async () => {
    const { client, seen, held } = await device();
    await client.setConsent({ personalise: true, contribute: false });
    expect(held.model).toMatchObject({ taskId: 'taste', version: 2, reports: 700 });
    expect(held.model!.cells[0]).toMatchObject({ name: 'Blues', estimate: 0.5, share: 0.125 });
    expect(held.model!.cells[0]!.prior).toBeGreaterThan(1); // nearly log 4
    expect(seen).toMatchObject({ reporters: 0, posted: [], errors: [], ledgers: 0 });
    expect(await client.ledger()).toBeNull();
    expect(seen.ledgers).toBe(0);
    const [task] = (await client.status()).tasks;
    expect(task).toMatchObject({
      refusal: { code: 'no-consent' },
      round: 3,
      reports: 40,
      minimumBatch: 500,
      modelVersion: 2,
      claim: expect.stringContaining('at most 4 releases'),
    });
    expect(task!.summary).toBe('one vote for one of 8 groups: yours with 64 % chance, else one of the others at random');
  });

  test('without any consent nothing is asked and nothing opened', async () => {
    let opened = 0;
    const { client, seen } = await device({ openLedger: async () => ((opened += 1), openMemoryLedgerStore(startMs)) });
    await client.setConsent({ personalise: false, contribute: false });
    expect(await client.refresh()).toEqual({ sent: [], bytesSent: 0, tasks: [] });
    expect({ opened, tasks: seen.tasks }).toEqual({ opened: 0, tasks: 0 });
  });
});

describe('with both consents', () => {
  test('a report is reserved now, sent at its drawn time by itself, and shown with its whole claim', async () => {
    const { client, clock, seen, memory, policy } = await device();
    await client.setConsent(both);
    expect(seen.posted).toEqual([]);
    expect((await client.status()).sent).toMatchObject([{ outcome: 'waiting' }]);
    const [reserved] = memory.state!.outbox;
    await clock.advance(DAY - 1_000);
    await vi.waitFor(async () => {
      await clock.advance(0); // sealing takes its time on another thread, and timers may be set after it
      expect(seen.statuses.at(-1)?.bytesSent).toBeGreaterThan(0);
    });
    expect(seen.posted).toHaveLength(1);
    expect(seen.posted[0]).toEqual(reserved!.body);
    expect(seen.statuses.at(-1)).toMatchObject({
      bytesSent: reserved!.body.length,
      sent: [{ outcome: 'sent', claim: expect.stringContaining('ε 2.51, δ 0 per release') }],
    });
    expect(await operator.open(seen.posted[0]!, policy)).toHaveLength(16);
    expect(seen.errors).toEqual([]);
  });

  test('taking it back withdraws what waits and sends nothing any more', async () => {
    const { client, clock, seen, memory } = await device();
    await client.setConsent(both);
    await client.setConsent({ personalise: true, contribute: false });
    expect(memory.state!.outbox).toEqual([]);
    expect(memory.state!.entries).toHaveLength(1);
    await clock.advance(DAY);
    expect(seen.posted).toEqual([]);
  });

  test('taking it back is on show at once, and what an earlier visit sent stays on show', async () => {
    const { client, clock, seen, memory } = await device();
    await client.setConsent(both);
    await clock.advance(DAY - 1_000);
    await client.refresh(); // after all that was begun
    seen.statuses.length = 0;
    await client.setConsent({ personalise: true, contribute: false });
    expect(seen.statuses).toMatchObject([{ sent: [{ outcome: 'sent' }], tasks: [{ refusal: { code: 'no-consent' } }] }]);
    client.stop();
    const next = await device({ openLedger: async () => openMemoryLedgerStore(startMs, memory), hasLedger: async () => true });
    await next.client.setConsent({ personalise: true, contribute: false });
    expect(await next.client.status()).toMatchObject({ sent: [{ outcome: 'sent' }], tasks: [{ refusal: { code: 'no-consent' } }] });
    await next.client.erase();
    expect(memory.state).toMatchObject({ sent: [], entries: [{ round: 3 }] });
  });

  test('a fifth round in a year is refused in plain words, and nothing is sealed for it', async () => {
    let round = 0;
    const { client, clock, seen, memory } = await device(
      {},
      { tasks: () => operator.tasks([operator.policy()], { nowMs: clock.now(), round, closesAtMs: clock.now() + 3_600_000 }) },
    );
    for (round = 1; round <= 5; round++) {
      await client.setConsent(both);
      await client.refresh();
      await clock.advance(3_600_000 - 1_000); // the page stays open until the report is sent
      await client.refresh();
      await client.setConsent({ personalise: false, contribute: false });
      if (round < 5) await clock.advance(30 * DAY);
    }
    expect(seen.posted).toHaveLength(4);
    expect(memory.state!.entries.map((entry) => entry.round)).toEqual([1, 2, 3, 4]);
    await client.setConsent(both);
    expect((await client.status()).tasks[0]!.refusal).toEqual({
      code: 'budget-spent',
      message: '4 of at most 4 releases in 365 days are spent, the next may follow in 245 days',
    });
    expect(seen.errors).toEqual([]);
  });

  test('a schedule of its own: asks again at least hourly and after the end of a round, whatever happens', async () => {
    const { client, clock, seen } = await device();
    await client.setConsent(both);
    const before = seen.tasks;
    await clock.advance(3_600_000 * 1.2);
    expect(seen.tasks).toBe(before + 1);
    client.stop();
    await clock.advance(10 * DAY);
    expect(seen.tasks).toBe(before + 1);
    expect(seen.closed).toBe(true);
    expect(clock.waiting()).toBe(0);
  });

  test('an endpoint that is down or speaks nonsense is an error with a code; the next try comes by itself', async () => {
    let answer: () => Promise<unknown> = async () => Promise.reject(new SdkError('network', 'down'));
    const { client, clock, seen, held } = await device({}, { tasks: () => answer() });
    await client.setConsent(both);
    answer = async () => ({ protocol: 9 });
    await clock.advance(30_000);
    expect(seen.errors.map(({ code }) => code)).toEqual(['network', 'protocol-mismatch']);
    answer = () => operator.tasks([operator.policy()], { nowMs: clock.now(), modelVersion: 2 }) as Promise<TasksDocument>;
    await clock.advance(30_000);
    expect(held.model).not.toBeNull();
  });

  test('who asks an endpoint that is down is told so, hears no second error, and the tasks of before are still known', async () => {
    let isDown = false;
    const { client, seen, policy } = await device(
      {},
      {
        tasks: () =>
          isDown
            ? Promise.reject(new SdkError('network', 'down'))
            : (operator.tasks([policyOf()], { nowMs: startMs, modelVersion: 2 }) as Promise<TasksDocument>),
      },
    );
    const policyOf = () => policy;
    await client.setConsent(both);
    isDown = true;
    await expect(client.refresh()).rejects.toMatchObject({ code: 'network', message: 'down' });
    expect(seen.errors).toEqual([]);
    expect((await client.status()).tasks).toHaveLength(1);
    isDown = false;
    expect((await client.refresh()).tasks).toHaveLength(1);
  });

  test('a model of another shape is refused and does not keep the device from taking part', async () => {
    const { client, seen, held, memory } = await device({}, { model: () => ({ protocol: 1, taskId: 'taste', version: 2, estimate: [1] }) });
    await client.setConsent(both);
    expect(held.model).toBeNull();
    expect(seen.errors.map(({ code }) => code)).toEqual(['protocol-mismatch']);
    expect(memory.state!.entries).toHaveLength(1);
  });

  test('erase drops what was sent and keeps the date of the spend', async () => {
    const { client, memory } = await device();
    await client.setConsent(both);
    client.stop();
    await client.erase();
    expect(memory.state).toMatchObject({ outbox: [], sent: [], entries: [{ round: 3 }] });
  });
});

test('the lazy side loads the chunk with the first consent and not before, and answers for it until then', async () => {
  let loads = 0;
  const consents: unknown[] = [];
  const options = {
    site: 'paint',
    endpoint: ENDPOINT,
    chunks: {
      later: 'https://cdn.example/later.js',
      simd: 'https://cdn.example/simd.js',
      webgl: 'https://cdn.example/webgl.js',
      rounds: 'https://cdn.example/rounds.js',
      participation: 'https://cdn.example/participation.js',
    },
    isLoopbackPage: false,
  };
  const rounds = createLazyRounds({ options } as never, manualClock(), async (url) => {
    loads += 1;
    expect(url).toBe('https://cdn.example/rounds.js');
    return { createRounds: () => ({ setConsent: async (consent: unknown) => void consents.push(consent) }) as never };
  })!;
  await rounds.setConsent({ personalise: false, contribute: false });
  expect(await rounds.status()).toEqual({ sent: [], bytesSent: 0, tasks: [] });
  expect(loads).toBe(0);
  await rounds.setConsent({ personalise: true, contribute: false });
  await rounds.setConsent({ personalise: false, contribute: false });
  expect({ loads, consents }).toEqual({
    loads: 1,
    consents: [
      { personalise: true, contribute: false },
      { personalise: false, contribute: false },
    ],
  });
  expect(
    createLazyRounds({ options: { ...options, endpoint: null } } as never, manualClock(), async () => Promise.reject(new Error())),
  ).toBeNull();
});
