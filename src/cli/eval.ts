import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { EvalReport } from './eval/dataset.js';
import { datasets } from './eval/datasets.js';
import { createEvalProgress } from './eval/eval-progress.js';
import { missesOf, reportLines } from './eval/report.js';

interface EvalFlags {
  readonly data: string;
  readonly lists?: readonly string[];
  readonly protocol?: string;
  readonly seed: number;
  readonly tune?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `homebody eval`: the learners that ship, measured on real files. Exit code 1 with `--strict` where a target is missed. */
export function register(program: Command): void {
  program
    .command('eval')
    .description('quality of the learners on a public data set, one stated protocol each')
    .argument('<dataset>', datasets.map(({ name }) => name).join(', '))
    .requiredOption('--data <dir>', 'folder with the files of the set, gzip as they are')
    .option('--lists <file...>', 'candidate lists of a leave-one-out protocol (default: those in the folder)')
    .option('--protocol <name>', 'one part of a set that has several (ml-100k: loo, cold-start, rmse)')
    .option('--seed <n>', 'of everything that is drawn', wholeNumber, 1)
    .option('--tune', 'choose the configuration anew, on data before what is evaluated')
    .option('--strict', 'exit code 1 where a target is missed')
    .option('--json', 'print one JSON document')
    .addHelpText('after', `\nSets:\n${datasets.map(({ name, summary }) => `  ${name.padEnd(18)}${summary}`).join('\n')}`)
    .action(async (name: string, flags: EvalFlags) => {
      const report = await evaluate(name, flags);
      process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${reportLines(report).join('\n')}\n`);
      process.exitCode = flags.strict === true && missesOf(report).length > 0 ? 1 : 0;
    });
}

async function evaluate(name: string, flags: EvalFlags): Promise<EvalReport> {
  const dataset = datasets.find((each) => each.name === name);
  if (dataset === undefined) throw new Error(`no data set ${name}; known: ${datasets.map((each) => each.name).join(', ')}`);
  if (!existsSync(flags.data)) throw new Error(`--data ${flags.data}: there is no such folder`);
  for (const list of flags.lists ?? []) if (!existsSync(list)) throw new Error(`--lists ${list}: there is no such file`);
  const progress = createEvalProgress();
  try {
    return await dataset.run({
      dir: await folderOf(flags.data, name),
      lists: flags.lists ?? [],
      protocol: flags.protocol ?? null,
      seed: flags.seed,
      isTuning: flags.tune === true,
      progress: progress.tell,
    });
  } finally {
    progress.end();
  }
}

/** The folder of all sets will do too: there it is `name`, or the only one that is called `name-` and more. */
async function folderOf(dir: string, name: string): Promise<string> {
  const folders = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const close = folders.filter((folder) => folder.startsWith(`${name}-`));
  if (folders.includes(name)) return join(dir, name);
  return close.length === 1 ? join(dir, close[0]!) : dir;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError(`a whole number from 0, got ${text}`);
  return value;
}
