import Database from 'better-sqlite3';
import pg from 'pg';
import { examplePolicy } from '../../wire/example-policies.contract.js';
import { nextRound } from '../round.js';
import { openStore } from './open-store.js';

/** The process that `kill.contract.ts` starts: STORE, the number of the statement it dies at, and `before` or `sent`. */

const [address, killAt, when] = process.argv.slice(2) as [string, string, 'before' | 'sent'];
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal may take a moment; nothing more may happen meanwhile
};

let statements = 0;
let isArmed = false;
/** The test's only hand in the store: it counts what is asked of the database. */
function counted<T>(ask: () => T): T {
  if (!isArmed || ++statements !== Number(killAt)) return ask();
  if (when === 'before') die();
  const answer = ask();
  if (answer instanceof Promise) setImmediate(die); // sent, and perhaps done there; the answer is never read
  else die();
  return answer;
}

const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]): never {
  return counted(() => query.apply(this, args)) as never; // the overloads of `query` are not ours to repeat
};
const statement = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1')) as Record<
  'run' | 'get' | 'all',
  (...args: unknown[]) => unknown
>;
for (const name of ['run', 'get', 'all'] as const) {
  const original = statement[name];
  statement[name] = function (this: unknown, ...args: unknown[]): unknown {
    return counted(() => original.apply(this, args));
  };
}

const hex = (byte: number, bytes: number): string => byte.toString(16).padStart(2, '0').repeat(bytes);
const opening = { policyHash: hex(7, 32), opensAtMs: 1_000, closesAtMs: 61_000, size: 3 };
const report = (id: number, addend: readonly number[], round = 1) => ({
  reportId: hex(id, 16),
  bodyHash: hex(id, 32),
  taskId: 'taste',
  round,
  addend,
});
const done = (step: string): void => void process.stdout.write(`${step}\n`);

const store = await openStore(address);
isArmed = true;
await store.publishPolicy({ taskId: 'taste', policyHash: opening.policyHash, policy: examplePolicy(), publishedAtMs: 1_000 }, opening);
done('published');
await store.commitReports([report(1, [1, 0, 0]), report(2, [0, 2, 0]), report(1, [1, 0, 0])]);
done('first');
await store.commitReports([report(2, [0, 2, 0]), report(3, [0, 0, 4])]);
done('second');
await store.endRound('taste', 1, (running, latestVersion) => {
  const round = nextRound(running, { kind: 'ended', atMs: 62_000, minimumBatch: 1 });
  const model = {
    protocol: 1 as const,
    taskId: 'taste',
    version: latestVersion + 1,
    policyHash: round.policyHash,
    round: 1,
    publishedAtMs: 62_000,
    reports: round.tally.reports,
    estimate: [...round.tally.sums],
    noiseL2: 0.1,
    claim: 'a claim',
  };
  return { round, model, next: { ...opening, opensAtMs: 62_000, closesAtMs: 122_000 } };
});
done('ended');
await store.commitReports([report(4, [0, 0, 8], 2)]);
done('next');
isArmed = false;
await store.close();
