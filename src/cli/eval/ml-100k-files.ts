import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findDataFile, readLines } from './data-file.js';

/** One row of u.data or of a fold. `user` and `item` count from 0 in the order in which their ids were met. */
export interface Rating {
  readonly user: number;
  readonly item: number;
  /** 1 … 5 */
  readonly rating: number;
  /** Seconds since 1970. */
  readonly atS: number;
}

/** Whole-number ids of a file as 0, 1, 2 … */
export interface Ids {
  /** @param from  file and line, for the error of what is no id */
  indexOf(id: string, from: string): number;
  /** The id of an index, as the files write it. */
  nameOf(index: number): string;
  readonly count: number;
}

export function createIds(what: string): Ids {
  const indices = new Map<string, number>();
  const names: string[] = [];
  return {
    indexOf(id, from) {
      if (!/^\d+$/u.test(id)) throw new Error(`${from}: expected the number of ${what}, got “${id}”`);
      const known = indices.get(id);
      if (known !== undefined) return known;
      indices.set(id, names.length);
      return names.push(id) - 1;
    },
    nameOf: (index) => names[index]!,
    get count() {
      return names.length;
    },
  };
}

/** What several files of one set say about the same users and items. */
export interface MovieLensIds {
  readonly users: Ids;
  readonly items: Ids;
}

export const createMovieLensIds = (): MovieLensIds => ({ users: createIds('a user'), items: createIds('an item') });

/** Rows of a tab-separated file of user, item, rating, time, in the order of the file. */
export async function readRatings(file: string, ids: MovieLensIds): Promise<readonly Rating[]> {
  const ratings: Rating[] = [];
  let line = 0;
  for await (const text of readLines(file)) {
    const from = `${basename(file)} line ${++line}`;
    const fields = text.split('\t');
    if (fields.length !== 4)
      throw new Error(`${from}: expected user, item, rating, time with tabs between them, got ${fields.length} fields`);
    const [rating, atS] = [Number(fields[2]), Number(fields[3])];
    if (!(rating >= 1 && rating <= 5)) throw new Error(`${from}: expected a rating from 1 to 5, got “${fields[2]}”`);
    if (fields[3]!.trim() === '' || !Number.isFinite(atS)) throw new Error(`${from}: expected a time in seconds, got “${fields[3]}”`);
    ratings.push({ user: ids.users.indexOf(fields[0]!, from), item: ids.items.indexOf(fields[1]!, from), rating, atS });
  }
  if (ratings.length === 0) throw new Error(`${basename(file)}: expected rows of user, item, rating, time, got none`);
  return ratings;
}

/** [users] each user's ratings by time, those of one second by their row in the file. */
export function historiesOf(ratings: readonly Rating[], users: number): readonly (readonly Rating[])[] {
  const histories: Rating[][] = Array.from({ length: users }, () => []);
  for (const rating of ratings) histories[rating.user]!.push(rating);
  for (const history of histories) history.sort((a, b) => a.atS - b.atS); // stable: rows keep their order
  return histories;
}

export const ratingsFile = (dir: string): Promise<string> => findDataFile(dir, 'u.data');

/** Every candidate list of the folder, by name. */
export async function listFiles(dir: string): Promise<readonly string[]> {
  return filesLike(dir, /^loo99.*\.tsv(\.gz)?$/u);
}

/** The test folds u1 … u9 of the folder, by name. */
export async function foldFiles(dir: string): Promise<readonly string[]> {
  return filesLike(dir, /^u\d\.test(\.gz)?$/u);
}

async function filesLike(dir: string, pattern: RegExp): Promise<readonly string[]> {
  if (!existsSync(dir)) throw new Error(`${dir}: there is no such folder`);
  return (await readdir(dir))
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(dir, name));
}
