import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FULL_REPORTS } from '../src/cli/audit/run-audit.js';
import { floatNoise } from './audit/float-noise.js';
import { mutants, type Mutant } from './audit/mutants.js';
import { applyPatch, buildPatchedAudit } from './audit/patched-audit.js';

/**
 * `node build/run.mjs build/audit-mutants.ts [--seeds N] [--reports N]`: the audit of the clean source on N seeds, then of
 * every mutant on one. Exit code 1 where a clean seed is accused or a mutant is not found. A development command: it needs
 * the source.
 */
export async function main(args: readonly string[]): Promise<number> {
  const seeds = numberOf(args, '--seeds', 20);
  const reports = numberOf(args, '--reports', FULL_REPORTS);
  let failed = 0;
  const tell = (isGood: boolean, line: string): void => {
    if (!isGood) failed++;
    console.log(`${isGood ? 'ok  ' : 'FAIL'} ${line}`);
  };
  const offences = floatNoise(await privacySources([]));
  tell(offences.length === 0, `no floating-point noise in src/core/privacy ${offences.join('; ')}`);
  const accused = await accusedSeeds(seeds, reports);
  tell(accused.length === 0, `clean source: ${seeds - accused.length} of ${seeds} seeds pass ${accused.join('; ')}`);
  for (const mutant of mutants) {
    const found = await findMutant(mutant, reports);
    tell(found.includes(mutant.by), `${mutant.name}: found by ${found.length === 0 ? 'nothing' : found.join(', ')}`);
  }
  console.log(`${mutants.length} mutants, ${seeds} clean seeds, ${reports} reports a world: ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Seeds at which the clean source is accused, with what of. The false-alarm rate holds for all seeds together. */
export async function accusedSeeds(seeds: number, reports: number): Promise<readonly string[]> {
  const audit = await buildPatchedAudit([]);
  try {
    const results = await audit.run({ reports, seeds: Array.from({ length: seeds }, (_, at) => at + 1) });
    return results.flatMap(({ policy, seed, findings }) =>
      findings
        .filter(({ verdict }) => verdict !== 'holds')
        .map(({ attack, measure, verdict }) => `seed ${seed} ${policy.taskId}: ${attack} (${measure}) ${verdict}`),
    );
  } finally {
    await audit.close();
  }
}

/** Names of the attacks that find it, once each. */
export async function findMutant({ patches, task, by }: Mutant, reports: number): Promise<readonly string[]> {
  if (by === 'static') return floatNoise(await privacySources(patches)).length > 0 ? ['static'] : [];
  const audit = await buildPatchedAudit(patches);
  try {
    const results = await audit.run({ reports, seeds: [1], only: [task] });
    const found = results.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict !== 'holds'));
    return [...new Set(found.map(({ attack }) => attack))];
  } finally {
    await audit.close();
  }
}

/** The sources of `src/core/privacy`, by file name, patched. */
export async function privacySources(patches: Mutant['patches']): Promise<ReadonlyMap<string, string>> {
  const folder = 'src/core/privacy';
  const files = (await readdir(folder)).filter((file) => /(?<!\.test|\.contract|\.bench)\.ts$/.test(file));
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const own = patches.filter((patch) => patch.file === `${folder}/${file}`);
        return [file, own.reduce(applyPatch, await readFile(path.join(folder, file), 'utf8'))] as const;
      }),
    ),
  );
}

function numberOf(args: readonly string[], flag: string, otherwise: number): number {
  const at = args.indexOf(flag);
  if (at < 0) return otherwise;
  const value = Number(args[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} takes a whole number from 1, got ${args[at + 1]}`);
  return value;
}
