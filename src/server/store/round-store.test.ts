import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { examplePolicy } from '../../wire/example-policies.contract.js';
import { describeKills } from './kill.contract.js';
import { openMemoryStore } from './memory-store.js';
import { describeRoundStore } from './round-store.contract.js';
import { openSqliteStore } from './sqlite-store.js';

const folder = mkdtempSync(join(tmpdir(), 'homebody-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
let latest = '';
const newFile = (): string => (latest = join(folder, `${files++}.db`));

describeRoundStore('memory', async () => openMemoryStore());
describeRoundStore(
  'sqlite',
  async () => openSqliteStore(newFile()),
  async (store) => {
    const file = latest;
    await store.close();
    return openSqliteStore(file);
  },
  async () => openSqliteStore(latest),
);
describeKills('sqlite', async () => `sqlite:${newFile()}`);

describe('the SQLite file', () => {
  test('is refused when a newer version wrote it, and left as it is', () => {
    const file = newFile();
    const database = new Database(file);
    database.pragma('user_version = 99');
    database.close();
    expect(() => openSqliteStore(file)).toThrow(expect.objectContaining({ code: 'schema-newer' }));
    expect(new Database(file).pragma('user_version', { simple: true })).toBe(99);
  });

  test('is refused with a code where it cannot be opened', () => {
    expect(() => openSqliteStore(join(folder, 'no', 'such', 'folder.db'))).toThrow(
      expect.objectContaining({ code: 'storage-unavailable' }),
    );
  });

  test('forbids every program to change or delete a published policy', async () => {
    const file = newFile();
    const store = openSqliteStore(file);
    const policyHash = '07'.repeat(32);
    await store.publishPolicy(
      { taskId: 'taste', policyHash, policy: examplePolicy(), publishedAtMs: 1 },
      { policyHash, opensAtMs: 1, closesAtMs: 2, size: 32 },
    );
    await store.close();
    const database = new Database(file);
    expect(() => database.exec("UPDATE policies SET policy = '{}'")).toThrow('policies is append-only');
    expect(() => database.exec('DELETE FROM policies')).toThrow('policies is append-only');
    database.close();
  });
});
