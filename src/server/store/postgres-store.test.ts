import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplePolicy } from '../../wire/example-policies.contract.js';
import { describeKills } from './kill.contract.js';
import { describeRoundStore } from './round-store.contract.js';
import { openPostgresStore } from './postgres-store.js';
import { postgresMissing, startPostgres, type PostgresServer } from './postgres-server.contract.js';

const missing = postgresMissing();
if (missing !== null) process.stderr.write(`skipped: ${missing}\n`);

describe.skipIf(missing !== null)('on a real PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());
  let latest = '';

  describeRoundStore(
    'postgres',
    async () => openPostgresStore((latest = await server.freshUrl())),
    async (store) => {
      await store.close();
      return openPostgresStore(latest);
    },
    () => openPostgresStore(latest),
  );
  describe('the database', () => {
    const sql = async (text: string): Promise<pg.QueryResult> => {
      const client = new pg.Client(latest);
      await client.connect();
      try {
        return await client.query(text);
      } finally {
        await client.end();
      }
    };

    test('forbids every program to change, delete or empty the published policies and models', async () => {
      const store = await openPostgresStore((latest = await server.freshUrl()));
      const policyHash = '07'.repeat(32);
      const entry = { taskId: 'taste', policyHash, policy: examplePolicy(), publishedAtMs: 1 };
      await store.publishPolicy(entry, { policyHash, opensAtMs: 1, closesAtMs: 2, size: 32 });
      for (const text of ["UPDATE policies SET policy = '{}'", 'DELETE FROM policies', 'TRUNCATE policies', 'DELETE FROM models'])
        await expect(sql(text)).rejects.toThrow('is append-only');
      expect(await store.policies('taste')).toEqual([entry]);
      await store.close();
    });

    test('is refused when a newer version wrote it, and left as it is', async () => {
      await (await openPostgresStore((latest = await server.freshUrl()))).close();
      await sql('UPDATE homebody_schema SET version = 99');
      await expect(openPostgresStore(latest)).rejects.toMatchObject({ code: 'schema-newer' });
      expect((await sql('SELECT version FROM homebody_schema')).rows).toEqual([{ version: 99 }]);
    });

    test('is made once by many processes that start at the same time', async () => {
      latest = await server.freshUrl();
      const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(latest)));
      expect((await sql('SELECT version FROM homebody_schema')).rows).toEqual([{ version: 1 }]);
      await Promise.all(stores.map((store) => store.close()));
    });
  });

  describeKills('postgres', () => server.freshUrl());
});
