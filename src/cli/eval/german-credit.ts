import { fieldFeature } from '../../core/features/crosses.js';
import { hashFeatures } from '../../core/features/hashed-features.js';
import { standardiseRow, type ColumnMoments } from '../../core/features/running-moments-columns.js';
import type { SparseRow } from '../../core/learners/linear-batch.js';
import { log } from '../../core/learners/sigmoid.js';
import { readLines } from './data-file.js';
import type { Dataset } from './dataset.js';
import { findTable } from './find-table.js';
import { progressiveDataset, streamRules } from './progressive-set.js';
import { shuffled } from './shuffled.js';

/** Attributes of the file from 1 that are amounts; the other 13 of 20 are classes. Months and marks have heavy tails: ln(1 + x). */
const amounts: readonly number[] = [2, 5, 8, 11, 13, 16, 18];
const inLogarithms: readonly number[] = [2, 5, 13];
const attributes = 20;
const limit = 4;
const hashBits = 12;

interface Applicant {
  /** 1: a bad risk. */
  readonly label: 0 | 1;
  readonly numbers: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, string>>;
}

async function readApplicants(dir: string): Promise<readonly Applicant[]> {
  const applicants: Applicant[] = [];
  let line = 0;
  for await (const text of readLines(await findTable(dir, 'german.data', '.data'))) {
    line++;
    const fields = text.trim().split(/\s+/u);
    const risk = fields[attributes];
    if (fields.length !== attributes + 1 || (risk !== '1' && risk !== '2'))
      throw new Error(
        `german.data line ${line}: expected ${attributes} attributes and a class 1 or 2, got ${fields.length} fields, the last “${fields.at(-1)}”`,
      );
    const numbers: Record<string, number> = {};
    const classes: Record<string, string> = {};
    for (const [at, field] of fields.slice(0, attributes).entries()) {
      const name = `a${at + 1}`;
      if (!amounts.includes(at + 1)) {
        classes[name] = field;
        continue;
      }
      const value = Number(field);
      if (!Number.isFinite(value) || value < 0)
        throw new Error(`german.data line ${line}, attribute ${at + 1}: expected a number from 0, got “${field}”`);
      numbers[name] = inLogarithms.includes(at + 1) ? log(1 + value) : value;
    }
    applicants.push({ label: risk === '2' ? 1 : 0, numbers, classes });
  }
  return applicants;
}

function encodeApplicants(applicants: readonly Applicant[]): readonly SparseRow[] {
  let seen: ColumnMoments = {};
  return applicants.map(({ label, numbers, classes }) => {
    const standardised = standardiseRow(seen, numbers, limit);
    seen = standardised.seen;
    const named = Object.entries(classes).map(([field, value]): [string, number] => [fieldFeature(field, value), 1]);
    return { ...hashFeatures([['bias', 1], ...Object.entries(standardised.values), ...named], hashBits), label };
  });
}

export const germanCredit: Dataset = progressiveDataset({
  name: 'german-credit',
  summary: 'Statlog German Credit: is this applicant a bad risk? One pass progressive, shuffled by seed',
  protocol:
    'each applicant is predicted, then learned, once, in an order drawn by the seed; numbers in standard deviations of those before',
  isShuffled: true,
  read: async ({ dir, seed }) => shuffled(await readApplicants(dir), seed),
  encodings: { 'classes and amounts': encodeApplicants },
  hashBits,
  fixed: { encoding: 'classes and amounts', rule: { learningRate: 0.1, l2: 0, epsilon: 0.1 } },
  rules: streamRules,
});
