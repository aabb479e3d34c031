import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { log } from '../../core/learners/sigmoid.js';
import { findDataFile, readLines } from './data-file.js';
import { createIds } from './ml-100k-files.js';

/** Some copies begin with a line of names, others with two counts. */
const MOST_HEADER_LINES = 2;

export interface Listening {
  readonly artist: number;
  /** ln(1 + times played) */
  readonly loudness: number;
}

export interface LastFm {
  readonly artists: number;
  /** [users] what each listened to, in the order of the file */
  readonly listened: readonly (readonly Listening[])[];
  /** [users] friends who have listened to something; empty without user_friends.dat */
  readonly friends: readonly (readonly number[])[];
}

/** user_artists.dat (userID, artistID, weight) and, where there is one, user_friends.dat (userID, friendID). */
export async function readLastFm(dir: string): Promise<LastFm> {
  const users = createIds('a user');
  const artists = createIds('an artist');
  const listened: Listening[][] = [];
  for await (const { fields, from } of readRows(await findDataFile(dir, 'user_artists.dat'), 3)) {
    const weight = Number(fields[2]);
    if (!(weight >= 0 && weight < Infinity)) throw new Error(`${from}: expected how often the artist was played, got “${fields[2]}”`);
    const user = users.indexOf(fields[0]!, from);
    (listened[user] ??= []).push({ artist: artists.indexOf(fields[1]!, from), loudness: log(1 + weight) });
  }
  if (listened.length === 0) throw new Error('user_artists.dat: expected rows of userID, artistID, weight, got none');
  const count = users.count;
  const friends: number[][] = Array.from({ length: count }, () => []);
  if (existsSync(join(dir, 'user_friends.dat')) || existsSync(join(dir, 'user_friends.dat.gz')))
    for await (const { fields, from } of readRows(await findDataFile(dir, 'user_friends.dat'), 2)) {
      const [user, friend] = [users.indexOf(fields[0]!, from), users.indexOf(fields[1]!, from)];
      if (user < count && friend < count) friends[user]!.push(friend);
    }
  return { artists: artists.count, listened, friends };
}

/** Rows of `width` fields with tabs between them. What precedes the first of them is a header: names, or counts of ids and rows. */
async function* readRows(file: string, width: number): AsyncGenerator<{ readonly fields: readonly string[]; readonly from: string }> {
  let line = 0;
  let hasRows = false;
  for await (const text of readLines(file)) {
    line += 1;
    const fields = text.split('\t');
    const from = `${basename(file)} line ${line}`;
    if (!hasRows && (fields.length !== width || !/^\d+$/u.test(fields[0]!)) && line <= MOST_HEADER_LINES) continue;
    if (fields.length !== width) throw new Error(`${from}: expected ${width} fields with tabs between them, got ${fields.length}`);
    hasRows = true;
    yield { fields, from };
  }
}
