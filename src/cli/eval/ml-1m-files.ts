import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findDataFile, readLines } from './data-file.js';

/** What each user liked: index of a user → items, both as the files count them. */
export type Likes = ReadonlyMap<number, readonly number[]>;

export interface PositiveSets {
  readonly users: number;
  readonly items: number;
  /** What is learned from. */
  readonly learned: Likes;
  /** What is predicted. */
  readonly asked: Likes;
  /** File names, for the protocol. */
  readonly learnedFrom: readonly string[];
  readonly askedIn: string;
}

/**
 * train.txt and what is predicted from it: test.txt where the folder has one (learned from valid.txt too), else valid.txt.
 * Errors: names the line of what is no row “user item item …” of whole numbers.
 */
export async function readPositiveSets(dir: string): Promise<PositiveSets> {
  const train = await findDataFile(dir, 'train.txt');
  const hasTest = existsSync(join(dir, 'test.txt')) || existsSync(join(dir, 'test.txt.gz'));
  const asked = await findDataFile(dir, hasTest ? 'test.txt' : 'valid.txt');
  const hasValid = existsSync(join(dir, 'valid.txt')) || existsSync(join(dir, 'valid.txt.gz'));
  const learnedFiles = [train, ...(hasTest && hasValid ? [await findDataFile(dir, 'valid.txt')] : [])];
  const learned = new Map<number, number[]>();
  for (const file of learnedFiles)
    for (const [user, items] of await readLikes(file)) learned.set(user, [...(learned.get(user) ?? []), ...items]);
  const askedLikes = await readLikes(asked);
  let users = 0;
  let items = 0;
  for (const likes of [learned, askedLikes])
    for (const [user, liked] of likes) {
      users = Math.max(users, user + 1);
      for (const item of liked) items = Math.max(items, item + 1);
    }
  for (const [user, liked] of askedLikes) {
    const known = new Set(learned.get(user));
    const twice = liked.find((item) => known.has(item));
    if (twice !== undefined)
      throw new Error(`${basename(asked)}: item ${twice} of user ${user} is in what is learned already; expected items of the user's own`);
  }
  return { users, items, learned, asked: askedLikes, learnedFrom: learnedFiles.map((file) => basename(file)), askedIn: basename(asked) };
}

async function readLikes(file: string): Promise<Likes> {
  const likes = new Map<number, readonly number[]>();
  let line = 0;
  for await (const text of readLines(file)) {
    line += 1;
    const numbers = text.trim().split(/\s+/u).map(Number);
    if (numbers.some((each) => !Number.isInteger(each) || each < 0))
      throw new Error(`${basename(file)} line ${line}: expected “user item item …” in whole numbers, got “${text.slice(0, 60)}”`);
    const [user, ...items] = numbers;
    if (likes.has(user!)) throw new Error(`${basename(file)} line ${line}: user ${user} has a row already; expected one each`);
    likes.set(user!, [...new Set(items)]);
  }
  if (likes.size === 0) throw new Error(`${basename(file)}: expected rows “user item item …”, got none`);
  return likes;
}
