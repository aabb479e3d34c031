import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Demo } from '../demo/start.js';
import { distDir, startBuiltDemo } from './support/demo.js';

/** The command as an operator runs it: the built file, its exit codes and what it prints. */

const cli = path.join(distDir, 'cli.js');
const reference = process.env['HOMEBODY_REFERENCE'] ?? '../shared/reference';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'homebody-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function homebody(...args: readonly string[]): Promise<Run> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 1 << 26 })) };
  } catch (thrown) {
    return thrown as Run; // a child that ended with another code: it carries the same three
  }
}

test('every command has a help of its own, and an unknown one is refused', async () => {
  for (const command of ['serve', 'simulate', 'catalogue', 'conformance', 'doctor']) {
    const { code, stdout } = await homebody(command, '--help');
    expect(code, command).toBe(0);
    expect(stdout, command).toContain('Usage: homebody');
  }
  const unknown = await homebody('sing');
  expect(unknown.code).not.toBe(0);
  expect(unknown.stderr).toContain('sing');
});

test('a catalogue is built from plain JSON, and a record that is none is named', async () => {
  const feed = path.join(folder, 'feed.json');
  await writeFile(
    feed,
    JSON.stringify([
      { id: 'a', name: 'One', categories: ['Blues'], price: 3 },
      { id: 'b', name: 'Two', categories: ['Reds'], price: 4 },
    ]),
  );
  const built = await homebody('catalogue', 'build', feed, '--out', path.join(folder, 'catalogue'), '--json');
  expect(built.code, built.stderr).toBe(0);
  const manifest = JSON.parse(await readFile(path.join(folder, 'catalogue/manifest.json'), 'utf8')) as { items: number };
  expect(manifest.items).toBe(2);
  expect((await readdir(path.join(folder, 'catalogue'))).some((name) => name.endsWith('.bin.br'))).toBe(true);

  await writeFile(feed, JSON.stringify([{ name: 'no id' }]));
  const refused = await homebody('catalogue', 'build', feed, '--out', path.join(folder, 'other'));
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/item 1: no id/);
});

test('conformance passes every vector and every payload, and leaves nothing out', async ({ skip }) => {
  if (!existsSync(path.join(reference, 'privacy'))) skip('no reference vectors here; set HOMEBODY_REFERENCE');
  const { code, stdout, stderr } = await homebody(
    'conformance',
    '--privacy',
    path.join(reference, 'privacy'),
    '--events',
    path.join(reference, 'events'),
    '--json',
  );
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout) as Record<'privacy' | 'events', { passed: number; failed: number; skipped: string[] }>;
  expect(result.privacy).toMatchObject({ failed: 0, passed: 235, skipped: [] });
  expect(result.events).toMatchObject({ failed: 0, passed: 26, skipped: [] });
});

test(
  'the prior of one private round beats the catalogue order in at least 9 of 10 seeds, and a crowd without a common taste gains nothing',
  { timeout: 240_000 },
  async () => {
    const { code, stdout, stderr } = await homebody('simulate', '--devices', '500', '--json');
    expect(code, stderr).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: { population: string; gain: { low: number }; seedsBetter: number; verdict: string }[] };
    const [common, control] = rows;
    expect(common!.seedsBetter).toBeGreaterThanOrEqual(9);
    expect(common!.gain.low).toBeGreaterThan(0);
    expect(control).toMatchObject({ population: 'no common taste (control)', verdict: 'no gain' });
  },
);

describe('against the running demo', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startBuiltDemo();
  });
  afterAll(() => demo.close());

  test('doctor finds nothing wrong with the demo shop', async () => {
    const { code, stdout, stderr } = await homebody('doctor', demo.shopUrl, '--json');
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('120 of 120');
  });

  test('simulate sends sealed reports over HTTP, and each is counted once', async () => {
    const { code, stdout, stderr } = await homebody('simulate', '--endpoint', demo.endpoint.url, '--site', 'demo', '--devices', '60');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/60 of 60 reports/);
    // the task list is made once a second
    const counted = async (): Promise<number> => {
      const { tasks } = (await (await fetch(`${demo.endpointUrl}v1/tasks/demo`)).json()) as { tasks: { round: { reports: number } }[] };
      return tasks[0]!.round.reports;
    };
    await expect.poll(counted, { timeout: 10_000 }).toBe(60);
  });
});
