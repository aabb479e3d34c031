import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runEventFixtures } from './events.js';

const reference = path.join(process.env['HOMEBODY_REFERENCE'] ?? '../shared/reference', 'events');

test('every fixture of our own passes', async () => {
  const result = await runEventFixtures('src/page/adapters/fixtures');
  expect(result.failures).toEqual([]);
  expect(result.passed).toBeGreaterThanOrEqual(40);
  expect(result.skipped).toEqual([]);
});

describe.skipIf(!existsSync(reference))('the reference fixtures (skipped where the folder is absent)', () => {
  test('pass whole, of every source; the schema is no fixture', async () => {
    const result = await runEventFixtures(reference);
    expect(result.failures).toEqual([]);
    expect(result.passed).toBe(26);
    expect(result.skipped).toEqual([]);
  });
});

describe('a folder with mistakes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'homebody-events-'));
    const input = ['event', 'view_item', { items: [{ item_id: 'A' }] }];
    const view = { type: 'view', source: 'ga4', items: [{ id: 'A' }] };
    const fixtures = [
      { id: 'right', source: 'ga4', input, expected: [{ items: [{ id: 'A' }], source: 'ga4', type: 'view' }] },
      { id: 'wrong id', source: 'ga4', input, expected: [{ ...view, items: [{ id: 'B' }] }] },
      { id: 'one key more', source: 'ga4', input, expected: [{ ...view, value: 3 }] },
    ];
    await writeFile(path.join(folder, 'ga4.json'), JSON.stringify(fixtures));
    await writeFile(path.join(folder, 'later.json'), '[]');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('counts each failing fixture and says what came out', async () => {
    const result = await runEventFixtures(folder);
    expect({ passed: result.passed, failed: result.failed, skipped: result.skipped }).toEqual({
      passed: 1,
      failed: 2,
      skipped: ['later.json'],
    });
    expect(result.failures.map(({ id, got }) => ({ id, got }))).toEqual([
      { id: 'wrong id', got: [{ type: 'view', source: 'ga4', items: [{ id: 'A' }] }] },
      { id: 'one key more', got: [{ type: 'view', source: 'ga4', items: [{ id: 'A' }] }] },
    ]);
  });
});
