import os from 'node:os';
import { launchBrowser } from '../support/browser.js';
import type { Bench, BenchContext } from './bench.js';
import { catalogueBench } from './catalogue.js';
import { acknowledgeBench, enginesBench } from './compute.js';
import { serverBench } from './server.js';
import { speedBenches } from './speed.js';
import { trackBench } from './track.js';
import { visitBench } from './visit.js';

export const benches: readonly Bench[] = [
  trackBench,
  acknowledgeBench,
  enginesBench,
  ...speedBenches,
  catalogueBench,
  visitBench,
  serverBench,
];

/**
 * `npm run bench -- [name…]`: one JSON line per figure on standard output, progress on standard error. Exit code 1 where a
 * target is missed, 2 for an unknown name.
 */
export async function main(names: readonly string[]): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    say(`unknown: ${unknown.join(', ')}; expected some of ${benches.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const started = launchBrowser();
  const context: BenchContext = { say, browser: () => started };
  let isMissed = false;
  try {
    say(
      `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} cores, Node ${process.version}, Chromium ${(await context.browser()).version()}`,
    );
    for (const bench of benches) {
      if (names.length > 0 && !names.includes(bench.name)) continue;
      say(`${bench.name} …`);
      for (const figure of await bench.run(context)) {
        process.stdout.write(`${JSON.stringify(figure)}\n`);
        isMissed ||= figure.ok === false;
      }
    }
  } finally {
    await (await started).close();
  }
  return isMissed ? 1 : 0;
}
