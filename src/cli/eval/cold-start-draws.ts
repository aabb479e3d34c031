import { toFoldInBasis } from '../../core/learners/fold-in-basis.js';
import type { FoldInEvent } from '../../core/learners/fold-in.js';
import { log } from '../../core/learners/sigmoid.js';
import { seededRandom } from '../../core/random.js';
import type { Query } from './candidate-lists.js';
import type { Newcomer, SharedItems } from './cold-start-curve.js';
import type { Rating } from './ml-100k-files.js';
import { shuffled } from './shuffled.js';
import { trainEmbeddings, type EmbeddingTraining } from './train-embeddings.js';

/** Users held out of one training; where fewer are eligible, so large a share of them. */
const HELD_OUT = 189;
const HELD_OUT_SHARE = 0.3;
const DRAWS = 3;

/** An event with this rating counts 1. */
const USUAL_RATING = 3.5;

/** In which order a newcomer's history is met: N drawn from all of it, or the first N. */
export const orders = ['drawn', 'time'] as const;
export type Order = (typeof orders)[number];

/** One draw of held-out users, and what was learned from all the others. */
export interface Draw {
  readonly heldOut: readonly number[];
  readonly shared: SharedItems;
  readonly seed: number;
}

/** @param tell  epochs done, of how many */
export function drawNewcomers(
  histories: readonly (readonly Rating[])[],
  items: number,
  eligible: readonly number[],
  training: EmbeddingTraining,
  seed: number,
  tell: (done: number, of: number) => void = () => {},
): readonly Draw[] {
  const count = Math.min(HELD_OUT, Math.floor(eligible.length * HELD_OUT_SHARE));
  return Array.from({ length: DRAWS }, (_, draw) => {
    const heldOut = shuffled(eligible, seed + draw).slice(0, count);
    const absent = new Set(heldOut);
    const learned = histories.filter((__, user) => !absent.has(user));
    const shared = sharedItems(learned, items, training, seed + draw, (epochs) =>
      tell(draw * training.epochs + epochs, DRAWS * training.epochs),
    );
    return { heldOut, shared, seed: seed + draw };
  });
}

function sharedItems(
  learned: readonly (readonly Rating[])[],
  items: number,
  training: EmbeddingTraining,
  seed: number,
  tell: (epochs: number) => void,
): SharedItems {
  const popularity = new Float64Array(items);
  for (const history of learned) for (const { item } of history) popularity[item]! += 1;
  const params = trainEmbeddings(
    {
      users: Uint32Array.from(learned.flatMap((history, user) => history.map(() => user))),
      items: Uint32Array.from(learned.flatMap((history) => history.map(({ item }) => item))),
    },
    { users: learned.length, items },
    training,
    seed,
    tell,
  );
  return { items: toFoldInBasis(params), prior: popularity.map((count) => log(1 + count)) };
}

/**
 * The events of one newcomer, each compared with items drawn from what was not met until then.
 * @param history  what came before the query
 */
export function newcomerOf(
  query: Query,
  history: readonly Rating[],
  { items, order, length, others, seed }: { items: number; order: Order; length: number; others: number; seed: number },
): Newcomer {
  const random = seededRandom((seed ^ 0xc01d) + 7919 * query.user);
  const ordered = order === 'time' ? history : shuffled(history, seed + query.user);
  const met = new Set<number>();
  const events = ordered.slice(0, length).map(({ item, rating }): FoldInEvent => {
    met.add(item);
    const drawn: number[] = [];
    while (drawn.length < others) {
      const other = random.nextUint32() % items;
      if (!met.has(other)) drawn.push(other);
    }
    return { item, sampleWeight: rating / USUAL_RATING, others: drawn };
  });
  return { events, item: query.item, others: query.others };
}
