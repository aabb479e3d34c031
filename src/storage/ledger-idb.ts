import { applyLedgerChange, sortLedger } from './ledger-state.js';
import type { LedgerChange, LedgerState, LedgerStore } from './ledger-store.js';
import { ledgerMigrations, type LedgerSchema } from './migrations.js';
import { openDatabase } from './open-database.js';
import { within } from './within.js';

const stores = ['entries', 'outbox', 'sent', 'times'] as const;

/** On disk, not merely with the operating system, before anything is sent: a lost spend would be a spend twice. */
const strict = { durability: 'strict' } as const;

const name = 'homebody-ledger';

/** Is there a ledger on this origin? For reading where none may be made. A browser that cannot say is taken to have one. */
export async function hasIdbLedger(): Promise<boolean> {
  // Not in Firefox before 126.
  const databases = await (indexedDB as { databases?: IDBFactory['databases'] }).databases?.();
  return databases?.some((each) => each.name === name) ?? true;
}

/**
 * The ledger of this origin, database `homebody-ledger`.
 * Errors: as `openIdbProfileStore`. Whoever cannot open it does not contribute.
 *
 * @param nowMs  birth of the ledger, if this opening creates it
 */
export async function openIdbLedgerStore(nowMs: number): Promise<LedgerStore> {
  const connection = await openDatabase<LedgerSchema>(name, ledgerMigrations);
  const { database } = connection;

  type Transaction = ReturnType<typeof open>;
  const open = () => database.transaction(stores, 'readwrite', strict);
  const load = async (transaction: Pick<Transaction, 'objectStore'>): Promise<LedgerState> => {
    const [entries, outbox, sent, times] = await Promise.all([
      transaction.objectStore('entries').getAll(),
      transaction.objectStore('outbox').getAll(),
      transaction.objectStore('sent').getAll(),
      transaction.objectStore('times').get('times'),
    ]);
    return sortLedger({ entries, outbox, sent, createdAtMs: times?.createdAtMs ?? nowMs, highWaterMs: times?.highWaterMs ?? nowMs });
  };

  await connection.run('opening the ledger', async () => {
    const transaction = open();
    await within(transaction, async () => {
      const times = transaction.objectStore('times');
      if ((await times.get('times')) === undefined) await times.put({ createdAtMs: nowMs, highWaterMs: nowMs }, 'times');
    });
  });

  const write = (decide: (state: LedgerState) => LedgerChange): Promise<LedgerState> =>
    connection.run('writing the ledger', async () => {
      const transaction = open();
      return within(transaction, async () => {
        const state = await load(transaction);
        const change = decide(state);
        const after = applyLedgerChange(state, change);
        const { addEntry, addOutbox, removeOutbox, putSent } = change;
        await Promise.all([
          addEntry && transaction.objectStore('entries').add(addEntry),
          removeOutbox !== undefined && transaction.objectStore('outbox').delete(removeOutbox),
          addOutbox && transaction.objectStore('outbox').add({ ...addOutbox, body: addOutbox.body.slice() }),
          putSent && transaction.objectStore('sent').put(putSent),
          transaction.objectStore('times').put({ createdAtMs: after.createdAtMs, highWaterMs: after.highWaterMs }, 'times'),
        ]);
        return after;
      });
    });

  return {
    read: () =>
      connection.run('reading the ledger', async () => {
        const transaction = open(); // readwrite: queued behind a spend of another tab, so that it is seen
        return within(transaction, () => load(transaction));
      }),

    transact: async (decide) => {
      let refusal: { readonly thrown: unknown } | null = null;
      const asking: typeof decide = (state) => {
        try {
          return decide(state);
        } catch (thrown) {
          refusal = { thrown }; // not an error of the disk: it reaches the caller as it was thrown
          throw thrown;
        }
      };
      try {
        return await write(asking);
      } catch (thrown) {
        throw refusal === null ? thrown : (refusal as { readonly thrown: unknown }).thrown;
      }
    },

    clearContent: () =>
      connection.run('erasing the ledger', async () => {
        const transaction = open();
        await within(transaction, () => Promise.all([transaction.objectStore('outbox').clear(), transaction.objectStore('sent').clear()]));
      }),

    close: () => connection.close(),
  };
}
