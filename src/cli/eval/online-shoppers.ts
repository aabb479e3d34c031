import { crossFeatures, fieldFeature } from '../../core/features/crosses.js';
import { hashFeatures } from '../../core/features/hashed-features.js';
import { standardiseRow, type ColumnMoments } from '../../core/features/running-moments-columns.js';
import type { SparseRow } from '../../core/learners/linear-batch.js';
import { log } from '../../core/learners/sigmoid.js';
import { readTable } from './csv.js';
import type { Dataset } from './dataset.js';
import { findTable } from './find-table.js';
import { progressiveDataset, streamRules } from './progressive-set.js';

/** Pages seen and seconds spent there, and the mean value of the pages: heavy tails, so they enter as ln(1 + x). */
const counts = [
  'Administrative',
  'Administrative_Duration',
  'Informational',
  'Informational_Duration',
  'ProductRelated',
  'ProductRelated_Duration',
  'PageValues',
] as const;
const shares = ['BounceRates', 'ExitRates', 'SpecialDay'] as const;
const classes = ['Month', 'OperatingSystems', 'Browser', 'Region', 'TrafficType', 'VisitorType', 'Weekend'] as const;

/** What a page is worth says different things by season and visitor. */
const crosses = ['Month', 'VisitorType', 'TrafficType', 'Weekend'].map((field) => ['PageValues', field]);
const crossedLevels = 6;

/** Standard deviations. */
const limit = 5;
const hashBits = 16;

interface Session {
  readonly label: 0 | 1;
  readonly numbers: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, string>>;
}

async function readSessions(dir: string): Promise<readonly Session[]> {
  const file = await findTable(dir, 'online_shoppers_intention.csv', '.csv');
  const sessions: Session[] = [];
  for await (const row of readTable(file, [...counts, ...shares, ...classes, 'Revenue'])) {
    const revenue = row.choice('Revenue', ['0', '1', 'FALSE', 'TRUE']);
    sessions.push({
      label: revenue === '1' || revenue === 'TRUE' ? 1 : 0,
      numbers: Object.fromEntries([
        // The file marks “not measured” by −1 in some copies
        ...counts.map((name) => [name, log(1 + Math.max(0, row.number(name)))]),
        ...shares.map((name) => [name, row.number(name)]),
      ]),
      classes: Object.fromEntries(classes.map((name) => [name, row.text(name)])),
    });
  }
  return sessions;
}

/**
 * `plain`: standardised numbers and classes. `levels`: also the whole part of ln(1 + x) of each count, as a class of its own.
 * `crosses`: also the level of the page value with season and visitor.
 */
function encoderOf(encoding: 'plain' | 'levels' | 'crosses'): (sessions: readonly Session[]) => readonly SparseRow[] {
  return (sessions) => {
    let seen: ColumnMoments = {};
    return sessions.map((session) => {
      const standardised = standardiseRow(seen, session.numbers, limit);
      seen = standardised.seen;
      const features: [name: string, value: number][] = [['bias', 1], ...Object.entries(standardised.values)];
      for (const [field, value] of Object.entries(session.classes)) features.push([fieldFeature(field, value), 1]);
      if (encoding !== 'plain')
        for (const field of counts) features.push([fieldFeature(field, String(Math.floor(session.numbers[field]!))), 1]);
      if (encoding === 'crosses') {
        const value = session.numbers['PageValues']!;
        const level = value === 0 ? 0 : Math.min(crossedLevels, 1 + Math.floor(value));
        for (const name of crossFeatures({ ...session.classes, PageValues: String(level) }, crosses)) features.push([name, 1]);
      }
      return { ...hashFeatures(features, hashBits), label: session.label };
    });
  };
}

export const onlineShoppers: Dataset = progressiveDataset({
  name: 'online-shoppers',
  summary: 'UCI Online Shoppers: will this session buy? One pass progressive, file order',
  protocol:
    'each session is predicted, then learned, once, in file order; counts enter as ln(1 + x), numbers in standard deviations of the sessions before',
  read: ({ dir }) => readSessions(dir),
  encodings: { plain: encoderOf('plain'), levels: encoderOf('levels'), crosses: encoderOf('crosses') },
  hashBits,
  fixed: { encoding: 'crosses', rule: { learningRate: 0.1, l2: 0, epsilon: 0.1 } },
  rules: streamRules,
  targets: { auc: 0.912, logloss: 0.256, ece: 0.02 },
  published: { FTRL: { auc: 0.914, logloss: 0.253 }, AdaGrad: { auc: 0.912, logloss: 0.255 } },
});
