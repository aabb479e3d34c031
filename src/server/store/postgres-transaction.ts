import pg from 'pg';
import { SdkError } from '../../core/errors.js';

/** Connections of one store, and its transactions. The only file that knows how PostgreSQL fails. */
export interface Postgres {
  /** One connection for `act`, between BEGIN and COMMIT; again from the start where the server asks for that. */
  transact<T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** One statement, which sees one moment. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A connection that is the caller's until it ends it. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

const POOL_SIZE = 8;
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement is a few milliseconds; one that hangs must not keep a report, and its memory, for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
/** Serialisation failure, deadlock: nothing happened, and the same again will do. */
const TRY_AGAIN: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** @param url  may hold a password, so no error quotes it */
export function openPostgres(url: string): Postgres {
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: 'homebody',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  };
  const pool = new pg.Pool({ ...config, max: POOL_SIZE });
  // An idle connection that the server ends is no failure: the pool has dropped it and opens another when it needs one.
  pool.on('error', () => {});

  const once = async <T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    const onError = (): void => {}; // the statement under way rejects with it
    client.on('error', onError);
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await act(client);
      await client.query('COMMIT');
      return result;
    } catch (thrown) {
      await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
      throw thrown;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };

  return {
    async transact(act) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(act);
        } catch (thrown) {
          if (attempt === ATTEMPTS || !TRY_AGAIN.has((thrown as { code?: unknown }).code)) throw thrown;
        }
      }
    },
    async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(text, [...values])).rows;
    },
    async connect() {
      const client = new pg.Client({ ...config, keepAlive: true });
      await client.connect();
      return client;
    },
    close: () => pool.end(),
  };
}

/** What went wrong at the first connection, without the address: it may hold a password. */
export function unreachable(thrown: unknown): SdkError {
  const reason = thrown instanceof Error ? thrown.message || (thrown as NodeJS.ErrnoException).code : String(thrown);
  // Node's error for a text that is no URL carries that text.
  const cause = (thrown as NodeJS.ErrnoException).code === 'ERR_INVALID_URL' ? {} : { cause: thrown };
  return new SdkError('storage-unavailable', `cannot use the PostgreSQL database: ${reason}`, cause);
}
