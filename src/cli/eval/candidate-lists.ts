import { basename } from 'node:path';
import { seededRandom } from '../../core/random.js';
import { readLines } from './data-file.js';
import type { MovieLensIds, Rating } from './ml-100k-files.js';

/** Whom a list asks about: which of these items came at this place of the user's history? */
export interface Query {
  readonly user: number;
  readonly item: number;
  /** Items the user never met; the list is authoritative. */
  readonly others: readonly number[];
}

export interface CandidateList {
  readonly name: string;
  readonly queries: readonly Query[];
}

/**
 * A list: a header, then user, test item and comma-separated negatives with tabs between them.
 * Errors: name file and line of a row of another form, of a user asked about twice, of a test item among its negatives.
 */
export async function readCandidateList(file: string, ids: MovieLensIds): Promise<CandidateList> {
  const queries: Query[] = [];
  const asked = new Set<number>();
  let line = 0;
  for await (const text of readLines(file)) {
    const from = `${basename(file)} line ${++line}`;
    if (line === 1 && !/^\d/u.test(text)) continue;
    const [user, item, others, more] = text.split('\t');
    if (others === undefined || more !== undefined)
      throw new Error(`${from}: expected user, test item and negatives with tabs between them, got “${text.slice(0, 60)}”`);
    const query = {
      user: ids.users.indexOf(user!, from),
      item: ids.items.indexOf(item!, from),
      others: others.split(',').map((other) => ids.items.indexOf(other, from)),
    };
    if (asked.has(query.user)) throw new Error(`${from}: user ${user} is asked about twice; expected one row each`);
    if (query.others.includes(query.item)) throw new Error(`${from}: the test item ${item} is among its own negatives`);
    asked.add(query.user);
    queries.push(query);
  }
  if (queries.length === 0) throw new Error(`${basename(file)}: expected a header and rows of user, test item, negatives; got no rows`);
  return { name: basename(file), queries };
}

/**
 * How much of each history may be learned before this list is answered: up to the test item, which may be the last event or one
 * before it (a “secondlast” list); whoever is not asked about keeps everything.
 * @returns  [users] number of events
 */
export function cutsOf({ name, queries }: CandidateList, histories: readonly (readonly Rating[])[], ids: MovieLensIds): readonly number[] {
  const cuts = histories.map((history) => history.length);
  for (const { user, item } of queries) {
    const place = histories[user]?.findIndex((each) => each.item === item) ?? -1;
    if (place < 0)
      throw new Error(
        `${name}: test item ${ids.items.nameOf(item)} is no event of user ${ids.users.nameOf(user)}; does the list belong to this u.data?`,
      );
    cuts[user] = place;
  }
  return cuts;
}

/** As many as the published lists have. */
const NEGATIVES = 99;

/**
 * What a configuration is chosen on: the item `back` places before each cut, among negatives of our own that the user never met.
 * Histories may then be learned up to `cut − back`. Users with nothing before that are left out.
 */
export function earlierQueries(
  histories: readonly (readonly Rating[])[],
  cuts: readonly number[],
  items: number,
  seed: number,
  back = 1,
): readonly Query[] {
  const random = seededRandom(seed ^ (0x7e57 + back));
  return histories.flatMap((history, user): Query[] => {
    const met = new Set(history.map(({ item }) => item));
    const place = cuts[user]! - back;
    if (place < 1 || items - met.size < NEGATIVES) return [];
    const others = new Set<number>();
    while (others.size < NEGATIVES) {
      const other = random.nextUint32() % items;
      if (!met.has(other)) others.add(other);
    }
    return [{ user, item: history[place]!.item, others: [...others] }];
  });
}
