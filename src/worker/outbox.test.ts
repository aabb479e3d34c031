import { describe, expect, test } from 'vitest';
import { SdkError } from '../core/errors.js';
import { openMemoryLedgerStore, type MemoryLedger } from '../storage/ledger-memory.js';
import { createOutbox } from './outbox.js';
import { ENDPOINT, startMs } from './round-parts.contract.js';

async function waiting(answer: () => Error | null, change: { allowed?: () => boolean } = {}) {
  const clock = { nowMs: startMs };
  const memory: MemoryLedger = { state: null };
  const ledger = openMemoryLedgerStore(startMs, memory);
  await ledger.transact(() => ({
    addEntry: { reportId: 'r1', taskId: 'taste', policyHash: 'aa', round: 1, atMs: startMs, epsilon: 3.99, dpDelta: 0 },
    addOutbox: {
      reportId: 'r1',
      endpoint: ENDPOINT,
      body: Uint8Array.of(7, 8, 9),
      sendAtMs: startMs + 10_000,
      expiresAtMs: startMs + 60_000,
    },
    putSent: { reportId: 'r1', atMs: startMs, sizeBytes: 3, bodyHash: 'ff', claim: 'whole', outcome: 'waiting' },
  }));
  const posted: number[][] = [];
  const outbox = createOutbox({
    ledger,
    endpoint: ENDPOINT,
    now: () => clock.nowMs,
    isAllowed: change.allowed ?? (() => true),
    transport: {
      async postReport(body) {
        posted.push([...body]);
        expect(memory.state!.entries).toHaveLength(1); // spent before it is sent
        const problem = answer();
        if (problem !== null) throw problem;
      },
    },
  });
  return { clock, memory, outbox, posted };
}

const outcome = ({ memory }: { memory: MemoryLedger }) => ({
  outcome: memory.state!.sent[0]!.outcome,
  waits: memory.state!.outbox.length,
  spent: memory.state!.entries.length,
});

describe('the outbox', () => {
  test('waits for the drawn time, sends once, and deletes the bytes', async () => {
    const device = await waiting(() => null);
    expect(await device.outbox.send()).toBe(10_000);
    expect(device.posted).toEqual([]);
    device.clock.nowMs += 10_000;
    expect(await device.outbox.send()).toBeNull();
    expect(device.posted).toEqual([[7, 8, 9]]);
    expect(outcome(device)).toEqual({ outcome: 'sent', waits: 0, spent: 1 });
    await device.outbox.send();
    expect(device.posted).toHaveLength(1);
  });

  test('retries with the same bytes, later each time, whatever was lost on the way', async () => {
    const answers = [new SdkError('network', ''), new SdkError('too-busy', ''), null];
    const device = await waiting(() => answers.shift() ?? null);
    device.clock.nowMs += 10_000;
    expect(await device.outbox.send()).toBe(2_000);
    expect(await device.outbox.send()).toBe(2_000); // not before its time
    device.clock.nowMs += 2_000;
    expect(await device.outbox.send()).toBe(4_000);
    device.clock.nowMs += 4_000;
    expect(await device.outbox.send()).toBeNull();
    expect(device.posted).toEqual([
      [7, 8, 9],
      [7, 8, 9],
      [7, 8, 9],
    ]);
    expect(outcome(device)).toMatchObject({ outcome: 'sent' });
  });

  test('a new outbox over the same ledger (after a crash) sends the same bytes', async () => {
    const device = await waiting(() => new SdkError('network', ''));
    device.clock.nowMs += 10_000;
    await device.outbox.send();
    const bodies: number[][] = [];
    const after = createOutbox({
      ledger: openMemoryLedgerStore(startMs, device.memory),
      endpoint: ENDPOINT,
      now: () => device.clock.nowMs,
      isAllowed: () => true,
      transport: { postReport: async (body) => void bodies.push([...body]) },
    });
    await after.send();
    expect(bodies).toEqual([[7, 8, 9]]);
  });

  test.each([
    ['round-closed', 'expired'],
    ['wrong-round', 'expired'],
    ['wrong-policy', 'refused'],
    ['undecryptable', 'refused'],
    ['gpc-refused', 'refused'],
  ] as const)('%s ends it as %s: the bytes go, the spend stays', async (code, expected) => {
    const device = await waiting(() => new SdkError(code, ''));
    device.clock.nowMs += 10_000;
    expect(await device.outbox.send()).toBeNull();
    expect(outcome(device)).toEqual({ outcome: expected, waits: 0, spent: 1 });
  });

  test('after the end of its round it is not sent at all', async () => {
    const device = await waiting(() => null);
    device.clock.nowMs += 60_000;
    expect(await device.outbox.send()).toBeNull();
    expect(device.posted).toEqual([]);
    expect(outcome(device)).toEqual({ outcome: 'expired', waits: 0, spent: 1 });
  });

  test('without consent nothing is sent, and what waits is withdrawn', async () => {
    let allowed = true;
    const device = await waiting(() => null, { allowed: () => allowed });
    await expect(device.outbox.withdraw()).rejects.toMatchObject({ code: 'invalid-state' });
    allowed = false;
    device.clock.nowMs += 10_000;
    expect(await device.outbox.send()).toBeNull();
    await device.outbox.withdraw();
    expect(device.posted).toEqual([]);
    expect(outcome(device)).toEqual({ outcome: 'expired', waits: 0, spent: 1 });
  });
});
