import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { SdkError } from '../core/errors.js';
import { buildFolder } from './catalogue/build-folder.js';
import { parseFeed } from './catalogue/parse-feed.js';
import { renderReport, sizeLines } from './catalogue/report.js';

export interface CatalogueBuildOptions {
  readonly out: string;
  readonly pool: number;
  readonly refit?: boolean;
  readonly json?: boolean;
}

/** `homebody catalogue build`: exit code 0 built, 1 built but over a budget or refused for a bad feed, 2 could not be tried. */
export function register(program: Command): void {
  const catalogue = program.command('catalogue').description('catalogue chunks for the devices, from the shop’s own feed');
  catalogue
    .command('build')
    .description('write content-hashed columns, a manifest and a delta on the build before')
    .argument('<feed>', 'Google Merchant XML or CSV/TSV, Shopify products.json, or plain JSON')
    .requiredOption('--out <dir>', 'folder to serve; what the next build needs is kept in it')
    .option('--pool <items>', 'items of the pool that every consenting visitor fetches', atLeastOne, 5_000)
    .option('--refit', 'fit the item vectors anew (every user vector starts over)')
    .option('--json', 'print one JSON document')
    .action(async (feed: string, options: CatalogueBuildOptions) => {
      process.exitCode = await catalogueBuild(feed, options, Date.now(), {
        out: (text) => process.stdout.write(`${text}\n`),
        error: (text) => process.stderr.write(`homebody: ${text}\n`),
        // A large shop takes a quarter of a minute: a person at a terminal sees that something goes on.
        stage: (text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`),
      });
    });
}

export async function catalogueBuild(
  feedPath: string,
  options: CatalogueBuildOptions,
  nowMs: number,
  print: { readonly out: (text: string) => void; readonly error: (text: string) => void; readonly stage?: (text: string) => void },
): Promise<number> {
  let text: string;
  try {
    text = await readFile(feedPath, 'utf8');
  } catch (thrown) {
    print.error(`${feedPath} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return 2;
  }
  try {
    print.stage?.('reading the feed …');
    const feed = parseFeed(text, basename(feedPath));
    print.stage?.(`building ${feed.items.length.toLocaleString('en')} items …`);
    const build = await buildFolder(feed.items, options.out, { poolSize: options.pool, nowMs, refit: options.refit === true });
    print.stage?.('');
    const sizes = sizeLines(build);
    const isWithin = sizes.every((line) => line.ok !== false);
    if (options.json === true) {
      const tiers = { pool: build.pool.build, ...(build.all === null ? {} : { all: build.all.build }) };
      const summary = Object.fromEntries(
        Object.entries(tiers).map(([tier, { kind, manifest, removed, added, offers }]) => [
          tier,
          { kind, version: manifest.version, items: manifest.items, removed, added, offers },
        ]),
      );
      print.out(
        JSON.stringify({
          ok: isWithin,
          records: feed.records,
          items: feed.items.length,
          problems: feed.problems,
          notices: build.notices,
          ...summary,
          sizes,
        }),
      );
    } else print.out(renderReport(feed, build, options.out));
    return isWithin ? 0 : 1;
  } catch (thrown) {
    print.stage?.('');
    if (!(thrown instanceof SdkError) || thrown.code !== 'catalogue-invalid') throw thrown;
    print.error(thrown.message);
    return 1;
  }
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`got ${text}, expected a whole number from 1.`);
  return value;
}
