import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPrivacyVectors } from './privacy.js';

const reference = path.join(process.env['HOMEBODY_REFERENCE'] ?? '../shared/reference', 'privacy');

describe.skipIf(!existsSync(reference))('the reference vectors (skipped where the folder is absent)', () => {
  test('all pass, samplers with a million draws; nothing is left out', async () => {
    const result = await runPrivacyVectors(reference);
    expect(result.failures).toEqual([]);
    expect(result.passed).toBe(46 + 30 + 20 + 20 + 8 + 14 + 24 + 19 + 8 + 4 + 6 + 24 + 12);
    expect(result.skipped).toEqual([]);
  }, 180_000);
});

describe('a folder with mistakes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'homebody-privacy-'));
    const gaussian = (id: string, epsilon: number) => ({
      id,
      input: { std: 0.5, l2_sensitivity: 0.25, delta: 1e-6 },
      expected: { epsilon },
    });
    const vote = (id: string, q: [number, number]) => ({
      id,
      input: {
        J: 2,
        w: 1,
        p: [3, 4],
        n: 5500,
        population_share: [
          [1, 2],
          [1, 2],
        ],
      },
      expected: {
        likelihood_ratio: [6, 2],
        epsilon: Math.log(3),
        delta: 0,
        adjacency: 'replacement',
        q,
        cell_inclusion_probability: [0.5, 0.5],
        estimator_variance: [1 / 5500, 1 / 5500],
        noise_l2: Math.sqrt(2 / 5500),
      },
    });
    const variance = {
      id: 'wide',
      input: { distribution: 'discrete_gaussian', sigma_squared: 4 },
      expected: { pmf: { 0: 0.19947114020071635 }, variance: 4.01 },
    };
    await writeFile(
      path.join(folder, 'a.json'),
      JSON.stringify({ cases: [gaussian('right', 2.254084650219741), gaussian('wrong', 2.25408466)] }),
    );
    await writeFile(path.join(folder, 'l.json'), JSON.stringify({ cases: [vote('right', [1, 4]), vote('wrong q', [1, 5])] }));
    await writeFile(path.join(folder, 'g.json'), JSON.stringify({ cases: [variance] }));
    await writeFile(
      path.join(folder, 'later.json'),
      JSON.stringify({ cases: [{ id: 'x', input: { shuffled: 3 }, expected: { epsilon: 0 } }] }),
    );
    await writeFile(path.join(folder, 'schema.json'), '{}');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('counts each failing case and says what differs', async () => {
    const result = await runPrivacyVectors(folder, 1_000);
    expect({ passed: result.passed, failed: result.failed, skipped: result.skipped }).toEqual({
      passed: 2,
      failed: 3,
      skipped: ['later.json'],
    });
    expect(result.failures.map(({ id }) => id)).toEqual(['wrong', 'wide', 'wrong q']);
    expect(result.failures[2]?.differences).toEqual(['q is 1/4, expected 1/5']);
  });
});
