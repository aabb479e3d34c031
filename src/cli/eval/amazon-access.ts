import { allPairs, crossFeatures, fieldFeature } from '../../core/features/crosses.js';
import { hashFeatures } from '../../core/features/hashed-features.js';
import type { LinearRule } from '../../core/learners/kernel-types.js';
import type { SparseRow } from '../../core/learners/linear-batch.js';
import { readTable } from './csv.js';
import type { Dataset } from './dataset.js';
import { findTable } from './find-table.js';
import { progressiveDataset } from './progressive-set.js';

const fields = [
  'RESOURCE',
  'MGR_ID',
  'ROLE_ROLLUP_1',
  'ROLE_ROLLUP_2',
  'ROLE_DEPTNAME',
  'ROLE_TITLE',
  'ROLE_FAMILY_DESC',
  'ROLE_FAMILY',
  'ROLE_CODE',
] as const;
const pairs = allPairs(fields);
const hashBits = 18;

interface Request {
  readonly label: 0 | 1;
  readonly ids: Readonly<Record<string, string>>;
}

async function readRequests(dir: string): Promise<readonly Request[]> {
  const file = await findTable(dir, 'train_first24577.csv', '.csv');
  const requests: Request[] = [];
  for await (const row of readTable(file, ['ACTION', ...fields]))
    requests.push({
      label: row.choice('ACTION', ['0', '1']) === '1' ? 1 : 0,
      ids: Object.fromEntries(fields.map((field) => [field, row.text(field)])),
    });
  return requests;
}

/** Each id, and each pair of ids, as one feature. */
function encodeRequests(requests: readonly Request[]): readonly SparseRow[] {
  return requests.map(({ label, ids }) => {
    const names = ['bias', ...fields.map((field) => fieldFeature(field, ids[field]!)), ...crossFeatures(ids, pairs)];
    const features = names.map((name): [string, number] => [name, 1]);
    return { ...hashFeatures(features, hashBits), label };
  });
}

const rates = [0.02, 0.05, 0.1, 0.2];

export const amazonAccess: Dataset = progressiveDataset({
  name: 'amazon-access',
  summary: 'Amazon employee access: will this request be granted? Hashed ids and pairs, one pass progressive, file order',
  protocol: 'each request is predicted, then learned, once, in file order; 9 ids and all 36 pairs of them, hashed into 2^18',
  read: ({ dir }) => readRequests(dir),
  encodings: { 'ids and pairs': encodeRequests },
  hashBits,
  fixed: { encoding: 'ids and pairs', rule: { learningRate: 0.1, l2: 0, epsilon: 0.3 } },
  rules: [
    ...rates.flatMap((learningRate): LinearRule[] => [1e-6, 0.1, 0.3, 1].map((epsilon) => ({ learningRate, l2: 0, epsilon }))),
    ...rates.flatMap((learningRate): LinearRule[] => [0, 0.1].map((l1) => ({ kind: 'ftrl', learningRate, l1, l2: 0.1, epsilon: 1 }))),
  ],
  targets: { auc: 0.8, logloss: 0.178 },
  published: { 'AdaGrad, learning rate .05': { auc: 0.8045, logloss: 0.1776 } },
});
