import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { emptyTally, foldReport, nextRound, type OpenedReport, type Round, type Tally } from '../round.js';
import { createLeader } from './postgres-leader.js';
import { migrate } from './postgres-schema.js';
import { openPostgres, unreachable } from './postgres-transaction.js';
import type { CommitOutcome, PolicyEntry, RoundOpening, RoundStore, StoredModel } from './round-store.js';

/**
 * Everything in one PostgreSQL database, for several processes at once. A group of reports is one transaction: its ids (a
 * unique key decides which of two equal ones counts) and its sum, added to this process's own row. Groups hold the
 * task's lock shared, the end of a round and a new policy hold it alone: nothing is counted in a round that has ended,
 * and an end waits for no more than the groups under way.
 *
 * @param url  `postgres://user@host/database`; all that libpq reads from the environment (PGPASSWORD, PGPASSFILE …) counts
 * @throws SdkError `storage-unavailable`, `schema-newer`
 */
export async function openPostgresStore(url: string): Promise<RoundStore> {
  const postgres = openPostgres(url);
  const leader = createLeader(postgres);
  const shard = randomInt(SHARDS);
  try {
    await postgres.transact(migrate);
  } catch (thrown) {
    await postgres.close();
    throw (thrown as Error).name === 'SdkError' ? thrown : unreachable(thrown);
  }

  return {
    publishPolicy: (entry, firstRound) =>
      postgres.transact(async (client) => {
        await client.query(LOCK_ALONE, [entry.taskId]);
        const [latest] = (await client.query<PolicyRow>(`${POLICIES} DESC LIMIT 1`, [entry.taskId])).rows;
        if (latest?.policy_hash !== entry.policyHash) {
          const row = [entry.taskId, (latest?.sequence ?? 0) + 1, entry.policyHash, JSON.stringify(entry.policy), entry.publishedAtMs];
          await client.query('INSERT INTO policies VALUES ($1, $2, $3, $4, $5)', row);
        }
        if ((await running(client, entry.taskId)) === null) await open(client, entry.taskId, 1, firstRound);
      }),
    async policies(taskId) {
      return (await postgres.query<PolicyRow>(POLICIES, [taskId])).map(policyOf);
    },
    async tasks() {
      return (await postgres.query<PolicyRow>(LATEST_POLICIES)).map(policyOf);
    },
    async currentRound(taskId) {
      return roundsOf(await postgres.query<RoundRow>(RUNNING, [taskId]))[0] ?? null;
    },
    async rounds(taskId, limit) {
      return roundsOf(await postgres.query<RoundRow>(LAST_ROUNDS, [taskId, limit]));
    },
    async bodyHashOf(reportId) {
      const text = 'SELECT body_hash FROM reports WHERE report_id = $1';
      const [row] = await postgres.query<{ body_hash: Buffer }>(text, [Buffer.from(reportId, 'hex')]);
      return row?.body_hash.toString('hex') ?? null;
    },
    commitReports: (reports) => postgres.transact((client) => commit(client, reports, shard)),
    endRound: (taskId, number, decide) =>
      postgres.transact(async (client) => {
        await client.query(LOCK_ALONE, [taskId]);
        const round = await running(client, taskId);
        if (round?.round !== number) return null;
        const end = decide(round, (await client.query<ModelRow>(LATEST_MODEL, [taskId])).rows[0]?.version ?? 0);
        // The rows of the processes become one: an ended round is read as one row, however many took part.
        await client.query('DELETE FROM partial_sums WHERE task_id = $1 AND round = $2', [taskId, number]);
        await client.query(ADD_SUMS, [taskId, number, 0, end.round.tally.reports, end.round.tally.sums]);
        const ended = [end.round.endedAtMs, end.round.phase, taskId, number];
        await client.query('UPDATE rounds SET ended_at_ms = $1, ended_as = $2 WHERE task_id = $3 AND round = $4', ended);
        if (end.model !== null)
          await client.query('INSERT INTO models VALUES ($1, $2, $3)', [taskId, end.model.version, JSON.stringify(end.model)]);
        await open(client, taskId, number + 1, end.next);
        return end;
      }),
    publishModel: (taskId, make) =>
      postgres.transact(async (client) => {
        await client.query(LOCK_ALONE, [taskId]);
        const model = make((await client.query<ModelRow>(LATEST_MODEL, [taskId])).rows[0]?.version ?? 0);
        await client.query('INSERT INTO models VALUES ($1, $2, $3)', [taskId, model.version, JSON.stringify(model)]);
        return model;
      }),
    async model(taskId, version) {
      const [row] = await (version === 'latest'
        ? postgres.query<ModelRow>(LATEST_MODEL, [taskId])
        : postgres.query<ModelRow>('SELECT version, text FROM models WHERE task_id = $1 AND version = $2', [taskId, version]));
      return row ?? null;
    },
    isLeader: () => leader.isLeader(),
    async close() {
      await leader.close();
      await postgres.close();
    },
  };
}

/** Rows that processes add to; one is drawn by each, and two that draw the same only wait for each other. */
const SHARDS = 1_024;

/** Locks of the lock table, not of rows: those who wait are served in turn, so groups cannot keep the end of a round waiting. */
const TASK_LOCKS = 0x484f_5441;
const LOCK_ALONE = `SELECT pg_advisory_xact_lock(${TASK_LOCKS}, hashtext($1))`;
/** In the order of the locks, so that no two transactions wait for each other. */
const LOCK_SHARED = `SELECT pg_advisory_xact_lock_shared(${TASK_LOCKS}, lock) FROM
  (SELECT DISTINCT hashtext(task) AS lock FROM unnest($1::text[]) AS task ORDER BY 1) AS locks`;

const POLICIES = 'SELECT * FROM policies WHERE task_id = $1 ORDER BY sequence';
/** By code unit, as every store orders them, whatever the database's own collation. */
const LATEST_POLICIES = 'SELECT DISTINCT ON (task_id COLLATE "C") * FROM policies ORDER BY task_id COLLATE "C", sequence DESC';
const WITH_SUMS = 'LEFT JOIN partial_sums AS s ON s.task_id = r.task_id AND s.round = r.round';
const RUNNING = `SELECT r.*, s.reports, s.sums FROM rounds AS r ${WITH_SUMS} WHERE r.task_id = $1 AND r.ended_as IS NULL`;
const LAST_ROUNDS = `SELECT r.*, s.reports, s.sums FROM
  (SELECT * FROM rounds WHERE task_id = $1 ORDER BY round DESC LIMIT $2) AS r ${WITH_SUMS} ORDER BY r.round DESC`;
const RUNNING_NUMBERS = 'SELECT task_id, round, size FROM rounds WHERE task_id = ANY($1) AND ended_as IS NULL';
const LATEST_MODEL = 'SELECT version, text FROM models WHERE task_id = $1 ORDER BY version DESC LIMIT 1';
const ADD_REPORTS = `INSERT INTO reports (report_id, body_hash, task_id, round)
  SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::integer[]) ON CONFLICT DO NOTHING RETURNING report_id`;
const ADD_SUMS = `INSERT INTO partial_sums VALUES ($1, $2, $3, $4, $5::bigint[])
  ON CONFLICT (task_id, round, shard) DO UPDATE SET reports = partial_sums.reports + excluded.reports, sums = (
    SELECT array_agg(before + added ORDER BY place) FROM unnest(partial_sums.sums, excluded.sums) WITH ORDINALITY AS pairs (before, added, place))`;

async function commit(client: pg.PoolClient, reports: readonly OpenedReport[], shard: number): Promise<CommitOutcome[]> {
  const taskIds = [...new Set(reports.map((report) => report.taskId))];
  await client.query(LOCK_SHARED, [taskIds]);
  // After the lock: this statement sees the round that is running now.
  const rounds = new Map((await client.query<NumberRow>(RUNNING_NUMBERS, [taskIds])).rows.map((row) => [row.task_id, row]));
  const isOpen = (report: OpenedReport): boolean => rounds.get(report.taskId)?.round === report.round;

  const first = new Map<string, OpenedReport>();
  for (const report of reports) if (isOpen(report) && !first.has(report.reportId)) first.set(report.reportId, report);
  const added = await addReports(client, [...first.values()]);
  const ids = reports.map((report) => report.reportId);
  const hashes = new Map(
    await bodyHashes(
      client,
      ids.filter((id) => !added.has(id)),
    ),
  );

  const tallies = new Map<string, Tally>();
  const outcomes = reports.map((report): CommitOutcome => {
    const countedAs = hashes.get(report.reportId) ?? null;
    const round = rounds.get(report.taskId);
    // A repeat is answered as before even when its round has ended meanwhile.
    if (round === undefined || (countedAs === null && !isOpen(report))) return 'round-closed';
    const { tally, outcome } = foldReport(tallies.get(report.taskId) ?? emptyTally(round.size), countedAs, report);
    tallies.set(report.taskId, tally);
    if (outcome === 'counted') hashes.set(report.reportId, report.bodyHash); // what comes after it in this group meets it
    return outcome;
  });
  for (const [taskId, { reports: count, sums }] of [...tallies].sort(([one], [other]) => (one < other ? -1 : 1)))
    if (count > 0) await client.query(ADD_SUMS, [taskId, rounds.get(taskId)!.round, shard, count, sums]);
  return outcomes;
}

/** Those of the ids that were not there. Sorted: two groups with the same ids meet at the smallest and do not lock each other out. */
async function addReports(client: pg.PoolClient, reports: readonly OpenedReport[]): Promise<ReadonlySet<string>> {
  if (reports.length === 0) return new Set();
  const sorted = [...reports].sort((one, other) => (one.reportId < other.reportId ? -1 : 1));
  const bytes = (of: 'reportId' | 'bodyHash'): Buffer[] => sorted.map((report) => Buffer.from(report[of], 'hex'));
  const values = [bytes('reportId'), bytes('bodyHash'), sorted.map(({ taskId }) => taskId), sorted.map(({ round }) => round)];
  const { rows } = await client.query<{ report_id: Buffer }>(ADD_REPORTS, values);
  return new Set(rows.map((row) => row.report_id.toString('hex')));
}

async function bodyHashes(client: pg.PoolClient, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const text = 'SELECT report_id, body_hash FROM reports WHERE report_id = ANY($1::bytea[])';
  const values = [[...new Set(ids)].map((id) => Buffer.from(id, 'hex'))];
  const { rows } = await client.query<{ report_id: Buffer; body_hash: Buffer }>(text, values);
  return new Map(rows.map((row) => [row.report_id.toString('hex'), row.body_hash.toString('hex')]));
}

async function running(client: pg.PoolClient, taskId: string): Promise<Round | null> {
  return roundsOf((await client.query<RoundRow>(RUNNING, [taskId])).rows)[0] ?? null;
}

async function open(client: pg.PoolClient, taskId: string, round: number, opening: RoundOpening): Promise<void> {
  const row = [taskId, round, opening.policyHash, opening.size, opening.opensAtMs, opening.closesAtMs];
  await client.query('INSERT INTO rounds VALUES ($1, $2, $3, $4, $5, $6)', row);
}

type ModelRow = StoredModel & pg.QueryResultRow;

interface NumberRow {
  readonly task_id: string;
  readonly round: number;
  readonly size: number;
}

/** bigint comes as text: it may be larger than a double holds. Times and counts here are not. */
interface PolicyRow {
  readonly task_id: string;
  readonly sequence: number;
  readonly policy_hash: string;
  readonly policy: string;
  readonly published_at_ms: string;
}

function policyOf({ task_id, policy_hash, policy, published_at_ms }: PolicyRow): PolicyEntry {
  return { taskId: task_id, policyHash: policy_hash, policy: JSON.parse(policy), publishedAtMs: Number(published_at_ms) };
}

interface RoundRow extends NumberRow {
  readonly policy_hash: string;
  readonly opens_at_ms: string;
  readonly closes_at_ms: string;
  readonly ended_at_ms: string | null;
  readonly ended_as: 'closed' | 'abandoned' | null;
  /** Of one process; null where none has added anything. */
  readonly reports: string | null;
  readonly sums: readonly string[] | null;
}

/** Rows of one round stand together: one per process that added to it. */
function roundsOf(rows: readonly RoundRow[]): Round[] {
  const rounds: Round[] = [];
  for (const row of rows) {
    const last = rounds.at(-1);
    if (last?.round === row.round) rounds[rounds.length - 1] = { ...last, tally: plus(last.tally, row) };
    else rounds.push(roundOf(row));
  }
  return rounds.map((round) => (round.endedAtMs === null ? nextRound(round, { kind: 'tallied', tally: round.tally }) : round));
}

function roundOf(row: RoundRow): Round {
  return {
    taskId: row.task_id,
    round: row.round,
    policyHash: row.policy_hash,
    phase: row.ended_as ?? 'open',
    opensAtMs: Number(row.opens_at_ms),
    closesAtMs: Number(row.closes_at_ms),
    endedAtMs: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
    tally: plus(emptyTally(row.size), row),
  };
}

function plus(tally: Tally, { reports, sums }: Pick<RoundRow, 'reports' | 'sums'>): Tally {
  if (reports === null || sums === null) return tally;
  return { reports: tally.reports + Number(reports), sums: tally.sums.map((sum, row) => sum + Number(sums[row]!)) };
}
