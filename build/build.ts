import { chmod, rm } from 'node:fs/promises';
import { build } from 'vite';
import { configOf, targetNames, targets, type TargetName } from './targets.js';
import { writeTypes } from './types.js';

/** `npm run build [-- target…]`: every delivered file into `dist/`. */
export async function main(args: readonly string[]): Promise<void> {
  const wanted = args.length === 0 ? targetNames : args.map(checkedName);
  if (args.length === 0) await rm('dist', { recursive: true, force: true });
  for (const name of wanted) await build(configOf(name, 'dist'));
  if (wanted.includes('cli')) await chmod(`dist/${targets.cli.file}.js`, 0o755);
  if (args.length === 0) await writeTypes('dist/types');
}

function checkedName(name: string): TargetName {
  const known = targetNames.find((each) => each === name);
  if (known === undefined) throw new Error(`unknown target ${name}, expected one of ${targetNames.join(', ')}`);
  return known;
}
