import type { EmbeddingParams } from '../../core/learners/kernel-types.js';

/** A user's or an item's numbers: vector, then bias. */
export interface Line {
  /** [dim + 1] */
  readonly values: Float32Array;
  /** [dim + 1] */
  readonly accumulators: Float32Array;
}

/** What a call has changed so far, over parameters that stay as they are until all of it is verified. */
export interface Overlay {
  /** @param member  a user, or users + item */
  read(member: number): Line;
  write(member: number, line: Line): void;
  /** Puts everything that was written into the parameters. */
  commit(): void;
}

export function createOverlay(params: EmbeddingParams): Overlay {
  const { dim } = params;
  const users = params.userBiases.length;
  const written = new Map<number, Line>();
  const placeOf = (member: number) =>
    member < users
      ? {
          at: member,
          vectors: params.users,
          vectorAccumulators: params.userAccumulators,
          biases: params.userBiases,
          biasAccumulators: params.userBiasAccumulators,
        }
      : {
          at: member - users,
          vectors: params.items,
          vectorAccumulators: params.itemAccumulators,
          biases: params.itemBiases,
          biasAccumulators: params.itemBiasAccumulators,
        };
  return {
    read(member) {
      const found = written.get(member);
      if (found !== undefined) return found;
      const { at, vectors, vectorAccumulators, biases, biasAccumulators } = placeOf(member);
      const values = new Float32Array(dim + 1);
      const accumulators = new Float32Array(dim + 1);
      values.set(vectors.subarray(at * dim, (at + 1) * dim));
      accumulators.set(vectorAccumulators.subarray(at * dim, (at + 1) * dim));
      values[dim] = biases[at]!;
      accumulators[dim] = biasAccumulators[at]!;
      return { values, accumulators };
    },
    write: (member, line) => void written.set(member, line),
    commit() {
      for (const [member, { values, accumulators }] of written) {
        const { at, vectors, vectorAccumulators, biases, biasAccumulators } = placeOf(member);
        vectors.set(values.subarray(0, dim), at * dim);
        vectorAccumulators.set(accumulators.subarray(0, dim), at * dim);
        biases[at] = values[dim]!;
        biasAccumulators[at] = accumulators[dim]!;
      }
    },
  };
}
