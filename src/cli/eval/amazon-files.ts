import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findDataFile, readLines } from './data-file.js';
import { findFolder } from './find-folder.js';

export interface ShopHistory {
  readonly folder: string;
  /** Each user's items in order of time. */
  readonly sequences: readonly (readonly number[])[];
  /** item → its attributes; empty where there is no file of them. */
  readonly attributes: ReadonlyMap<number, readonly number[]>;
}

/** Errors: no or several folders with sequences, a line that is not whole numbers, attributes that are not lists of them. */
export async function readShopHistory(dir: string): Promise<ShopHistory> {
  const folder = await findFolder(dir, 'sequences.txt[.gz]', (file) => file === 'sequences.txt' || file === 'sequences.txt.gz');
  const file = await findDataFile(folder, 'sequences.txt');
  const sequences: number[][] = [];
  let lineNumber = 0;
  for await (const line of readLines(file)) {
    lineNumber++;
    const cells = line.trim().split(/\s+/);
    const numbers = cells.map(Number);
    if (cells.length < 2 || !numbers.every((each) => Number.isSafeInteger(each) && each >= 0))
      throw new Error(
        `${file}: line ${lineNumber}: expected a user and at least one item, whole numbers apart by spaces, got ${JSON.stringify(line.slice(0, 80))}`,
      );
    sequences.push(numbers.slice(1));
  }
  if (sequences.length === 0) throw new Error(`${file}: expected one line per user, got none`);
  return { folder, sequences, attributes: await readAttributes(folder) };
}

async function readAttributes(folder: string): Promise<ReadonlyMap<number, readonly number[]>> {
  const name = 'item2attributes.json';
  if (!existsSync(join(folder, name)) && !existsSync(join(folder, `${name}.gz`))) return new Map();
  const file = await findDataFile(folder, name);
  let text = '';
  for await (const line of readLines(file)) text += line;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: expected JSON, item → attributes: ${String(cause)}`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error(`${file}: expected an object, item → list of attributes`);
  const attributes = new Map<number, readonly number[]>();
  for (const [item, list] of Object.entries(parsed)) {
    if (!Number.isSafeInteger(Number(item)) || !Array.isArray(list) || !list.every((each) => Number.isSafeInteger(each)))
      throw new Error(`${file}: expected a list of whole numbers for item ${item}, got ${JSON.stringify(list).slice(0, 80)}`);
    attributes.set(Number(item), [...new Set(list as readonly number[])]);
  }
  return attributes;
}
