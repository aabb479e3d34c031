import { InvalidArgumentError, type Command } from 'commander';
import { defaultTastePolicy } from '../core/federated/default-policy.js';
import { claimOf, claimSentence } from '../core/privacy/claim.js';
import { predictedError } from '../core/privacy/predicted-error.js';
import type { Policy } from '../wire/policy.js';
import { interval } from './simulate/distributions.js';
import { HELD_OUT, simulateSeed, type SeedResult } from './simulate/in-process.js';
import { simulateOverHttp } from './simulate/over-http.js';
import { EXPECTED_CLICKS, PAGE_ITEMS, POSITION_ETA, smallestShare, typicalCells, VISIT_DAYS } from './simulate/population.js';
import { createProgress, type Progress } from './simulate/progress.js';

interface SimulateFlags {
  readonly endpoint?: string;
  readonly site: string;
  readonly devices?: readonly number[];
  readonly seeds: number;
  readonly seed: number;
  readonly cells: number;
  readonly alpha: number;
  readonly strength: number;
  readonly variant: 'default' | 'low-epsilon';
  readonly json?: boolean;
  readonly progressJson?: boolean;
}

/** `homebody simulate`: what a round is worth before there is one, or a crowd for an endpoint. */
export function register(program: Command): void {
  program
    .command('simulate')
    .description('private rounds over simulated shoppers, in this process or against an endpoint')
    .option('--endpoint <url>', 'send real sealed reports to this endpoint')
    .option('--site <site>', 'site whose taste task is played', 'demo')
    .option('--devices <n,…>', 'shoppers; several figures in process (default 500,5000,50000; 2000 with --endpoint)', counts)
    .option('--seeds <n>', 'worlds to average over, in process', positive, 10)
    .option('--seed <n>', 'first seed', positive, 1)
    .option('--cells <n>', 'taste cells, in process', positive, 32)
    .option('--alpha <n>', 'taste ~ Dirichlet(α · population share)', positiveNumber, 4)
    .option('--strength <n>', 'population share ∝ catalogue share · exp(strength · z)', positiveNumber, 0.7)
    .option('--variant <name>', 'default (ε 3.99) or low-epsilon (ε 1.95)', variant, 'default')
    .option('--json', 'print one JSON document')
    .option('--progress-json', 'progress as JSON lines on standard error')
    .addHelpText(
      'after',
      '\nExamples:\n  homebody simulate\n  homebody simulate --endpoint http://127.0.0.1:8787 --site demo --devices 2000',
    )
    .action(async (flags: SimulateFlags) => {
      process.exitCode = await (flags.endpoint === undefined ? inProcess(flags) : overHttp(flags, flags.endpoint));
    });
}

async function overHttp(flags: SimulateFlags, endpoint: string): Promise<number> {
  const devices = flags.devices?.at(-1) ?? 2_000;
  const progress = createProgress(devices, 'shoppers', flags.progressJson === true);
  const startMs = performance.now();
  const result = await simulateOverHttp({
    endpoint,
    site: flags.site,
    devices,
    seed: flags.seed,
    alpha: flags.alpha,
    strength: flags.strength,
    fetch: (url, init) => fetch(url, init as RequestInit),
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    progress,
  }).finally(() => progress.end());
  const seconds = (performance.now() - startMs) / 1_000;
  if (flags.json === true)
    print(JSON.stringify({ ...result, devices, seed: flags.seed, alpha: flags.alpha, strength: flags.strength, seconds }));
  else {
    const refusals = Object.entries(result.refused).map(([code, count]) => `${count} ${code}`);
    print(
      `${result.sent} of ${devices} reports are in round ${result.round} of ${result.taskId} (${result.bytes} bytes, ${seconds.toFixed(1)} s)${refusals.length === 0 ? '' : `; refused: ${refusals.join(', ')}`}`,
    );
  }
  return result.sent > 0 ? 0 : 1;
}

interface Row {
  readonly population: 'common taste' | 'no common taste (control)';
  readonly devices: number;
  readonly catalogueOrder: number;
  readonly withNoise: number;
  readonly withoutNoise: number;
  /** With noise − catalogue order, over seeds. */
  readonly gain: ReturnType<typeof interval>;
  readonly seedsBetter: number;
  readonly verdict: 'gain' | 'no gain';
}

async function inProcess(flags: SimulateFlags): Promise<number> {
  const counts = (flags.devices ?? [500, 5_000, 50_000]).toSorted((a, b) => a - b);
  const cells = typicalCells(flags.cells);
  // Nothing is sealed in process, so any well-formed key will do.
  const policy: Policy = defaultTastePolicy({ site: flags.site, cells, publicKey: 'A'.repeat(43), variant: flags.variant });
  const seeds = Array.from({ length: flags.seeds }, (_, at) => flags.seed + at);
  const progress = createProgress(2 * seeds.length * counts.at(-1)!, 'devices', flags.progressJson === true);
  const common = await simulateSeeds(policy, counts, flags, flags.strength, seeds, progress);
  const control = await simulateSeeds(policy, counts, flags, 0, seeds, progress);
  progress.end();
  const rows = [...rowsOf('common taste', counts, common), ...rowsOf('no common taste (control)', counts, control)];
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const largest = common.map((results) => results.at(-1)!);
  const document = {
    policy: {
      variant: flags.variant,
      cells: cells.length,
      mechanism: policy.mechanism,
      minimumBatch: policy.minimumBatch,
      expectedSignal: policy.expectedSignal,
      predictedError: predictedError(policy),
    },
    claim: claimSentence(claimOf(policy)),
    population: {
      alpha: flags.alpha,
      strength: flags.strength,
      seeds,
      heldOut: HELD_OUT,
      position: {
        eta: POSITION_ETA,
        attraction: smallestShare(cells),
        pageItems: PAGE_ITEMS,
        expectedClicks: EXPECTED_CLICKS,
        visitDays: VISIT_DAYS,
      },
      share: cells.map(({ share }) => share),
    },
    measured: {
      meanNorm: mean(largest.map(({ meanNorm }) => meanNorm)),
      meanDeltaNorm: mean(largest.map(({ meanDeltaNorm }) => meanDeltaNorm)),
      deltaNorm: mean(largest.map(({ deltaNorm }) => deltaNorm)),
    },
    rows,
  };
  if (flags.json === true) print(JSON.stringify(document));
  else printReport(document);
  return 0;
}

async function simulateSeeds(
  policy: Policy,
  counts: readonly number[],
  flags: SimulateFlags,
  strength: number,
  seeds: readonly number[],
  progress: Progress,
): Promise<readonly (readonly SeedResult[])[]> {
  const all: (readonly SeedResult[])[] = [];
  for (const seed of seeds) {
    const onDevices = async (done: number): Promise<void> => {
      progress.add(done);
      await new Promise(setImmediate); // lets Ctrl-C and the bar through
    };
    all.push(await simulateSeed(policy, counts, { alpha: flags.alpha, strength }, seed, onDevices));
  }
  return all;
}

function rowsOf(population: Row['population'], counts: readonly number[], seeds: readonly (readonly SeedResult[])[]): readonly Row[] {
  return counts.map((devices, at) => {
    const results = seeds.map((results) => results[at]!);
    const gains = results.map(({ withNoise, catalogueOrder }) => withNoise - catalogueOrder);
    const gain = interval(gains);
    const mean = (of: (result: SeedResult) => number): number => results.reduce((sum, result) => sum + of(result), 0) / results.length;
    return {
      population,
      devices,
      catalogueOrder: mean((result) => result.catalogueOrder),
      withNoise: mean((result) => result.withNoise),
      withoutNoise: mean((result) => result.withoutNoise),
      gain,
      seedsBetter: gains.filter((difference) => difference > 0).length,
      verdict: gain.low > 0 ? 'gain' : 'no gain',
    };
  });
}

function printReport({
  policy,
  claim,
  population,
  measured,
  rows,
}: {
  policy: { variant: string; cells: number; predictedError: number; minimumBatch: number; expectedSignal: number };
  claim: string;
  population: { alpha: number; strength: number; seeds: readonly number[]; share: readonly number[] };
  measured: { meanNorm: number; meanDeltaNorm: number; deltaNorm: number };
  rows: readonly Row[];
}): void {
  const { alpha, strength, seeds, share } = population;
  print(`Policy ${policy.variant}, ${policy.cells} cells. ${claim}`);
  print(
    `Predicted error at ${policy.minimumBatch} devices: ${policy.predictedError.toFixed(3)} (bound 1, m ${policy.expectedSignal}). Measured here: norm of the mean histogram ${measured.meanNorm.toFixed(2)}, of its difference from the catalogue ${measured.meanDeltaNorm.toFixed(2)}; mean norm of one device’s difference ${measured.deltaNorm.toFixed(2)}.`,
  );
  print(
    `Shoppers: taste ~ Dirichlet(${alpha} · π), π ∝ share · exp(${strength} · z), drawn without looking at the shop’s order; seeds ${seeds[0]}–${seeds.at(-1)}.`,
  );
  print(`Catalogue shares: ${share.map((value) => value.toFixed(3)).join(' ')}.`);
  print(
    `Browsing: pages of ${PAGE_ITEMS} random items over ${VISIT_DAYS} days, as many as make ${EXPECTED_CLICKS[0]} to ${EXPECTED_CLICKS[1]} clicks on average; place r (from 0) is examined with (1 + r)^−${POSITION_ETA} and then clicked with ${Math.min(...share).toFixed(4)} · θ / share.`,
  );
  print(
    `NDCG at 24 of the first shelf of ${HELD_OUT} shoppers who sent nothing, mean over seeds; gain = with noise − catalogue order, 95 % interval.`,
  );
  let last = '';
  for (const row of rows) {
    if (row.population !== last) print(`\n${row.population}\n${'devices'.padStart(8)}  catalogue  with noise  without noise  gain`);
    last = row.population;
    const { gain } = row;
    const figure = (value: number): string => value.toFixed(4);
    const words = row.verdict === 'no gain' ? 'no gain' : `gain in ${row.seedsBetter} of ${seeds.length} seeds`;
    print(
      `${String(row.devices).padStart(8)}  ${figure(row.catalogueOrder).padStart(9)}  ${figure(row.withNoise).padStart(10)}  ${figure(row.withoutNoise).padStart(13)}  ${signed(gain.mean)} [${signed(gain.low)}, ${signed(gain.high)}] ${words}`,
    );
  }
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`a whole number from 1, got ${text}`);
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || !Number.isFinite(value)) throw new InvalidArgumentError(`a number from 0, got ${text}`);
  return value;
}

function counts(text: string): readonly number[] {
  return text.split(',').map(positive);
}

function variant(text: string): 'default' | 'low-epsilon' {
  if (text !== 'default' && text !== 'low-epsilon') throw new InvalidArgumentError(`default or low-epsilon, got ${text}`);
  return text;
}
