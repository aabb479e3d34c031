import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The folder of a set: `dir` itself where it holds a file of the set, or else its only subfolder that does.
 * @param what  the files, for a person
 * Errors: none, or several that could be meant.
 */
export async function findFolder(dir: string, what: string, isWanted: (file: string, folder: string) => boolean): Promise<string> {
  const entries = existsSync(dir) ? await readdir(dir, { withFileTypes: true }) : [];
  if (entries.some((entry) => entry.isFile() && isWanted(entry.name, dir))) return dir;
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = join(dir, entry.name);
    if ((await readdir(folder)).some((file) => isWanted(file, folder))) found.push(folder);
  }
  if (found.length === 1) return found[0]!;
  const held = entries.map(({ name }) => name).join(', ') || 'nothing';
  throw new Error(
    found.length > 1
      ? `--data ${dir}: several folders hold ${what}: ${found.join(', ')}; name one`
      : `--data ${dir}: expected ${what}, got ${held}`,
  );
}
