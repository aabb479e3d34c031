import { floats } from '../../../../src/compute/engine-cases.contract.js';
import type { EmbeddingBatch, EmbeddingParams, EmbeddingRule } from '../../../../src/core/learners/kernel-types.js';
import { seededRandom } from '../../../../src/core/random.js';
import { firstAccumulator, type Allocate } from './start.js';

export const items = 10_000;
export const dim = 64;
export const embeddingRule: EmbeddingRule = { loss: 'bpr', learningRate: 0.05, l2: 0, biasL2: 0, epsilon: 1e-7 };
/** [items · dim] and [dim] */
export const initialItems = floats(items * dim, 1).map((each) => each / 4);
export const initialUser = floats(dim, 2).map((each) => each / 4);

export function initialEmbeddings(allocate: Allocate): EmbeddingParams {
  const [users, vectors, userBiases, itemBiases, ...accumulators] = allocate(...[1, 2].flatMap(() => [dim, items * dim, 1, items]));
  users!.set(initialUser);
  vectors!.set(initialItems);
  for (const each of accumulators) each.fill(firstAccumulator);
  const [userAccumulators, itemAccumulators, userBiasAccumulators, itemBiasAccumulators] = accumulators;
  return {
    dim,
    users: users!,
    items: vectors!,
    userBiases: userBiases!,
    itemBiases: itemBiases!,
    userAccumulators: userAccumulators!,
    itemAccumulators: itemAccumulators!,
    userBiasAccumulators: userBiasAccumulators!,
    itemBiasAccumulators: itemBiasAccumulators!,
  };
}

/** Pairs of one user. No item twice in a batch: tfjs' scatter would lose one of the two. */
export function pairs(rows: number, count: number): readonly EmbeddingBatch[] {
  const random = seededRandom(rows);
  return Array.from({ length: count }, () => {
    const drawn = new Set<number>();
    while (drawn.size < 2 * rows) drawn.add(random.nextUint32() % items);
    const all = Uint32Array.from(drawn);
    return {
      rows,
      users: new Uint32Array(rows),
      items: all.slice(0, rows),
      rivals: all.slice(rows),
      labels: new Float32Array(rows).fill(1),
      sampleWeights: new Float32Array(rows).fill(1),
      margins: new Float32Array(rows),
    };
  });
}
