import 'fake-indexeddb/auto';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { deleteDB } from 'idb';
import { openIdbLedgerStore } from '../storage/ledger-idb.js';
import type { Consent } from './api/worker-api.js';
import { manualClock } from './manual-clock.contract.js';
import { createOperator, startMs, type Operator } from './round-parts.contract.js';
import { createRounds } from './rounds-entry.js';
import type { Rounds } from './rounds.js';

let operator: Operator;
beforeAll(async () => {
  operator = await createOperator();
});
beforeEach(async () => {
  await deleteDB('homebody-ledger');
  vi.stubGlobal('fetch', async () => Response.json(await operator.tasks([operator.policy()])));
});
afterEach(() => void vi.unstubAllGlobals());

const personalise: Consent = { personalise: true, contribute: false };
const both: Consent = { personalise: true, contribute: true };
const hasDatabase = async (): Promise<boolean> => (await indexedDB.databases()).some(({ name }) => name === 'homebody-ledger');

function client(isDurable: boolean): Rounds {
  return createRounds({
    site: 'paint',
    endpoint: 'https://rounds.example',
    participationUrl: 'about:blank', // not loadable, and not needed for what is tested here
    isLoopbackPage: false,
    isDurable,
    clock: manualClock(startMs),
    model: { document: () => null, set: async () => {} },
    events: async () => [],
    onStatus: () => {},
    onError: () => {},
  });
}

describe('the ledger’s database', () => {
  test('is made with the second consent, and by nothing before it', async () => {
    const rounds = client(true);
    await rounds.setConsent(personalise);
    expect(await rounds.status()).toMatchObject({ sent: [], bytesSent: 0, tasks: [{ refusal: { code: 'no-consent' } }] });
    expect(await rounds.ledger()).toBeNull();
    await rounds.erase();
    expect(await hasDatabase()).toBe(false);
    await rounds.setConsent(both);
    expect(await hasDatabase()).toBe(true);
    rounds.stop();
  });

  test('of an earlier visit is read with the first consent, and emptied by an erase', async () => {
    const ledger = await openIdbLedgerStore(startMs);
    const line = { reportId: '00', atMs: startMs, sizeBytes: 200, bodyHash: 'aa', claim: 'whole', outcome: 'sent' } as const;
    await ledger.transact(() => ({ putSent: line }));
    const rounds = client(true);
    await rounds.setConsent(personalise);
    expect(await rounds.status()).toMatchObject({ sent: [line], bytesSent: 200 });
    rounds.stop();
    const other = client(true);
    other.stop();
    await other.erase(); // of a visit in which nobody had looked
    expect((await ledger.read()).sent).toEqual([]);
    ledger.close();
  });

  test('is not touched by a client that stores nothing', async () => {
    const rounds = client(false);
    await rounds.setConsent(personalise);
    expect(await rounds.status()).toMatchObject({ sent: [], bytesSent: 0 });
    await rounds.ledger();
    rounds.stop();
    await rounds.erase();
    expect(await hasDatabase()).toBe(false);
  });
});
