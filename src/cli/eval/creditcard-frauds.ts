import { fieldFeature } from '../../core/features/crosses.js';
import { hashFeatures } from '../../core/features/hashed-features.js';
import { standardiseRow, type ColumnMoments } from '../../core/features/running-moments-columns.js';
import type { SparseRow } from '../../core/learners/linear-batch.js';
import { log } from '../../core/learners/sigmoid.js';
import { readTable } from './csv.js';
import type { Dataset } from './dataset.js';
import { findTable } from './find-table.js';
import { progressiveDataset, streamRules } from './progressive-set.js';
import { shuffled } from './shuffled.js';

/** Principal components; what they were made of is not published. */
const components = Array.from({ length: 28 }, (_, at) => `V${at + 1}`);
/** Standard deviations; frauds lie far out. */
const limit = 8;
const hashBits = 12;

interface Payment {
  readonly label: 0 | 1;
  readonly numbers: Readonly<Record<string, number>>;
}

async function readPayments(dir: string): Promise<readonly Payment[]> {
  const payments: Payment[] = [];
  const file = await findTable(dir, 'creditcard_4000legit_492fraud.csv', '.csv');
  for await (const row of readTable(file, [...components, 'Amount', 'Class']))
    payments.push({
      label: row.choice('Class', ['0', '1']) === '1' ? 1 : 0,
      numbers: Object.fromEntries([
        ...components.map((name) => [name, row.number(name)]),
        ['Amount', log(1 + Math.max(0, row.number('Amount')))],
      ]),
    });
  return payments;
}

/** `levels`: also the whole part of each standardised number, as a class of its own: far out counts on either side. */
function encoderOf(hasLevels: boolean): (payments: readonly Payment[]) => readonly SparseRow[] {
  return (payments) => {
    let seen: ColumnMoments = {};
    return payments.map(({ label, numbers }) => {
      const { values, seen: next } = standardiseRow(seen, numbers, limit);
      seen = next;
      const features: [string, number][] = [['bias', 1], ...Object.entries(values)];
      if (hasLevels) for (const [name, value] of Object.entries(values)) features.push([fieldFeature(name, String(Math.round(value))), 1]);
      return { ...hashFeatures(features, hashBits), label };
    });
  };
}

export const creditcardFrauds: Dataset = progressiveDataset({
  name: 'creditcard-frauds',
  summary: 'Credit card frauds, a biased sample: a smoke test of rare classes. One pass progressive, shuffled by seed',
  protocol:
    'each payment is predicted, then learned, once, in an order drawn by the seed; without Time; numbers in standard deviations of those before; the share of frauds is not the natural one',
  isShuffled: true,
  read: async ({ dir, seed }) => shuffled(await readPayments(dir), seed),
  encodings: { plain: encoderOf(false), levels: encoderOf(true) },
  hashBits,
  fixed: { encoding: 'levels', rule: { learningRate: 0.2, l2: 0, epsilon: 1 } },
  rules: streamRules,
});
