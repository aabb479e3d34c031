import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import type { runAudit } from '../../src/cli/audit/run-audit.js';
import { simdBinary } from '../simd-binary.mjs';
import type { Patch } from './mutants.js';

/** The auditor and what it attacks, built from the source with some exact strings replaced. */
export interface PatchedAudit {
  readonly run: typeof runAudit;
  close(): Promise<void>;
}

/** @throws Error where a string to replace is not found once in its file: the mutant has to follow the source */
export async function buildPatchedAudit(patches: readonly Patch[]): Promise<PatchedAudit> {
  const outDir = path.resolve(`.cache/audit/${process.pid}-${nextBuild++}`);
  const { NODE_ENV } = process.env; // a build makes it “production”
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [patchSource(patches), simdBinary()],
    build: {
      ssr: 'src/cli/audit/run-audit.ts',
      outDir,
      minify: false,
      target: 'node20',
      reportCompressedSize: false,
      rolldownOptions: { output: { entryFileNames: 'audit.mjs' } },
    },
  });
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  const module = (await import(/* @vite-ignore */ pathToFileURL(path.join(outDir, 'audit.mjs')).href)) as { runAudit: typeof runAudit };
  return { run: module.runAudit, close: () => rm(outDir, { recursive: true, force: true }) };
}

let nextBuild = 0;

/** @throws Error unless `find` stands in `source` exactly once */
export function applyPatch(source: string, { file, find, replace }: Patch): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

function patchSource(patches: readonly Patch[]): Plugin {
  const open = new Set(patches);
  return {
    name: 'homebody-audit-patch',
    enforce: 'pre',
    transform(code, id) {
      const own = patches.filter(({ file }) => id.endsWith(`/${file}`));
      if (own.length === 0) return undefined;
      for (const patch of own) open.delete(patch);
      return { code: own.reduce(applyPatch, code), map: null };
    },
    buildEnd(error) {
      if (error !== undefined) return;
      for (const { file } of open) throw new Error(`${file} is not part of the audited build; its patch changed nothing`);
    },
  };
}
