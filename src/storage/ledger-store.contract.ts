import { describe, expect, test } from 'vitest';
import type { LedgerEntry, LedgerState, LedgerStore, OutboxEntry, SentEntry } from './ledger-store.js';

/** A fresh ledger per call of `make`; each call of what it answers opens it once more, as another tab would. */
export type MakeLedger = () => Promise<(nowMs: number) => Promise<LedgerStore>>;

export function entryOf(reportId: string, atMs = 1_000): LedgerEntry {
  return { reportId, taskId: 'taste', policyHash: 'ff', round: 3, atMs, epsilon: 3.99, dpDelta: 0 };
}

function outboxOf(reportId: string): OutboxEntry {
  return { reportId, endpoint: 'https://rounds.example', body: Uint8Array.of(1, 2, 3), sendAtMs: 2_000, expiresAtMs: 3_000 };
}

function sentOf(reportId: string, outcome: SentEntry['outcome']): SentEntry {
  return { reportId, atMs: 2_000, sizeBytes: 3, bodyHash: 'ab', claim: 'a whole sentence', outcome };
}

export function describeLedgerStore(name: string, make: MakeLedger): void {
  describe(`${name} keeps the contract of a ledger`, () => {
    test('is born once: a second opening does not restart probation', async () => {
      const open = await make();
      const first = await open(500);
      expect(await first.read()).toEqual({ entries: [], outbox: [], sent: [], createdAtMs: 500, highWaterMs: 500 });
      first.close();
      const second = await open(9_000);
      expect((await second.read()).createdAtMs).toBe(500);
      second.close();
    });

    test('commits the spend and the bytes together', async () => {
      const open = await make();
      const ledger = await open(500);
      const after = await ledger.transact(() => ({
        addEntry: entryOf('r1'),
        addOutbox: outboxOf('r1'),
        putSent: sentOf('r1', 'waiting'),
        highWaterMs: 1_000,
      }));
      ledger.close();
      const again = await open(501);
      expect(await again.read()).toEqual(after);
      expect(after).toEqual({
        entries: [entryOf('r1')],
        outbox: [outboxOf('r1')],
        sent: [sentOf('r1', 'waiting')],
        createdAtMs: 500,
        highWaterMs: 1_000,
      });
      again.close();
    });

    test('delivery removes the bytes and updates the entry of the sent page, the spend stays', async () => {
      const ledger = await (await make())(500);
      await ledger.transact(() => ({ addEntry: entryOf('r1'), addOutbox: outboxOf('r1'), putSent: sentOf('r1', 'waiting') }));
      const after = await ledger.transact(() => ({ removeOutbox: 'r1', putSent: sentOf('r1', 'sent') }));
      expect(after.outbox).toEqual([]);
      expect(after.sent).toEqual([sentOf('r1', 'sent')]);
      expect(after.entries).toEqual([entryOf('r1')]);
      expect(await ledger.read()).toEqual(after);
      ledger.close();
    });

    test('a refusal writes nothing and reaches the caller as it was thrown', async () => {
      const ledger = await (await make())(500);
      const refusal = new RangeError('over budget');
      await expect(
        ledger.transact(() => {
          throw refusal;
        }),
      ).rejects.toBe(refusal);
      expect((await ledger.read()).entries).toEqual([]);
      ledger.close();
    });

    test('a report is never spent twice', async () => {
      const ledger = await (await make())(500);
      await ledger.transact(() => ({ addEntry: entryOf('r1'), addOutbox: outboxOf('r1') }));
      await expect(ledger.transact(() => ({ addEntry: entryOf('r1') }))).rejects.toMatchObject({ code: 'invalid-state' });
      await expect(ledger.transact(() => ({ addEntry: entryOf('r2'), addOutbox: outboxOf('r1') }))).rejects.toMatchObject({
        code: 'invalid-state',
      });
      expect((await ledger.read()).entries).toEqual([entryOf('r1')]);
      ledger.close();
    });

    test('time never runs back', async () => {
      const ledger = await (await make())(500);
      await ledger.transact(() => ({ highWaterMs: 9_000 }));
      expect((await ledger.transact(() => ({ highWaterMs: 700 }))).highWaterMs).toBe(9_000);
      expect((await ledger.read()).highWaterMs).toBe(9_000);
      ledger.close();
    });

    test('tabs that decide at once are serialised: one slot is spent once', async () => {
      const open = await make();
      const tabs = await Promise.all([open(500), open(500), open(500), open(500)]);
      const spendTheOneSlot = (reportId: string) => (state: LedgerState) => {
        if (state.entries.length > 0) throw new Error('spent');
        return { addEntry: entryOf(reportId) };
      };
      const outcomes = await Promise.allSettled(tabs.map((tab, index) => tab.transact(spendTheOneSlot(`r${index}`))));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect((await tabs[0]!.read()).entries).toHaveLength(1);
      for (const tab of tabs) tab.close();
    });

    test('erasing keeps the dates of the spends and drops everything else', async () => {
      const ledger = await (await make())(500);
      await ledger.transact(() => ({
        addEntry: entryOf('r1'),
        addOutbox: outboxOf('r1'),
        putSent: sentOf('r1', 'waiting'),
        highWaterMs: 4_000,
      }));
      await ledger.clearContent();
      expect(await ledger.read()).toEqual({ entries: [entryOf('r1')], outbox: [], sent: [], createdAtMs: 500, highWaterMs: 4_000 });
      ledger.close();
    });

    test('a closed ledger answers with a code', async () => {
      const ledger = await (await make())(500);
      ledger.close();
      await expect(ledger.read()).rejects.toMatchObject({ code: 'closed' });
    });
  });
}
