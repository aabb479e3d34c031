import { runStep, type StepResult } from './steps.js';

/** Types, lint, format, unused code and the Node tests: what to run before each commit. Under a minute. */
export const checkSteps: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['types', ['tsc', '-b']],
  ['types of tests', ['tsc', '-p', 'tsconfig.test.json']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['format', ['oxfmt', '--check', '.']],
  ['unused code', ['knip', '--no-progress']],
];

export async function main(): Promise<number> {
  const results: StepResult[] = [];
  for (const [name, command] of checkSteps) results.push(await runStep(name, command));
  results.push(await runStep('unit tests', ['vitest', 'run', '--project', 'node']));
  const failed = results.filter((result) => !result.ok).length;
  console.log(`${results.length - failed} steps passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
