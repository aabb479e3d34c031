import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { configOf, targetNames, targets, type TargetName } from './targets.js';
import { writeTypes } from './types.js';

/** `npm run build [-- --out DIR target…]`: every delivered file into `dist/`. */
export async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { out: { type: 'string', default: 'dist' } },
    allowPositionals: true,
  });
  const outDir = path.resolve(values.out);
  const isWhole = positionals.length === 0;
  if (isWhole) await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  for (const name of isWhole ? targetNames : positionals.map(checkedName)) {
    await build(configOf(name, outDir));
    if (name === 'cli') await chmod(path.join(outDir, `${targets.cli.file}.js`), 0o755);
  }
  if (isWhole) await writeTypes(path.join(outDir, 'types'));
}

function checkedName(name: string): TargetName {
  const known = targetNames.find((each) => each === name);
  if (known === undefined) throw new Error(`unknown target ${name}, expected one of ${targetNames.join(', ')}`);
  return known;
}
