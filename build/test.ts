import { mkdir, readFile, rm } from 'node:fs/promises';
import { checkSteps } from './check.js';
import { prepareMachine } from './prepare-machine.js';
import { runStep } from './steps.js';

/**
 * `npm test`: everything, on a machine that may have nothing but Node and npm. Ends with `N passed, N failed, N skipped`, where each
 * test, and each static check, counts as one. `--full` sets HOMEBODY_FULL=1: the long slices of the statistical tests.
 */
export async function main(args: readonly string[]): Promise<number> {
  const env = args.includes('--full') ? { HOMEBODY_FULL: '1' } : {};
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const count = (ok: boolean): void => {
    if (ok) passed++;
    else failed++;
  };

  await prepareMachine();
  for (const [name, command] of checkSteps) count((await runStep(name, command)).ok);

  // The package and the demo first: the end-to-end tests drive what is delivered, not the source.
  const built = await runStep('build', ['node', 'build/run.mjs', 'build/build.ts']);
  count(built.ok);
  if (built.ok) {
    count((await runStep('build of the demo', ['node', 'build/run.mjs', 'build/build-demo.ts'])).ok);
    count((await runStep('size', ['node', 'build/run.mjs', 'build/size.ts'])).ok);
    count((await runStep('package', ['node', 'build/run.mjs', 'build/pack.ts'])).ok);
    count((await runStep('publint', ['publint', '--strict', '.cache/package'])).ok);
    count(
      (
        await runStep('are the types wrong', [
          'attw',
          '--pack',
          '.cache/package',
          '--profile',
          'esm-only',
          '--exclude-entrypoints',
          './script',
          './worker',
          './simd',
          './webgl',
          './later',
          './rounds',
          './participation',
          './storefront',
          './snippet',
        ])
      ).ok,
    );
  }

  await rm('.cache/results', { recursive: true, force: true });
  await mkdir('.cache/results', { recursive: true });
  for (const project of ['node', 'browser', 'e2e']) {
    const file = `.cache/results/${project}.json`;
    const step = await runStep(
      `${project} tests`,
      ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      env,
    );
    const counts = await readCounts(file);
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.skipped;
    // A crash of the runner leaves no failed test behind: it counts as one itself.
    if (!step.ok && counts.failed === 0) failed++;
  }
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function readCounts(file: string): Promise<Counts> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as { numPassedTests: number; numFailedTests: number; numPendingTests: number };
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }; // the runner wrote nothing: its exit code says so
  }
}
