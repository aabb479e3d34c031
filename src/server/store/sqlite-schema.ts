import type Database from 'better-sqlite3';
import { SdkError } from '../../core/errors.js';

/** One function per version, from what the one before left; `user_version` says where a file stands. */
const migrations: readonly ((database: Database.Database) => void)[] = [
  function tasksRoundsReportsModels(database) {
    database.exec(`
      CREATE TABLE policies (
        task_id TEXT NOT NULL, sequence INTEGER NOT NULL, policy_hash TEXT NOT NULL, policy TEXT NOT NULL,
        published_at_ms INTEGER NOT NULL, PRIMARY KEY (task_id, sequence)
      ) STRICT;
      CREATE TABLE rounds (
        task_id TEXT NOT NULL, round INTEGER NOT NULL, policy_hash TEXT NOT NULL, phase TEXT NOT NULL,
        opens_at_ms INTEGER NOT NULL, closes_at_ms INTEGER NOT NULL, ended_at_ms INTEGER,
        reports INTEGER NOT NULL, sums TEXT NOT NULL, PRIMARY KEY (task_id, round)
      ) STRICT;
      CREATE TABLE reports (
        report_id BLOB PRIMARY KEY, body_hash BLOB NOT NULL, task_id TEXT NOT NULL, round INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE models (
        task_id TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (task_id, version)
      ) STRICT;
      -- The public log and published models are append-only for every program that opens this file, not only for this one.
      ${['policies', 'models']
        .flatMap((table) =>
          ['UPDATE', 'DELETE'].map(
            (verb) => `
      CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
      BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
          ),
        )
        .join('')}
    `);
  },
];

/** @throws SdkError `schema-newer` for a file of a newer version; it is left as it is */
export function migrate(database: Database.Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new SdkError('schema-newer', `the database is of schema ${version}, this program knows ${migrations.length}: update homebody`);
  }
  database
    .transaction(() => {
      for (const step of migrations.slice(version)) step(database);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}
