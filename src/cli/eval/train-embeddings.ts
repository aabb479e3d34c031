import { emptyEmbeddings, stepEmbeddings } from '../../core/learners/embeddings.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../core/learners/kernel-types.js';
import { seededRandom } from '../../core/random.js';

/** How a shared model is trained. */
export interface EmbeddingTraining extends EmbeddingRule {
  readonly dim: number;
  readonly epochs: number;
  /** Drawn anew in each epoch for each event, uniformly from what the user never met; not read under `squared`. */
  readonly negatives: number;
}

/** What users did, in any order. */
export interface Interactions {
  /** [rows] */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** [rows], `squared` only. */
  readonly labels?: Float32Array;
  /** [rows], default 1. */
  readonly sampleWeights?: Float32Array;
}

/**
 * Epochs of `stepEmbeddings` over all interactions in an order drawn anew each time.
 * @param tell  epochs done
 */
export function trainEmbeddings(
  interactions: Interactions,
  size: { readonly users: number; readonly items: number },
  training: EmbeddingTraining,
  seed: number,
  tell: (epochs: number) => void = () => {},
): EmbeddingParams {
  const params = emptyEmbeddings({ ...size, dim: training.dim, seed });
  const fill = training.loss === 'squared' ? rated(interactions, seed) : sampled(interactions, size, training, seed);
  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    stepEmbeddings(params, fill(), training);
    tell(epoch);
  }
  return params;
}

/** Each call answers the next epoch, in the same memory. */
function rated({ users, items, labels, sampleWeights }: Interactions, seed: number): () => EmbeddingBatch {
  const rows = users.length;
  const nextOrder = orders(rows, seed);
  const batch = memory(rows);
  return () => {
    for (const [row, from] of nextOrder().entries()) {
      batch.users[row] = users[from]!;
      batch.items[row] = items[from]!;
      batch.labels[row] = labels === undefined ? 0 : labels[from]!;
      batch.sampleWeights[row] = sampleWeights === undefined ? 1 : sampleWeights[from]!;
    }
    return batch;
  };
}

function sampled(
  { users, items, sampleWeights }: Interactions,
  size: { readonly users: number; readonly items: number },
  { loss, negatives }: EmbeddingTraining,
  seed: number,
): () => EmbeddingBatch {
  const met = new Uint8Array(size.users * size.items);
  const metBy = new Uint32Array(size.users);
  for (let row = 0; row < users.length; row++) {
    const at = users[row]! * size.items + items[row]!;
    if (met[at] === 0) metBy[users[row]!]! += 1;
    met[at] = 1;
  }
  const random = seededRandom(seed ^ 0x5eed);
  const draw = (user: number): number => {
    for (;;) {
      const item = Math.floor((random.nextUint32() / 4_294_967_296) * size.items);
      if (met[user * size.items + item] === 0) return item;
    }
  };
  const isPairs = loss === 'bpr';
  const nextOrder = orders(users.length, seed);
  const batch = memory(users.length * (isPairs ? negatives : 1 + negatives));
  return () => {
    let row = 0;
    const put = (user: number, item: number, rival: number, label: 0 | 1, weight: number): void => {
      batch.users[row] = user;
      batch.items[row] = item;
      batch.rivals[row] = rival;
      batch.labels[row] = label;
      batch.sampleWeights[row] = weight;
      row += 1;
    };
    for (const from of nextOrder()) {
      const user = users[from]!;
      const item = items[from]!;
      const weight = sampleWeights === undefined ? 1 : sampleWeights[from]!;
      if (!isPairs) put(user, item, 0, 1, weight);
      const hasOthers = metBy[user]! < size.items; // who met everything teaches no no
      for (let negative = 0; negative < negatives; negative++) {
        const other = hasOthers ? draw(user) : item;
        if (isPairs) put(user, item, other, 1, hasOthers ? weight : 0);
        else put(user, other, 0, 0, hasOthers ? weight : 0);
      }
    }
    return batch;
  };
}

function memory(rows: number): EmbeddingBatch & { readonly rivals: Uint32Array } {
  return {
    rows,
    users: new Uint32Array(rows),
    items: new Uint32Array(rows),
    rivals: new Uint32Array(rows),
    labels: new Float32Array(rows),
    sampleWeights: new Float32Array(rows),
    margins: new Float32Array(rows),
  };
}

/** Each call answers all of 0 … rows − 1 in another order. */
function orders(rows: number, seed: number): () => Uint32Array {
  const random = seededRandom(seed ^ 0x0de5);
  const order = Uint32Array.from({ length: rows }, (_, at) => at);
  return () => {
    for (let last = rows - 1; last > 0; last--) {
      const at = Math.floor(random.nextUnit() * (last + 1));
      const held = order[last]!;
      order[last] = order[at]!;
      order[at] = held;
    }
    return order;
  };
}

/** Scores margin-free: bᵤ + bᵢ + p·e. */
export function scoreOf({ dim, users, items, userBiases, itemBiases }: EmbeddingParams, user: number, item: number): number {
  let score = userBiases[user]! + itemBiases[item]!;
  for (let at = 0; at < dim; at++) score += users[user * dim + at]! * items[item * dim + at]!;
  return score;
}
