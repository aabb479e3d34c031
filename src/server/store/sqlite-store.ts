import Database from 'better-sqlite3';
import { SdkError } from '../../core/errors.js';
import { emptyTally, foldReport, nextRound, type OpenedReport, type Round, type Tally } from '../round.js';
import type { CommitOutcome, PolicyEntry, RoundOpening, RoundStore, StoredModel } from './round-store.js';
import { migrate } from './sqlite-schema.js';

/**
 * Everything in one SQLite file. WAL with synchronous = FULL: a commit survives a kill and a loss of power; groups of
 * reports pay for one flush together. better-sqlite3 blocks, so a transaction is never interleaved with another.
 *
 * @param file  a path, or `:memory:`
 * @throws SdkError `storage-unavailable` where the file cannot be opened, `schema-newer` where a newer version wrote it
 */
export function openSqliteStore(file: string): RoundStore {
  const database = openDatabase(file);
  const sql = prepareAll(database);

  const running = (taskId: string): Round | null => roundOf(sql.runningRound.get(taskId));
  const write = (round: Round): void => {
    sql.writeRound.run(round.phase, round.endedAtMs, round.tally.reports, JSON.stringify(round.tally.sums), round.taskId, round.round);
  };
  const open = (taskId: string, round: number, opening: RoundOpening): void => {
    const sums = JSON.stringify(emptyTally(opening.size).sums);
    sql.openRound.run(taskId, round, opening.policyHash, opening.opensAtMs, opening.closesAtMs, sums);
  };

  const publish = database.transaction((entry: PolicyEntry, firstRound: RoundOpening): void => {
    const latest = sql.latestPolicy.get(entry.taskId) as PolicyRow | undefined;
    if (latest?.policy_hash !== entry.policyHash) {
      sql.appendPolicy.run(entry.taskId, (latest?.sequence ?? 0) + 1, entry.policyHash, JSON.stringify(entry.policy), entry.publishedAtMs);
    }
    if (running(entry.taskId) === null) open(entry.taskId, 1, firstRound);
  });

  const commit = database.transaction((reports: readonly OpenedReport[]): CommitOutcome[] => {
    const rounds = new Map<string, Round>();
    const outcomes = reports.map((report): CommitOutcome => {
      const countedAs = bodyHash(report.reportId);
      const round = rounds.get(report.taskId) ?? running(report.taskId);
      // A repeat is answered as before even when its round has ended meanwhile.
      if (round === null || (countedAs === null && round.round !== report.round)) return 'round-closed';
      const { tally, outcome } = foldReport(round.tally, countedAs, report);
      if (outcome === 'counted') {
        sql.addReport.run(Buffer.from(report.reportId, 'hex'), Buffer.from(report.bodyHash, 'hex'), report.taskId, report.round);
        rounds.set(report.taskId, nextRound(round, { kind: 'tallied', tally }));
      }
      return outcome;
    });
    for (const round of rounds.values()) write(round);
    return outcomes;
  });

  const end = database.transaction((taskId: string, number: number, decide: Parameters<RoundStore['endRound']>[2]) => {
    const round = running(taskId);
    if (round?.round !== number) return null;
    const ended = decide(round, (sql.latestModel.get(taskId) as StoredModel | undefined)?.version ?? 0);
    write(ended.round);
    if (ended.model !== null) sql.addModel.run(taskId, ended.model.version, JSON.stringify(ended.model));
    open(taskId, number + 1, ended.next);
    return ended;
  });

  const publishModel = database.transaction((taskId: string, make: Parameters<RoundStore['publishModel']>[1]) => {
    const model = make((sql.latestModel.get(taskId) as StoredModel | undefined)?.version ?? 0);
    sql.addModel.run(taskId, model.version, JSON.stringify(model));
    return model;
  });

  const bodyHash = (reportId: string): string | null => {
    const row = sql.findReport.get(Buffer.from(reportId, 'hex')) as { body_hash: Buffer } | undefined;
    return row?.body_hash.toString('hex') ?? null;
  };

  return {
    async publishPolicy(entry, firstRound) {
      publish.immediate(entry, firstRound);
    },
    async policies(taskId) {
      return sql.policies.all(taskId).map(policyOf);
    },
    async tasks() {
      return sql.tasks.all().map(policyOf);
    },
    async currentRound(taskId) {
      return running(taskId);
    },
    async rounds(taskId, limit) {
      return sql.rounds.all(taskId, limit).map((row) => roundOf(row)!);
    },
    async bodyHashOf(reportId) {
      return bodyHash(reportId);
    },
    async commitReports(reports) {
      return commit.immediate(reports);
    },
    async endRound(taskId, round, decide) {
      return end.immediate(taskId, round, decide);
    },
    async publishModel(taskId, make) {
      return publishModel.immediate(taskId, make);
    },
    async model(taskId, version) {
      const row = version === 'latest' ? sql.latestModel.get(taskId) : sql.model.get(taskId, version);
      return (row as StoredModel | undefined) ?? null;
    },
    async isLeader() {
      return true; // one process per file
    },
    async close() {
      database.close();
    },
  };
}

function openDatabase(file: string): Database.Database {
  let database: Database.Database;
  try {
    database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('busy_timeout = 5000');
  } catch (thrown) {
    throw new SdkError('storage-unavailable', `cannot open the database ${file}: is the folder there and writable?`, { cause: thrown });
  }
  migrate(database);
  return database;
}

interface PolicyRow {
  readonly task_id: string;
  readonly sequence: number;
  readonly policy_hash: string;
  readonly policy: string;
  readonly published_at_ms: number;
}

function policyOf(row: unknown): PolicyEntry {
  const { task_id, policy_hash, policy, published_at_ms } = row as PolicyRow; // written by `publish`, checked at the edge
  return { taskId: task_id, policyHash: policy_hash, policy: JSON.parse(policy), publishedAtMs: published_at_ms };
}

interface RoundRow {
  readonly task_id: string;
  readonly round: number;
  readonly policy_hash: string;
  readonly phase: Round['phase'];
  readonly opens_at_ms: number;
  readonly closes_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly reports: number;
  readonly sums: string;
}

function roundOf(row: unknown): Round | null {
  if (row === undefined) return null;
  const stored = row as RoundRow; // written by `open` and `write`
  const tally: Tally = { reports: stored.reports, sums: JSON.parse(stored.sums) };
  return {
    taskId: stored.task_id,
    round: stored.round,
    policyHash: stored.policy_hash,
    phase: stored.phase,
    opensAtMs: stored.opens_at_ms,
    closesAtMs: stored.closes_at_ms,
    endedAtMs: stored.ended_at_ms,
    tally,
  };
}

function prepareAll(database: Database.Database) {
  const prepare = (text: string) => database.prepare(text);
  return {
    latestPolicy: prepare('SELECT * FROM policies WHERE task_id = ? ORDER BY sequence DESC LIMIT 1'),
    appendPolicy: prepare('INSERT INTO policies (task_id, sequence, policy_hash, policy, published_at_ms) VALUES (?, ?, ?, ?, ?)'),
    policies: prepare('SELECT * FROM policies WHERE task_id = ? ORDER BY sequence'),
    tasks: prepare(
      'SELECT * FROM policies AS p WHERE sequence = (SELECT max(sequence) FROM policies WHERE task_id = p.task_id) ORDER BY task_id',
    ),
    openRound: prepare(
      "INSERT INTO rounds (task_id, round, policy_hash, phase, opens_at_ms, closes_at_ms, reports, sums) VALUES (?, ?, ?, 'open', ?, ?, 0, ?)",
    ),
    runningRound: prepare("SELECT * FROM rounds WHERE task_id = ? AND phase IN ('open', 'collecting') ORDER BY round DESC LIMIT 1"),
    writeRound: prepare('UPDATE rounds SET phase = ?, ended_at_ms = ?, reports = ?, sums = ? WHERE task_id = ? AND round = ?'),
    rounds: prepare('SELECT * FROM rounds WHERE task_id = ? ORDER BY round DESC LIMIT ?'),
    findReport: prepare('SELECT body_hash FROM reports WHERE report_id = ?'),
    addReport: prepare('INSERT INTO reports (report_id, body_hash, task_id, round) VALUES (?, ?, ?, ?)'),
    addModel: prepare('INSERT INTO models (task_id, version, text) VALUES (?, ?, ?)'),
    model: prepare('SELECT version, text FROM models WHERE task_id = ? AND version = ?'),
    latestModel: prepare('SELECT version, text FROM models WHERE task_id = ? ORDER BY version DESC LIMIT 1'),
  };
}
