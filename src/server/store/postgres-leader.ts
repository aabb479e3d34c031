import type pg from 'pg';
import type { Postgres } from './postgres-transaction.js';

/**
 * Which of several processes ends rounds at their time: the one whose session holds an advisory lock. The server lets it go with
 * the session, so a process that is killed is followed within one tick of another. Two that both believe to lead do
 * no harm, for ending a round is a transaction that names the round; they would only do the work twice.
 */
export interface Leader {
  isLeader(): Promise<boolean>;
  close(): Promise<void>;
}

const LEADER_LOCK = 0x484f_4c44;

export function createLeader(postgres: Postgres): Leader {
  let session: pg.Client | null = null;
  let asking: Promise<boolean> | null = null;
  let holds = false;

  const drop = async (client: pg.Client): Promise<void> => {
    if (session === client) [session, holds] = [null, false];
    await client.end().catch(() => {}); // it may be gone already
  };
  const ask = async (): Promise<boolean> => {
    let client = session;
    try {
      if (client === null) {
        client = await postgres.connect();
        const opened = client;
        opened.on('error', () => void drop(opened));
        session = opened;
      }
      // Asked again while it is held, the lock would count twice; any statement shows that the session lives.
      const text = holds ? 'SELECT true AS held' : `SELECT pg_try_advisory_lock(${LEADER_LOCK}, hashtext(current_schema())) AS held`;
      holds = (await client.query<{ held: boolean }>(text)).rows[0]!.held;
      return holds;
    } catch (thrown) {
      if (client !== null) await drop(client);
      throw thrown;
    }
  };

  return {
    isLeader: () => (asking ??= ask().finally(() => (asking = null))),
    async close() {
      await asking?.catch(() => {}); // whoever asked hears of it
      if (session !== null) await drop(session);
    },
  };
}
