import type { RecordedQueuedEvent } from '../features/recorded-fields.js';
import type { Watch } from './watch.js';

/** What the log remembers: examples as they were learned, and the parameters they left behind. */

/** A training example as it was learned, with its negatives: enough to learn it again without the catalogue. */
export interface StoredExample {
  readonly itemId: string;
  readonly label: 0 | 1;
  readonly sampleWeight: number;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
  /**
   * What a person reads for each index (the taste prior's, which is the last, has nothing); only where the event speaks of this
   * item itself, not on negatives it was compared with.
   */
  readonly facets?: readonly string[];
  /** The item's vector if the catalogue had one under the model in force, else null. */
  readonly vector: Float32Array | null;
  /** Prior part of the score when it was learned. */
  readonly margin: number;
}

/** What one event taught: its examples, in order. */
export interface StoredEvent {
  readonly queued: RecordedQueuedEvent;
  readonly examples: readonly StoredExample[];
}

/**
 * Parameters a batch touched, with their *new* values (float32 differences would not replay bit-equal).
 * `user` and `inverse` are empty where no example had a vector.
 */
export interface ParamsPatch {
  readonly linearIndices: Uint32Array;
  readonly weights: Float32Array;
  readonly accumulators: Float32Array;
  readonly user: Float32Array;
  readonly inverse: Float32Array;
}

export interface LogRecord {
  /** Given by the store, strictly increasing. */
  readonly position: number;
  readonly atMs: number;
  readonly events: readonly StoredEvent[];
  readonly patch: ParamsPatch;
  /** How far each comparable event was from its right order before it was learned, 0 to 1; see `watch.ts`. */
  readonly misorders?: readonly number[];
  /** Version of the shared model in force, 0 for none. */
  readonly modelVersion: number;
}

/** Sparse copy of every parameter, good for the log up to and including `logPosition`. */
export interface Snapshot extends ParamsPatch {
  readonly logPosition: number;
  readonly atMs: number;
  readonly modelVersion: number;
  /** Events folded in so far. */
  readonly eventCount: number;
  /** What words and shrinkage count; absent: counted from the log alone. */
  readonly tally?: StoredTally;
  /** Absent: nothing was watched yet. */
  readonly watch?: Watch;
}

/** Counts of distinct items, in flat arrays. */
export interface StoredTally {
  /** Events that taught something. */
  readonly lessons: number;
  /** Items an event spoke of. */
  readonly items: readonly string[];
  /** [items], bits of `profile/tally.ts` */
  readonly marks: Uint8Array;
  readonly facets: readonly string[];
  /** [facets · 4]: items looked at, put into a cart or on a list, bought, dismissed */
  readonly counts: Uint32Array;
}
