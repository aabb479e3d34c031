import type { Command } from 'commander';
import { runEventFixtures } from './conformance/events.js';
import { runPrivacyVectors } from './conformance/privacy.js';

export interface ConformanceOptions {
  readonly privacy?: string;
  readonly events?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** `homebody conformance`: runs reference vectors and event fixtures; exit code 1 on any failure. */
export function register(program: Command): void {
  program
    .command('conformance')
    .description('run reference vectors (privacy) and payload fixtures (events) of a folder')
    .option('--privacy <dir>', 'folder of privacy vectors')
    .option('--events <dir>', 'folder of event fixtures')
    .option('--strict', 'files that are not yet supported count as failures')
    .option('--json', 'print one JSON document')
    .action(async (options: ConformanceOptions) => {
      process.exitCode = await conformance(options, (line) => process.stdout.write(`${line}\n`));
    });
}

export async function conformance(options: ConformanceOptions, print: (line: string) => void): Promise<number> {
  if (options.privacy === undefined && options.events === undefined) {
    throw new Error('conformance needs --privacy DIR, --events DIR or both');
  }
  const sections = {
    ...(options.privacy === undefined ? {} : { privacy: await runPrivacyVectors(options.privacy) }),
    ...(options.events === undefined ? {} : { events: await runEventFixtures(options.events) }),
  };
  const results = Object.entries(sections);
  const failed = results.reduce((sum, [, result]) => sum + result.failed, 0);
  const skipped = results.reduce((sum, [, result]) => sum + result.skipped.length, 0);
  if (options.json === true) print(JSON.stringify(sections));
  else {
    for (const [name, result] of results) {
      for (const failure of result.failures) print(`FAIL ${name} ${JSON.stringify(failure)}`);
      for (const file of result.skipped) print(`skip ${name} ${file}: not yet supported`);
      print(`${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped.length} files skipped`);
    }
  }
  return failed > 0 || (options.strict === true && skipped > 0) ? 1 : 0;
}
