import pg from 'pg';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { examplePolicy } from '../wire/example-policies.contract.js';
import { policyHash } from '../wire/canonical.js';
import { sealReport } from '../wire/hpke.js';
import type { TasksDocument } from '../wire/messages.js';
import { encodeVotePayload } from '../wire/payload.js';
import { startServer, type RunningServer, type ServerOptions } from './start.js';
import { openPostgresStore } from './store/postgres-store.js';
import { postgresMissing, startPostgres, type PostgresServer } from './store/postgres-server.contract.js';

/** Several processes' worth of endpoints on one PostgreSQL, in this process. */

const missing = postgresMissing();
if (missing !== null) process.stderr.write(`skipped: ${missing}\n`);
const folder = mkdtempSync(path.join(tmpdir(), 'homebody-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== null)('endpoints that share a PostgreSQL', () => {
  let database: PostgresServer;
  beforeAll(async () => {
    database = await startPostgres();
  }, 60_000);
  afterAll(() => database.stop());

  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  const cells = ['blue', 'green', 'red', 'other'].map((name) => ({ name, share: 0.25 }));
  const keyFile = path.join(folder, 'key.json');
  const start = async (options: Partial<ServerOptions> & { store: string }): Promise<RunningServer> => {
    const server = await startServer({ port: 0, keyFile, token: 'operator-token', ...options });
    open.push(server);
    return server;
  };
  const task = { site: 'shop.example', cells, minimumBatch: 3 };
  const tasksOf = async ({ url }: RunningServer): Promise<TasksDocument['tasks']> =>
    ((await (await fetch(`${url}/v1/tasks/shop.example`)).json()) as TasksDocument).tasks;
  let ids = 1;
  const seal = async (server: RunningServer, cell: number): Promise<Uint8Array<ArrayBuffer>> => {
    const [{ policy, policyHash: hash, round }] = (await tasksOf(server)) as [TasksDocument['tasks'][number]];
    const reportId = new Uint8Array(16);
    new DataView(reportId.buffer).setUint32(12, ids++);
    return sealReport({ payload: encodeVotePayload([cell], 4), policy, hash, round: round!.round, reportId });
  };
  const post = ({ url }: RunningServer, body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${url}/v1/reports`, { method: 'POST', body });

  test(
    'count into one round; a process that only takes reports offers nothing else and follows the others',
    { timeout: 30_000 },
    async () => {
      const store = await database.freshUrl();
      const whole = await start({ store, ...task });
      const ingest = [await start({ store, role: 'ingest' }), await start({ store, role: 'ingest' })];
      const bodies = await Promise.all([0, 1, 1, 2, 2, 2].map((cell) => seal(whole, cell)));
      const answers = await Promise.all(bodies.flatMap((body) => [whole, ...ingest].map((server) => post(server, body))));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
      for (const where of ['/v1/tasks/shop.example', '/v1/admin/tasks', '/dashboard', '/v1/models/taste/latest'])
        expect((await fetch(ingest[0]!.url + where, { headers: { authorization: 'Bearer operator-token' } })).status).toBe(404);
      expect((await fetch(`${ingest[0]!.url}/healthz`)).status).toBe(200);

      const { round } = await whole.service.endRound('taste');
      expect(round.tally).toEqual({ reports: 6, sums: [1, 2, 3, 0] });
      const next = await seal(whole, 3);
      await expect.poll(async () => (await post(ingest[1]!, next)).status, { timeout: 5_000 }).toBe(202);
      expect((await post(ingest[0]!, bodies[0]!)).status).toBe(202); // counted before, told so for ever
      expect((await whole.service.endRound('taste')).round.tally).toEqual({ reports: 1, sums: [0, 0, 0, 1] });
    },
  );

  test('one of them ends rounds, and when it is gone the other does', { timeout: 30_000 }, async () => {
    const url = await database.freshUrl();
    const [first, second] = [await openPostgresStore(url), await openPostgresStore(url)];
    open.push(second);
    expect([await first.isLeader(), await second.isLeader(), await first.isLeader()]).toEqual([true, false, true]);
    await first.close();
    await expect.poll(() => second.isLeader()).toBe(true);
  });

  test('a round whose leader was cut off is ended by another, once', { timeout: 30_000 }, async () => {
    const store = await database.freshUrl();
    const servers = [await start({ store, ...task, roundSeconds: 1 }), await start({ store, ...task, roundSeconds: 1 })];
    const cut = new pg.Client(store);
    await cut.connect();
    await expect.poll(async () => (await tasksOf(servers[1]!))[0]?.round?.round, { timeout: 10_000 }).toBeGreaterThan(1);
    await cut.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted");
    await cut.end();
    const before = (await tasksOf(servers[1]!))[0]!.round!.round;
    await expect.poll(async () => (await tasksOf(servers[0]!))[0]?.round?.round, { timeout: 10_000 }).toBeGreaterThan(before);
    const look = await openPostgresStore(store);
    open.push(look);
    const rounds = await look.rounds('taste', 100);
    expect(rounds.map(({ round }) => round)).toEqual(Array.from({ length: rounds.length }, (_, at) => rounds.length - at));
  });

  test(
    'a database that dies (kill −9) costs no report: 500 while it is away, the same bytes count once afterwards',
    { timeout: 60_000 },
    async () => {
      const server = await start({ store: await database.freshUrl(), ...task, log: () => {} });
      const bodies = await Promise.all(Array.from({ length: 60 }, (_, at) => seal(server, at % 4)));
      const statuses: number[] = [];
      const send = async (body: Uint8Array<ArrayBuffer>): Promise<void> => void statuses.push((await post(server, body)).status);
      await Promise.all(bodies.slice(0, 5).map(send));
      const sending = bodies.slice(5, 50).map(send); // the kill falls among their commits
      await database.kill();
      await Promise.all([...sending, ...bodies.slice(50).map(send)]);
      expect(new Set(statuses)).toEqual(new Set([202, 500]));
      expect((await fetch(`${server.url}/healthz`)).status).toBe(500);
      await database.restart();
      await expect.poll(async () => (await fetch(`${server.url}/healthz`)).status, { timeout: 10_000 }).toBe(200);
      const again = await Promise.all(bodies.map((body) => post(server, body)));
      expect(new Set(again.map((answer) => answer.status))).toEqual(new Set([202]));
      expect((await server.service.endRound('taste')).round.tally).toEqual({ reports: 60, sums: [15, 15, 15, 15] });
    },
  );

  test('refuse a key that devices do not seal for, a task from a process that only takes reports, a policy beyond the budget', async () => {
    const store = await database.freshUrl();
    const server = await start({ store, ...task });
    await expect(start({ store, keyFile: path.join(folder, 'other.json') })).rejects.toMatchObject({ code: 'invalid-options' });
    await expect(start({ store, role: 'ingest', keyFile: path.join(folder, 'none.json') })).rejects.toMatchObject({
      code: 'invalid-options',
    });
    await expect(start({ store, role: 'ingest', ...task })).rejects.toMatchObject({ code: 'invalid-options' });
    const { publicKey: _, ...draft } = examplePolicy({
      mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 999, keepDenominator: 1000 },
    });
    const headers = { authorization: 'Bearer operator-token', 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/v1/admin/tasks`, { method: 'POST', headers, body: JSON.stringify(draft) });
    expect(await answer.json()).toMatchObject({ code: 'policy-refused' });
    expect(await (await fetch(`${server.url}/v1/policies/taste`)).json()).toMatchObject({ policies: [{ sequence: 1 }] });
  });

  test('a rotated key is in every policy; what was sealed for the old one is refused, and it is gone', async () => {
    const store = await database.freshUrl();
    const rotating = path.join(folder, 'rotating.json');
    const first = await start({ store, ...task, keyFile: rotating });
    const late = await seal(first, 1);
    await first.close();
    const second = await start({ store, keyFile: rotating, rotateKey: true });
    expect(second.publicKey).not.toBe(first.publicKey);
    const [{ policy, policyHash: hash }] = (await tasksOf(second)) as [TasksDocument['tasks'][number]];
    expect([policy.publicKey, hash]).toEqual([second.publicKey, await policyHash(policy)]);
    expect(await (await post(second, late)).json()).toMatchObject({ code: 'wrong-policy' });
    expect((await post(second, await seal(second, 1))).status).toBe(202);
    await expect(start({ store, keyFile: path.join(folder, 'key.json') })).rejects.toMatchObject({ code: 'invalid-options' });
  });

  test('a shop moves from SQLite to PostgreSQL in the middle of a round: sums, ids, versions and policies go along', async () => {
    const from = `sqlite:${path.join(folder, 'small.db')}`;
    const small = await start({ store: from, ...task, minimumBatch: 1 });
    await post(small, await seal(small, 2));
    await small.service.endRound('taste');
    const counted = await Promise.all([0, 1, 1].map((cell) => seal(small, cell)));
    for (const body of counted) expect((await post(small, body)).status).toBe(202);
    const [log, model] = await Promise.all(
      ['policies/taste', 'models/taste/1'].map(async (where) => (await fetch(`${small.url}/v1/${where}`)).text()),
    );
    await small.close();
    const store = await database.freshUrl();
    const large = await start({ store, copyFrom: from });
    expect(await (await fetch(`${large.url}/v1/policies/taste`)).text()).toBe(log);
    expect(await (await fetch(`${large.url}/v1/models/taste/1`)).text()).toBe(model);
    for (const body of [...counted, await seal(large, 3)]) expect((await post(large, body)).status).toBe(202);
    const { round, model: next } = await large.service.endRound('taste');
    expect(round).toMatchObject({ round: 2, tally: { reports: 4, sums: [1, 2, 0, 1] } });
    expect(next?.version).toBe(2);
    await expect(start({ store, copyFrom: from })).rejects.toMatchObject({ code: 'invalid-options' });
  });

  test('never tell the password', async () => {
    const secret = 'a-password-nobody-may-print';
    const url = (await database.freshUrl()).replace(secret, `${secret}-wrong`);
    for (const store of [url, url.replace(/:\d+\//, ':1/'), 'postgres://a:a-password-nobody-may-print@:bad:/x']) {
      const refused = await start({ store }).then(
        () => 'started',
        (thrown: Error) =>
          `${(thrown as Error & { code: string }).code} ${thrown.message} ${String((thrown.cause as Error | undefined)?.message)}`,
      );
      expect(refused).toMatch(/^storage-unavailable /);
      expect(refused).not.toContain(secret);
    }
  });
});
