import { afterAll, beforeAll, describe } from 'vitest';
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
  describeKills('postgres', () => server.freshUrl());
});
