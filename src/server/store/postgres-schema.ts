import type { ClientBase } from 'pg';
import { SdkError } from '../../core/errors.js';

/** One text per version, from what the one before left; the table `homebody_schema` says where a database stands. */
const migrations: readonly string[] = [
  `
  CREATE TABLE policies (
    task_id text NOT NULL, sequence integer NOT NULL, policy_hash text NOT NULL, policy text NOT NULL,
    published_at_ms bigint NOT NULL, PRIMARY KEY (task_id, sequence)
  );
  CREATE TABLE rounds (
    task_id text NOT NULL, round integer NOT NULL, policy_hash text NOT NULL, size integer NOT NULL,
    opens_at_ms bigint NOT NULL, closes_at_ms bigint NOT NULL, ended_at_ms bigint, ended_as text, PRIMARY KEY (task_id, round)
  );
  CREATE UNIQUE INDEX one_running_round ON rounds (task_id) WHERE ended_as IS NULL;
  CREATE TABLE reports (
    report_id bytea PRIMARY KEY, body_hash bytea NOT NULL, task_id text NOT NULL, round integer NOT NULL
  );
  -- Each process adds to a row of its own, so that two of them never wait for each other; the tally is their sum.
  CREATE TABLE partial_sums (
    task_id text NOT NULL, round integer NOT NULL, shard integer NOT NULL, reports bigint NOT NULL, sums bigint[] NOT NULL,
    PRIMARY KEY (task_id, round, shard), FOREIGN KEY (task_id, round) REFERENCES rounds
  );
  CREATE TABLE models (
    task_id text NOT NULL, version integer NOT NULL, text text NOT NULL, PRIMARY KEY (task_id, version)
  );
  -- The public log and published models are append-only for every program that opens this database, not only for this one.
  CREATE FUNCTION homebody_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policies EXECUTE FUNCTION homebody_append_only();
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON models EXECUTE FUNCTION homebody_append_only();
  `,
];

/** Of the transaction lock that lets one process at a time migrate. */
const MIGRATION_LOCK = 0x484f_4d45;

/** Runs inside the caller's transaction. @throws SdkError `schema-newer` for a database of a newer version; it is left as it is */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await client.query('CREATE TABLE IF NOT EXISTS homebody_schema (version integer NOT NULL)');
  const { rows } = await client.query<{ version: number }>('SELECT version FROM homebody_schema');
  const version = rows[0]?.version ?? 0;
  if (version > migrations.length) {
    throw new SdkError('schema-newer', `the database is of schema ${version}, this program knows ${migrations.length}: update homebody`);
  }
  if (version === migrations.length) return;
  for (const text of migrations.slice(version)) await client.query(text);
  await client.query('DELETE FROM homebody_schema');
  await client.query('INSERT INTO homebody_schema VALUES ($1)', [migrations.length]);
}
