import { parseArgs } from 'node:util';
import { buildDemo } from '../demo/build.js';

/** The shop's bundles, its feed and its catalogue: `--out dist-demo`, from the built package in `--dist dist`. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { dist: { type: 'string', default: 'dist' }, out: { type: 'string', default: 'dist-demo' } },
  });
  await buildDemo({ distDir: values.dist, outDir: values.out });
}
