import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findDataFile } from './data-file.js';

/**
 * The file of `dir` with the name a set is published under, or else the only one of its kind there: another part of the same set.
 * @param kind  ending without `.gz`: `.csv`
 * Errors: none, or several that could be meant.
 */
export async function findTable(dir: string, name: string, kind: '.csv' | '.tsv' | '.data'): Promise<string> {
  const held = existsSync(dir) ? await readdir(dir) : [];
  if (held.includes(name) || held.includes(`${name}.gz`)) return findDataFile(dir, name);
  const candidates = held.filter((file) => file.endsWith(kind) || file.endsWith(`${kind}.gz`));
  if (candidates.length > 1)
    throw new Error(`${dir} holds several ${kind} files, none of them ${name}: ${candidates.join(', ')}; leave one`);
  return candidates.length === 1 ? join(dir, candidates[0]!) : findDataFile(dir, name);
}
