import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from './open-store.js';
import type { RoundStore } from './round-store.js';

/**
 * kill −9 between any two steps: a child process lives a short life (policy, two groups, the end of the round, a group
 * of the next) and kills itself before its n-th statement, or right after it sent it, without having heard the answer.
 * Then whatever it had heard of is there, whatever it had not is there wholly or not at all, and the same life again from
 * the start ends where an undisturbed one does.
 */
export function describeKills(name: string, freshStore: () => Promise<string>): void {
  // Inside the repository, so that Node finds the packages; the process under test is plain Node without Vite.
  const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const program = mkdtempSync(path.join(cache, 'kill-store-'));
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('./killed-life.contract.ts', import.meta.url));
    await build({ configFile: false, logLevel: 'error', build: { ssr: entry, outDir: program, emptyOutDir: true, minify: false } });
    writeFileSync(path.join(program, 'package.json'), '{"type": "module"}');
  }, 60_000);
  afterAll(() => rmSync(program, { recursive: true }));

  /** What it had heard of before it died, and whether it did. */
  const live = async (
    store: string,
    killAt: number,
    when: 'before' | 'sent',
  ): Promise<{ readonly steps: string[]; readonly isKilled: boolean }> => {
    const child = spawn(process.execPath, [path.join(program, 'killed-life.contract.js'), store, String(killAt), when], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    const [code, signal] = await once(child, 'close');
    if (signal !== 'SIGKILL') expect(code).toBe(0);
    return { steps: output.split('\n').filter((line) => line !== ''), isKilled: signal === 'SIGKILL' };
  };
  const look = async (address: string): Promise<string> => {
    const store = await openStore(address);
    const seen = await describeState(store);
    await store.close();
    return seen;
  };

  describe(`a process killed between any two steps: ${name}`, () => {
    /** States an undisturbed life passes through; the rounds as `number phase reports sums`. */
    const states = [
      '',
      '1 open 0 0,0,0',
      '1 collecting 2 1,2,0',
      '1 collecting 3 1,2,4',
      '2 open 0 0,0,0; 1 closed 3 1,2,4; model 1',
      '2 collecting 1 0,0,8; 1 closed 3 1,2,4; model 1',
    ];
    const isFull = process.env['HOMEBODY_FULL'] === '1';

    test('leaves what it was told of, nothing by halves, and can go on', { timeout: isFull ? 600_000 : 120_000 }, async () => {
      let kills = 0;
      const kill = async (at: number, when: 'before' | 'sent'): Promise<boolean> => {
        const store = await freshStore();
        const { steps, isKilled } = await live(store, at, when);
        const state = states.indexOf(await look(store));
        expect(state, `killed ${when} statement ${at}, after ${steps.join(' ')}`).toBeGreaterThanOrEqual(steps.length);
        expect(state).toBeLessThanOrEqual(steps.length + (isKilled ? 1 : 0));
        if (!isKilled) return false;
        kills++;
        if (isFull || at % 5 === 0) {
          expect((await live(store, 1e9, 'before')).steps).toHaveLength(5);
          expect(await look(store)).toBe(states[5]);
        }
        return true;
      };
      let isOver = false;
      for (let at = 1; !isOver; at += isFull ? 1 : 6) {
        const alive = await Promise.all([kill(at, 'before'), kill(at + (isFull ? 0 : 3), 'sent')]);
        isOver = alive.includes(false);
      }
      expect(kills).toBeGreaterThanOrEqual(4); // else the life has become too short to be worth killing
      process.stderr.write(`${name}: ${kills} kills −9\n`);
    });
  });
}

async function describeState(store: RoundStore): Promise<string> {
  const rounds = await store.rounds('taste', 9);
  const model = await store.model('taste', 'latest');
  const words = rounds.map(({ round, phase, tally }) => `${round} ${phase} ${tally.reports} ${tally.sums.join(',')}`);
  return [...words, ...(model === null ? [] : [`model ${model.version}`])].join('; ');
}
