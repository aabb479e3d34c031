import { createMemoryDatabase, openMemoryProfileStore } from './memory-store.js';
import { openMemoryLedgerStore, type MemoryLedger } from './ledger-memory.js';
import { describeLedgerStore } from './ledger-store.contract.js';
import { describeProfileStore } from './profile-store.contract.js';

describeProfileStore('the memory store', async () => {
  const database = createMemoryDatabase();
  return async () => openMemoryProfileStore(database);
});

describeLedgerStore('the memory ledger', async () => {
  const ledger: MemoryLedger = { state: null };
  return async (nowMs) => openMemoryLedgerStore(nowMs, ledger);
});
