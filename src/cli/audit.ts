import { InvalidArgumentError, type Command } from 'commander';
import { printAudit } from './audit/report.js';
import { FALSE_ALARM, FULL_REPORTS, isBeaten, runAudit } from './audit/run-audit.js';
import { createProgress } from './simulate/progress.js';

interface AuditFlags {
  readonly reports: number;
  readonly seeds: number;
  readonly json?: boolean;
  readonly progressJson?: boolean;
}

/** `homebody audit`: attacks what ships, by opened reports and the public policy alone; exit code 1 where a claim is beaten. */
export function register(program: Command): void {
  program
    .command('audit')
    .description('attack the private rounds that ship, and compare what leaks with what is claimed')
    .option('--reports <n>', 'reports per world', whole, FULL_REPORTS)
    .option('--seeds <n>', 'independent repeats', whole, 1)
    .option('--json', 'print one JSON document')
    .option('--progress-json', 'progress as JSON lines on standard error')
    .action(async (flags: AuditFlags) => {
      process.exitCode = await audit(flags, (line) => void process.stdout.write(`${line}\n`));
    });
}

async function audit(flags: AuditFlags, print: (line: string) => void): Promise<number> {
  const seeds = Array.from({ length: flags.seeds }, (_, at) => at + 1);
  let progress: ReturnType<typeof createProgress> | undefined;
  const results = await runAudit({
    reports: flags.reports,
    seeds,
    onAttack: async (done, of) => {
      progress ??= createProgress(of, 'attacks', flags.progressJson === true);
      progress.add(done);
      await new Promise((resolve) => setImmediate(resolve)); // lets the progress out
    },
  });
  progress?.end();
  const beaten = isBeaten(results);
  if (flags.json === true) {
    print(
      JSON.stringify({
        reports: flags.reports,
        seeds,
        falseAlarm: FALSE_ALARM,
        beaten,
        results: results.map(({ policy, seed, findings }) => ({ task: policy.taskId, seed, findings })),
      }),
    );
  } else printAudit(results, flags.reports, print);
  return beaten ? 1 : 0;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`a whole number from 1, got ${text}`);
  return value;
}
