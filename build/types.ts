import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const cache = '.cache/types';

/** Compiles the declarations of the source and lays those that the entries need into `outDir`. */
export async function writeTypes(outDir: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'src', 'src/server']);
  } catch (thrown) {
    throw new Error(`types do not compile:\n${(thrown as { stdout?: string }).stdout ?? String(thrown)}`, { cause: thrown });
  }
  await rm(outDir, { recursive: true, force: true });
  await cp(cache, outDir, { recursive: true, filter: (path) => !/\/(cli|storage)(\/|$)/.test(path.slice(cache.length)) });
}
