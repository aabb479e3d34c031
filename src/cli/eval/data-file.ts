import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/**
 * The one file of `dir` with this name, as it is or with `.gz`.
 * Errors: says what was looked for and what the folder holds.
 */
export async function findDataFile(dir: string, ...names: readonly string[]): Promise<string> {
  for (const name of names) for (const file of [name, `${name}.gz`]) if (existsSync(join(dir, file))) return join(dir, file);
  const held = existsSync(dir) ? `it holds ${(await readdir(dir)).join(', ') || 'nothing'}` : 'there is no such folder';
  throw new Error(`no ${names.map((name) => `${name}[.gz]`).join(' or ')} in ${dir}: ${held}; give --data the folder of the set`);
}

/** Lines of a text file without their ends, gzip as it is; empty ones at the end of the file are left out. */
export async function* readLines(file: string, encoding: 'utf8' | 'latin1' = 'utf8'): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const bytes = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => bytes.destroy(error));
  bytes.setEncoding(encoding);
  for await (const line of createInterface({ input: bytes, crlfDelay: Infinity })) if (line !== '') yield line;
}
