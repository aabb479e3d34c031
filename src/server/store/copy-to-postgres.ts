import Database from 'better-sqlite3';
import type pg from 'pg';
import { SdkError } from '../../core/errors.js';
import { migrate as migrateSqlite } from './sqlite-schema.js';
import { migrate } from './postgres-schema.js';
import { openPostgres } from './postgres-transaction.js';

/**
 * The whole of a SQLite file into an empty PostgreSQL database, in one transaction: policy log, rounds with their sums, counted
 * ids and published models. The running round goes on there. Nobody may write to the file meanwhile or afterwards.
 *
 * @returns  how many report ids were copied
 * @throws SdkError `invalid-options` where the database holds tasks already, `storage-unavailable` for no such file
 */
export async function copyToPostgres(file: string, url: string): Promise<number> {
  const sqlite = openFile(file);
  const postgres = openPostgres(url);
  try {
    return await postgres.transact(async (client) => {
      await migrate(client);
      if ((await client.query('SELECT 1 FROM policies LIMIT 1')).rows.length > 0)
        throw new SdkError('invalid-options', 'the PostgreSQL database holds tasks already: copy into an empty one');
      const put = inserter(client);
      for (const row of sqlite.prepare('SELECT * FROM policies ORDER BY task_id, sequence').iterate() as Iterable<PolicyRow>)
        await put('policies', [row.task_id, row.sequence, row.policy_hash, row.policy, row.published_at_ms]);
      for (const row of sqlite.prepare('SELECT * FROM rounds ORDER BY task_id, round').iterate() as Iterable<RoundRow>) {
        const sums = JSON.parse(row.sums) as number[]; // written by the SQLite store
        const endedAs = row.ended_at_ms === null ? null : row.phase;
        const times = [row.opens_at_ms, row.closes_at_ms, row.ended_at_ms];
        await put('rounds', [row.task_id, row.round, row.policy_hash, sums.length, ...times, endedAs]);
        if (row.reports > 0) await put('partial_sums', [row.task_id, row.round, 0, row.reports, sums]);
      }
      for (const row of sqlite.prepare('SELECT * FROM models').iterate() as Iterable<ModelRow>)
        await put('models', [row.task_id, row.version, row.text]);
      return await copyIds(sqlite, client);
    });
  } finally {
    sqlite.close();
    await postgres.close();
  }
}

const IDS_AT_ONCE = 5_000;

async function copyIds(sqlite: Database.Database, client: pg.ClientBase): Promise<number> {
  const text = 'INSERT INTO reports SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::integer[])';
  let group: ReportRow[] = [];
  let copied = 0;
  const flush = async (): Promise<void> => {
    const column = <K extends keyof ReportRow>(key: K): ReportRow[K][] => group.map((row) => row[key]);
    await client.query(text, [column('report_id'), column('body_hash'), column('task_id'), column('round')]);
    copied += group.length;
    group = [];
  };
  for (const row of sqlite.prepare('SELECT * FROM reports').iterate() as Iterable<ReportRow>)
    if (group.push(row) === IDS_AT_ONCE) await flush();
  await flush();
  return copied;
}

function inserter(client: pg.ClientBase): (table: string, row: readonly unknown[]) => Promise<unknown> {
  return (table, row) => client.query(`INSERT INTO ${table} VALUES (${row.map((_, at) => `$${at + 1}`).join(', ')})`, [...row]);
}

function openFile(file: string): Database.Database {
  try {
    const database = new Database(file, { fileMustExist: true });
    migrateSqlite(database);
    return database;
  } catch (thrown) {
    if ((thrown as Error).name === 'SdkError') throw thrown;
    throw new SdkError('storage-unavailable', `cannot open the database ${file}`, { cause: thrown });
  }
}

interface PolicyRow {
  readonly task_id: string;
  readonly sequence: number;
  readonly policy_hash: string;
  readonly policy: string;
  readonly published_at_ms: number;
}

interface RoundRow {
  readonly task_id: string;
  readonly round: number;
  readonly policy_hash: string;
  readonly phase: string;
  readonly opens_at_ms: number;
  readonly closes_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly reports: number;
  readonly sums: string;
}

interface ModelRow {
  readonly task_id: string;
  readonly version: number;
  readonly text: string;
}

interface ReportRow {
  readonly report_id: Buffer;
  readonly body_hash: Buffer;
  readonly task_id: string;
  readonly round: number;
}
