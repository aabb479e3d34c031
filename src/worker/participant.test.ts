import { beforeAll, describe, expect, test } from 'vitest';
import { ownHistogram, sampleCell } from '../core/federated/own-histogram.js';
import { selectSubset } from '../core/privacy/subset-selection.js';
import type { StoredEvent } from '../core/profile/records.js';
import { openMemoryLedgerStore, type MemoryLedger } from '../storage/ledger-memory.js';
import { decodeVotePayload } from '../wire/payload.js';
import type { Policy } from '../wire/policy.js';
import { takePart, type ParticipantParts } from './participant.js';
import { createReporter, payloadOf } from './report.js';
import { createOperator, DAY, ENDPOINT, groups, replayableBits, startMs, yes, type Operator } from './round-parts.contract.js';

const nowMs = startMs + 31 * DAY;
let operator: Operator;
beforeAll(async () => {
  operator = await createOperator();
});

function device(change: Partial<ParticipantParts> = {}, memory: MemoryLedger = { state: null }): ParticipantParts {
  return {
    site: 'paint',
    endpoint: ENDPOINT,
    isLoopbackPage: false,
    ledger: openMemoryLedgerStore(startMs, memory),
    bits: replayableBits(1),
    now: () => nowMs,
    events: async () => [yes('Blues')],
    makeReport: createReporter(replayableBits(2)),
    isAllowed: () => true,
    ...change,
  };
}

/** The subset that a device with these events and bits votes for. */
function voteOf(policy: Policy, events: readonly StoredEvent[], seed: number): readonly number[] {
  return decodeVotePayload(
    payloadOf(policy, events, nowMs, replayableBits(seed)),
    policy.mechanism as Extract<Policy['mechanism'], { kind: 'vote' }>,
    groups.length,
  );
}

describe('promise 1: the personal part never leaves', () => {
  test('with injected bits the sealed vote equals the stated function of (histogram, bits)', async () => {
    const policy = operator.policy();
    const events = [yes('Blues'), yes('Greens'), yes('Greens', {}, startMs + DAY), yes('Nowhere')];
    for (let seed = 0; seed < 50; seed++) {
      const parts = device({ events: async () => events, makeReport: createReporter(replayableBits(seed)) });
      await takePart(parts, await operator.tasks([policy]));
      const [entry] = (await parts.ledger.read()).outbox;
      const plaintext = await operator.open(entry!.body, policy);
      // Said once more, from its parts: the decayed masses by hand, a cell of the histogram, a subset of the cell.
      const halved = (atMs: number): number => 2 ** (-(nowMs - atMs) / (30 * DAY));
      const histogram = ownHistogram(
        new Map([
          ['Blues', halved(startMs)],
          ['Greens', halved(startMs) + halved(startMs + DAY)],
          ['Nowhere', halved(startMs)],
        ]),
        groups.map((name) => ({ name })),
      );
      const bits = replayableBits(seed);
      const cell = sampleCell(histogram, bits);
      const expected = selectSubset(cell, groups.length, { kind: 'vote', subsetSize: 1, keepNumerator: 54, keepDenominator: 85 }, bits);
      expect(decodeVotePayload(plaintext, policy.mechanism as never, groups.length)).toEqual(expected);
    }
  });

  test('two profiles that differ only outside the block give equal plaintext', async () => {
    const policy = operator.policy();
    const plain = [yes('Blues'), yes('Greens')];
    const other = [
      yes('Blues', {
        itemId: 'another',
        indices: Uint32Array.of(9, 77),
        values: Float32Array.of(3, 1),
        facets: ['category:Blues', 'brand:Secret'],
        margin: 4,
        vector: Float32Array.of(1),
      }),
      yes('Greens', { itemId: 'x' }),
      { ...yes('Reds', { label: 0 }) }, // a no says nothing
    ];
    for (let seed = 0; seed < 50; seed++) {
      const plaintexts = await Promise.all(
        [plain, other].map(async (events) => {
          const parts = device({ events: async () => events, makeReport: createReporter(replayableBits(seed)) });
          await takePart(parts, await operator.tasks([policy]));
          return operator.open((await parts.ledger.read()).outbox[0]!.body, policy);
        }),
      );
      expect(plaintexts[0]).toEqual(plaintexts[1]);
    }
  });

  test('every profile’s report has one size, the empty one’s too; an empty profile votes for a uniform cell', async () => {
    const policy = operator.policy();
    const sizes = new Set<number>();
    for (const events of [[], [yes('Blues')], groups.map((group) => yes(group))]) {
      const parts = device({ events: async () => events });
      await takePart(parts, await operator.tasks([policy]));
      sizes.add((await parts.ledger.read()).outbox[0]!.body.length);
    }
    expect(sizes.size).toBe(1);
    const counts = new Float64Array(groups.length);
    for (let seed = 0; seed < 4_000; seed++) counts[voteOf(policy, [], seed)[0]!]! += 1;
    // 8 cells, 500 each expected; chi-square with 7 degrees stays below 41 with probability 1 − 8e-7
    expect(counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(41);
  });

  test('a Gaussian report is the clipped block and noise, and nothing else', async () => {
    const names = ['hue:blue', 'hue:green'];
    const policy = operator.policy({
      taskId: 'facets',
      block: { kind: 'vector', names },
      mechanism: {
        kind: 'gaussian',
        dim: 2,
        clipNorm: 1,
        scale: 1024,
        bound: 1025,
        sigmaNumerator: 2387,
        sigmaDenominator: 1000,
        bits: 16,
      },
      minimumBatch: 3_000,
      dpDelta: 1e-6,
    });
    const payload = (facets: readonly string[], seed: number) =>
      [...new Int16Array(payloadOf(policy, [yes('Blues', { facets: [...facets] })], nowMs, replayableBits(seed)).buffer)].slice(0, 2);
    // No coordinate of 0 or 1024 grid units rounds at random, so noise by equal bits cancels: (1024, 0) is left.
    for (let seed = 0; seed < 20; seed++) {
      const [said, silent] = [payload(['hue:blue', 'brand:x'], seed), payload(['brand:x'], seed)];
      expect([said[0]! - silent[0]!, said[1]! - silent[1]!]).toEqual([1024, 0]);
    }
  });
});

describe('promise 4: the budget fails closed', () => {
  test('spend, exact bytes and the line for the shopper are committed in one transaction', async () => {
    const policy = operator.policy();
    const parts = device();
    let transactions = 0;
    const ledger = {
      ...parts.ledger,
      transact: (decide: Parameters<typeof parts.ledger.transact>[0]) => ((transactions += 1), parts.ledger.transact(decide)),
    };
    const verdicts = await takePart({ ...parts, ledger }, await operator.tasks([policy]));
    expect(verdicts).toEqual(new Map([['taste', null]]));
    expect(transactions).toBe(1);
    const { entries, outbox, sent, highWaterMs } = await parts.ledger.read();
    expect(entries).toMatchObject([
      { taskId: 'taste', round: 3, atMs: nowMs, dpDelta: 0, terms: { separationDays: 30, windowDays: 365, releasesPerWindow: 4 } },
    ]);
    expect(entries[0]!.epsilon).toBeCloseTo(Math.log((54 * 7) / 31), 12); // 8 cells
    expect(outbox).toMatchObject([{ reportId: entries[0]!.reportId, endpoint: ENDPOINT, expiresAtMs: nowMs + 10 * DAY }]);
    expect(sent).toMatchObject([
      {
        reportId: entries[0]!.reportId,
        outcome: 'waiting',
        sizeBytes: outbox[0]!.body.length,
        claim: expect.stringContaining('at most 4 releases in 365 days'),
      },
    ]);
    expect(highWaterMs).toBe(nowMs);
  });

  test('a ledger that cannot write leaves nothing to send', async () => {
    const parts = device();
    const ledger = { ...parts.ledger, transact: async () => Promise.reject(new Error('disk full')) };
    const verdicts = await takePart({ ...parts, ledger }, await operator.tasks([operator.policy()]));
    expect(verdicts.get('taste')).toMatchObject({ message: 'disk full' });
    expect((await parts.ledger.read()).outbox).toEqual([]);
  });

  test('two tabs at once spend one release', async () => {
    const memory: MemoryLedger = { state: null };
    const tasks = await operator.tasks([operator.policy()]);
    const outcomes = await Promise.all([1, 2, 3].map((seed) => takePart(device({ bits: replayableBits(seed) }, memory), tasks)));
    expect(memory.state!.entries).toHaveLength(1);
    expect(memory.state!.outbox).toHaveLength(1);
    expect(outcomes.filter((verdicts) => verdicts.get('taste') === null)).toHaveLength(1);
    expect(outcomes.filter((verdicts) => verdicts.get('taste')?.code === 'budget-spent')).toHaveLength(2);
  });

  test('fresh storage is on probation; a round hears a device once; the next round waits for the separation', async () => {
    const policy = operator.policy();
    const young = device({ ledger: openMemoryLedgerStore(nowMs - DAY) });
    expect((await takePart(young, await operator.tasks([policy]))).get('taste')).toMatchObject({ code: 'probation' });

    const memory: MemoryLedger = { state: null };
    await takePart(device({}, memory), await operator.tasks([policy]));
    expect((await takePart(device({}, memory), await operator.tasks([policy]))).get('taste')).toBeNull();
    expect((await takePart(device({}, memory), await operator.tasks([policy], { round: 4 }))).get('taste')).toMatchObject({
      code: 'budget-spent',
    });
    expect(memory.state!.entries).toHaveLength(1);
  });

  test('consent that is taken back while the report is sealed stops it', async () => {
    let isAllowed = true;
    const make = createReporter(replayableBits(2));
    const parts = device({ isAllowed: () => isAllowed, makeReport: async (request) => ((isAllowed = false), make(request)) });
    expect((await takePart(parts, await operator.tasks([operator.policy()]))).get('taste')).toMatchObject({ code: 'no-consent' });
    expect((await parts.ledger.read()).entries).toEqual([]);
  });
});

describe('a malicious operator, who controls policy and key', () => {
  test.each<[string, Partial<Policy>, string]>([
    [
      'asks for ε above 8',
      { mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 99_999, keepDenominator: 100_000 } },
      'policy-refused',
    ],
    ['asks every day', { separationDays: 1, releasesPerWindow: 365 }, 'policy-refused'],
    ['asks without a separation, away from this computer', { separationDays: 0 }, 'policy-refused'],
    ['asks for another site', { site: 'other' }, 'policy-refused'],
    ['asks for a round that is only noise', { minimumBatch: 5 }, 'error-too-large'],
  ])('%s: refused, nothing spent', async (_, change, code) => {
    const parts = device();
    const verdicts = await takePart(parts, await operator.tasks([operator.policy(change)]));
    expect(verdicts.get('taste')).toMatchObject({ code });
    expect((await parts.ledger.read()).entries).toEqual([]);
  });

  test('publishes one policy under the hash of another: refused', async () => {
    const parts = device();
    const tasks = await operator.tasks([operator.policy()]);
    const lying = { ...tasks, tasks: tasks.tasks.map((task) => ({ ...task, policy: { ...task.policy, weight: 2 } })) };
    expect((await takePart(parts, lying)).get('taste')).toMatchObject({ code: 'policy-refused', message: expect.stringContaining('hash') });
  });

  test('says a time far ahead: the local clock holds', async () => {
    const parts = device({ ledger: openMemoryLedgerStore(nowMs - DAY) });
    expect((await takePart(parts, await operator.tasks([operator.policy()], { nowMs: nowMs + 400 * DAY }))).get('taste')).toMatchObject({
      code: 'probation',
    });
  });

  test('opens many tasks at once: one release in all, chosen by the weights’ coin', async () => {
    const policies = [operator.policy({ taskId: 'rare', weight: 1 }), operator.policy({ taskId: 'often', weight: 3 })];
    const tasks = await operator.tasks(policies);
    const chosen: string[] = [];
    for (let seed = 0; seed < 400; seed++) {
      const memory: MemoryLedger = { state: null };
      const make = async () => new Uint8Array(8);
      await takePart(device({ bits: replayableBits(seed), makeReport: make }, memory), tasks);
      expect(memory.state!.entries).toHaveLength(1);
      chosen.push(memory.state!.entries[0]!.taskId);
    }
    const often = chosen.filter((taskId) => taskId === 'often').length;
    expect(Math.abs(often - 300)).toBeLessThan(4.9 * Math.sqrt(400 * 0.75 * 0.25)); // false alarm 1e-6
  });
});

test('the time of sending is uniform over the rest of the round', async () => {
  const tasks = await operator.tasks([operator.policy()], { closesAtMs: nowMs + 101_000 });
  const places: number[] = [];
  for (let seed = 0; seed < 400; seed++) {
    const memory: MemoryLedger = { state: null };
    await takePart(device({ bits: replayableBits(seed), makeReport: async () => new Uint8Array(8) }, memory), tasks);
    places.push((memory.state!.outbox[0]!.sendAtMs - nowMs) / 100_000);
  }
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...places)).toBeLessThan(1);
  // Kolmogorov–Smirnov, n = 400: D above 2.694/√n has probability 1e-6
  const distance = Math.max(
    ...places.toSorted((a, b) => a - b).map((place, at) => Math.max(Math.abs(place - at / 400), Math.abs(place - (at + 1) / 400))),
  );
  expect(distance).toBeLessThan(2.694 / 20);
});
