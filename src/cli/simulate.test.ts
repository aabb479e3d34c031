import { describe, expect, test } from 'vitest';
import { defaultTastePolicy } from '../core/federated/default-policy.js';
import { seededRandom } from '../core/random.js';
import { openEndpoint } from '../server/endpoint-fixture.contract.js';
import type { Policy } from '../wire/policy.js';
import { dirichlet, interval } from './simulate/distributions.js';
import { simulateSeed, type SeedResult } from './simulate/in-process.js';
import { simulateOverHttp } from './simulate/over-http.js';
import { populationShare, shopOf, typicalCells } from './simulate/population.js';
import { createProgress } from './simulate/progress.js';

const cells = typicalCells(32);
const policy: Policy = defaultTastePolicy({ site: 'demo', cells, publicKey: 'A'.repeat(43) });
const seeds = Array.from({ length: 10 }, (_, at) => at + 1);
const world = async (strength: number, counts: readonly number[] = [500]): Promise<readonly (readonly SeedResult[])[]> => {
  const all = [];
  for (const seed of seeds) all.push(await simulateSeed(policy, counts, { alpha: 4, strength }, seed, () => {}));
  return all;
};

describe('in process', () => {
  test('500 devices of the default policy make a clean profile’s first shelf better than the catalogue order in at least 9 of 10 seeds', async () => {
    const results = (await world(0.7)).map((counts) => counts[0]!);
    expect(results.filter(({ withNoise, catalogueOrder }) => withNoise > catalogueOrder).length).toBeGreaterThanOrEqual(9);
    const gain = interval(results.map(({ withNoise, catalogueOrder }) => withNoise - catalogueOrder));
    expect(gain.low).toBeGreaterThan(0);
    expect(interval(results.map(({ withoutNoise, withNoise }) => withoutNoise - withNoise)).mean).toBeGreaterThan(0);
  }, 30_000);

  test('without a common taste there is no gain: the interval includes 0', async () => {
    const gain = interval((await world(0)).map(([result]) => result!.withNoise - result!.catalogueOrder));
    expect(gain.low).toBeLessThanOrEqual(0);
  }, 30_000);

  test('one seed is one world: the same figures again, and a crowd’s beginning is the smaller crowd', async () => {
    const options = { alpha: 4, strength: 0.7 };
    const both = await simulateSeed(policy, [200, 400], options, 3, () => {});
    expect(await simulateSeed(policy, [200, 400], options, 3, () => {})).toEqual(both);
    expect((await simulateSeed(policy, [200], options, 3, () => {}))[0]).toEqual(both[0]);
    expect(both[0]!.withNoise).not.toBe(both[1]!.withNoise);
  });
});

describe('simulated people', () => {
  test('tastes lie around the population’s share (z < 4.9: false alarm 1e-6 a cell)', () => {
    const random = seededRandom(5);
    const mean = [0.5, 0.3, 0.2, 0];
    const sums = new Float64Array(4);
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) dirichlet(random, 4, mean).forEach((share, cell) => (sums[cell] = sums[cell]! + share));
    mean.forEach((share, cell) =>
      expect(Math.abs(sums[cell]! / draws - share)).toBeLessThanOrEqual(4.9 * Math.sqrt((share * (1 - share)) / 5 / draws)),
    );
  });

  test('the shop has each cell in its share, in an order that says nothing of it', () => {
    const shop = shopOf(cells, 1_200, seededRandom(1));
    const counts = cells.map((_, cell) => shop.cellOf.filter((each) => each === cell).length);
    counts.forEach((count, cell) => expect(Math.abs(count - 1_200 * cells[cell]!.share)).toBeLessThanOrEqual(1));
    expect(shop.cellOf).toHaveLength(1_200);
    expect([...shop.cellOf]).not.toEqual([...shop.cellOf].toSorted((a, b) => a - b));
    expect(populationShare(cells, 0, seededRandom(1))).toEqual(Float64Array.from(cells, ({ share }) => share));
  });

  test('the interval of 1, 2 and 3 is 2 ± 4.303/√3', () => {
    const { mean, low, high } = interval([1, 2, 3]);
    expect([mean, low, high].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([2, -0.4843, 4.4843]);
  });
});

describe('over HTTP', () => {
  const play = async (change: Partial<Policy>, devices = 30) => {
    const { policy: examples } = {
      policy: defaultTastePolicy({ site: 'demo', cells: typicalCells(32), publicKey: 'A'.repeat(43), minimumBatch: 100 }),
    };
    const endpoint = await openEndpoint({
      policy: { site: 'demo', block: examples.block, minimumBatch: 100, roundSeconds: 60, ...change },
    });
    const lines: string[] = [];
    const result = await simulateOverHttp({
      endpoint: 'http://127.0.0.1:1',
      site: 'demo',
      devices,
      seed: 1,
      alpha: 4,
      strength: 0.7,
      fetch: async (url, init) => endpoint.app.request(new URL(url).pathname, init as RequestInit),
      fillRandom: (bytes) => void crypto.getRandomValues(bytes),
      now: () => endpoint.clock.nowMs,
      sleep: async (ms) => void (endpoint.clock.nowMs += ms),
      progress: createProgress(devices, 'shoppers', true, { write: (line: string) => lines.push(line) } as never),
    });
    return { endpoint, result, lines };
  };

  test.each([0, 30])('every device is heard exactly once by a real endpoint, with a separation of %d days', async (separationDays) => {
    const { endpoint, result } = await play({ separationDays });
    expect(result).toMatchObject({ taskId: endpoint.policy.taskId, round: 1, sent: 30, refused: {} });
    expect((await endpoint.store.currentRound(endpoint.policy.taskId))?.tally.reports).toBe(30);
    expect(result.bytes).toBe(30 * (132 + 16 + 16));
  });

  test('a policy below the floor is refused by every device, and nothing is sent', async () => {
    const { endpoint, result } = await play({ expectedSignal: 0.01 });
    expect(result).toMatchObject({ sent: 0, bytes: 0, refused: { 'error-too-large': 30 } });
    expect((await endpoint.store.currentRound(endpoint.policy.taskId))?.tally.reports).toBe(0);
  });

  test('progress is told as JSON lines', () => {
    const lines: string[] = [];
    const progress = createProgress(3, 'shoppers', true, { write: (line: string) => lines.push(line) } as never);
    progress.add(1);
    progress.add(2);
    progress.end();
    expect(lines.at(-1)).toBe('{"done":3,"of":3}\n');
  });
});
