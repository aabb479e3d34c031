import { deleteDB } from 'idb';
import { describeIdbLife } from './idb-store.contract.js';
import { openIdbProfileStore } from './idb-store.js';
import { openIdbLedgerStore } from './ledger-idb.js';
import { describeLedgerStore } from './ledger-store.contract.js';
import { describeProfileStore } from './profile-store.contract.js';

let sites = 0;
const freshSite = (): string => `real-${sites++}-${crypto.randomUUID().slice(0, 8)}.example`;

describeProfileStore('IndexedDB of this browser', async () => {
  const site = freshSite();
  return () => openIdbProfileStore(site);
});

describeLedgerStore('the IndexedDB ledger of this browser', async () => {
  await deleteDB('homebody-ledger');
  return openIdbLedgerStore;
});

describeIdbLife(freshSite);
