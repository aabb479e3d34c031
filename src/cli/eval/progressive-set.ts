import { calibrationBins } from '../../core/evaluation/calibration-error.js';
import { logLoss } from '../../core/evaluation/log-loss.js';
import type { LinearRule } from '../../core/learners/kernel-types.js';
import type { SparseRow } from '../../core/learners/linear-batch.js';
import { sigmoid } from '../../core/learners/sigmoid.js';
import { chooseLeast } from './choose.js';
import type { Dataset, EvalContext, EvalMetrics, EvalReport } from './dataset.js';
import { binaryMetrics, learnProgressively, runningBaseRate } from './progressive.js';

/** What `--tune` chooses among: one way to encode, one rule. */
export interface LinearConfig {
  readonly encoding: string;
  readonly rule: LinearRule;
}

/** A stream of yes and no, predicted row by row before each is learned. `Row` is a record of the file as read. */
export interface ProgressiveSet<Row> {
  readonly name: string;
  readonly summary: string;
  readonly protocol: string;
  /** The order is drawn by the seed. Default false: that of the file. */
  readonly isShuffled?: boolean;
  /** Rows in the order of the stream. */
  read(context: EvalContext): Promise<readonly Row[]>;
  /** Name → encoder of the whole stream; what it knows of a row comes from that row and those before it. */
  readonly encodings: Readonly<Record<string, (rows: readonly Row[]) => readonly SparseRow[]>>;
  readonly hashBits: number;
  /** The choice of `--tune` on the file the project was built with. */
  readonly fixed: LinearConfig;
  readonly rules: readonly LinearRule[];
  readonly targets?: EvalMetrics;
  readonly published?: Readonly<Record<string, EvalMetrics>>;
}

/** Share of the stream, from its start, that the configuration is chosen on. */
const EARLY_SHARE = 0.2;
const leastRows = 50;

const rates = [0.05, 0.1, 0.2, 0.4];

/** Rules for dense rows of standardised numbers and classes: AdaGrad, the same normalised, FTRL-proximal with and without L1. */
export const streamRules: readonly LinearRule[] = [
  ...rates.flatMap((learningRate): LinearRule[] =>
    [0.1, 1].flatMap((epsilon) => [
      { learningRate, l2: 0, epsilon },
      { learningRate, l2: 0, epsilon, isNormalised: true },
    ]),
  ),
  ...rates.flatMap((learningRate): LinearRule[] => [0, 0.5].map((l1) => ({ kind: 'ftrl', learningRate, l1, l2: 1, epsilon: 1 }))),
];

export function progressiveDataset<Row>(set: ProgressiveSet<Row>): Dataset {
  return {
    name: set.name,
    summary: set.summary,
    async run(context) {
      const rows = await set.read(context);
      if (rows.length < leastRows) throw new Error(`${set.name}: expected at least ${leastRows} rows, got ${rows.length}`);
      const config = context.isTuning ? tune(set, rows, context) : set.fixed;
      const encoded = set.encodings[config.encoding]!(rows);
      const scores = learnProgressively(encoded, set.hashBits, config.rule, (done) =>
        context.progress('predict, then learn', done, rows.length),
      );
      return reportOf(
        set,
        config,
        scores,
        encoded.map(({ label }) => label),
        context,
      );
    },
  };
}

function tune<Row>(set: ProgressiveSet<Row>, rows: readonly Row[], { progress }: EvalContext): LinearConfig {
  const early = rows.slice(0, earlyOf(rows.length));
  const grid = Object.keys(set.encodings).flatMap((encoding) => set.rules.map((rule) => ({ encoding, rule })));
  const encodings = new Map(Object.entries(set.encodings).map(([name, encode]) => [name, encode(early)]));
  const what = `configurations on the first ${early.length.toLocaleString('en')} rows`;
  return chooseLeast(
    grid,
    ({ encoding, rule }) => {
      const encoded = encodings.get(encoding)!;
      const labels = encoded.map(({ label }) => label);
      return logLoss(learnProgressively(encoded, set.hashBits, rule), labels);
    },
    (done, of) => progress(what, done, of),
  );
}

function earlyOf(rows: number): number {
  return Math.floor(rows * EARLY_SHARE);
}

function reportOf<Row>(
  set: ProgressiveSet<Row>,
  config: LinearConfig,
  scores: Float32Array,
  labels: readonly number[],
  { seed, isTuning }: EvalContext,
): EvalReport {
  const early = earlyOf(labels.length);
  const grid = `${Object.keys(set.encodings).length * set.rules.length} configurations`;
  const part = (rows: string, from: number, to: number): Readonly<Record<string, number | string>> => {
    const held = labels.slice(from, to);
    return {
      rows,
      count: held.length,
      positives: held.filter((label) => label === 1).length,
      ...binaryMetrics(scores.subarray(from, to), held),
    };
  };
  return {
    dataset: set.name,
    protocol: set.protocol,
    seed,
    config: {
      chosen: `least progressive logloss of ${grid} on the first ${EARLY_SHARE * 100} % of the stream${isTuning ? ', chosen anew' : `${set.isShuffled === true ? ' of seed 1' : ''}, fixed; --tune chooses anew`}`,
      ...config,
      hashBits: set.hashBits,
    },
    metrics: binaryMetrics(scores, labels),
    baselines: {
      'base rate so far': { source: 'measured', ...binaryMetrics(runningBaseRate(labels), labels) },
      ...Object.fromEntries(
        Object.entries(set.published ?? {}).map(([name, values]) => [name, { source: 'published' as const, ...values }]),
      ),
    },
    ...(set.targets !== undefined && { targets: set.targets }),
    tables: {
      'parts of the stream (the configuration was chosen on the first)': [
        part('first 20 %', 0, early),
        part('the rest', early, labels.length),
      ],
      'calibration, 10 bins of equal width': calibrationBins(Float64Array.from(scores, sigmoid), labels, 10)
        .map((bin, at) => ({ bin: `${at / 10}–${(at + 1) / 10}`, ...bin }))
        .filter(({ rows }) => rows > 0),
    },
  };
}
