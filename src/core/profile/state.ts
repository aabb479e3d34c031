import { HASH_BITS } from '../features/manifest.js';
import type { FactorParams, LinearParams } from '../learners/kernel-types.js';
import { FACTOR_DIM, FACTOR_RIDGE } from '../learners/rules.js';
import type { LogRecord, ParamsPatch, Snapshot, StoredExample } from './records.js';
import { countEvent, emptyTally, storedTallyOf, tallyOf, type Tally } from './tally.js';
import { emptyWatch, observe, type Watch } from './watch.js';

/** The living profile: dense, changed in place by the kernels and by the folds below. */
export interface ProfileState {
  readonly linear: LinearParams;
  readonly factors: FactorParams;
  readonly tally: Tally;
  watch: Watch;
  eventCount: number;
  logPosition: number;
  atMs: number;
  modelVersion: number;
}

/** Which parameters a lesson may change. */
export interface Touched {
  /** Distinct, ascending. */
  readonly indices: Uint32Array;
  readonly hasVectors: boolean;
}

/** A profile that knows nothing; 0.5 MiB. */
export function emptyState(dim: number = FACTOR_DIM): ProfileState {
  const inverse = new Float32Array(dim * dim);
  for (let at = 0; at < dim; at++) inverse[at * dim + at] = 1 / FACTOR_RIDGE;
  const size = 1 << HASH_BITS;
  return {
    linear: { weights: new Float32Array(size), accumulators: new Float32Array(size) },
    factors: { user: new Float32Array(dim), inverse },
    tally: emptyTally(),
    watch: emptyWatch,
    eventCount: 0,
    logPosition: 0,
    atMs: 0,
    modelVersion: 0,
  };
}

export function touchedBy(examples: readonly StoredExample[], dim: number = FACTOR_DIM): Touched {
  return {
    indices: union(examples.map(({ indices }) => indices)),
    hasVectors: examples.some(({ vector }) => vector?.length === dim),
  };
}

/** All of the indices, distinct, ascending. */
export function union(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const indices of lists) {
    all.set(indices, at);
    at += indices.length;
  }
  all.sort();
  let distinct = 0;
  for (let each = 0; each < all.length; each++) if (each === 0 || all[each] !== all[distinct - 1]) all[distinct++] = all[each]!;
  return all.slice(0, distinct);
}

/**
 * The touched parameters as they are now, in new memory. Taken before a step it undoes it (`applyPatch`), taken after it
 * is what the log keeps.
 */
export function patchOf(state: ProfileState, { indices, hasVectors }: Touched): ParamsPatch {
  const { linear, factors } = state;
  const weights = new Float32Array(indices.length);
  const accumulators = new Float32Array(indices.length);
  for (let at = 0; at < indices.length; at++) {
    weights[at] = linear.weights[indices[at]!]!;
    accumulators[at] = linear.accumulators[indices[at]!]!;
  }
  return {
    linearIndices: indices.slice(),
    weights,
    accumulators,
    user: hasVectors ? factors.user.slice() : new Float32Array(0),
    inverse: hasVectors ? factors.inverse.slice() : new Float32Array(0),
  };
}

/** Sets the parameters of the patch, in place. A user vector of another length is left out: its model is gone. */
export function applyPatch(state: ProfileState, patch: ParamsPatch): void {
  const { weights, accumulators } = state.linear;
  const { linearIndices } = patch;
  for (let at = 0; at < linearIndices.length; at++) {
    weights[linearIndices[at]!] = patch.weights[at]!;
    accumulators[linearIndices[at]!] = patch.accumulators[at]!;
  }
  const { user, inverse } = state.factors;
  if (patch.user.length === user.length && patch.inverse.length === inverse.length) {
    user.set(patch.user);
    inverse.set(patch.inverse);
  }
}

/** Counts a record in whose parameters are in the state already (it was learned here). */
export function countRecord(state: ProfileState, record: Omit<LogRecord, 'patch'>): void {
  for (const event of record.events) countEvent(state.tally, event);
  state.eventCount += record.events.length;
  state.logPosition = record.position;
  state.atMs = record.atMs;
  state.modelVersion = record.modelVersion;
}

/** Takes a record over that was learned elsewhere (another tab, or before a restart): parameters and counts. */
export function foldRecord(state: ProfileState, record: LogRecord): void {
  applyPatch(state, record.patch);
  observe(state, record.misorders ?? []); // what came of it is in the patch
  countRecord(state, record);
}

/** Indices of the parameters that are not as in `emptyState`. */
function usedIndices({ weights, accumulators }: LinearParams): Uint32Array {
  const used: number[] = [];
  for (let index = 0; index < weights.length; index++) if (weights[index] !== 0 || accumulators[index] !== 0) used.push(index);
  return Uint32Array.from(used);
}

/** Sparse copy, in new memory. */
export function snapshotOf(state: ProfileState): Snapshot {
  const { logPosition, atMs, modelVersion, eventCount } = state;
  return {
    ...patchOf(state, { indices: usedIndices(state.linear), hasVectors: true }),
    logPosition,
    atMs,
    modelVersion,
    eventCount,
    tally: storedTallyOf(state.tally),
    watch: state.watch,
  };
}

/**
 * The profile as it was: the snapshot and every record of the log after it. New memory.
 * @param log  oldest first; records the snapshot holds already are skipped
 */
export function stateOf(snapshot: Snapshot | null, log: readonly LogRecord[], dim: number = FACTOR_DIM): ProfileState {
  const state = { ...emptyState(dim), ...(snapshot && headOf(snapshot)) };
  if (snapshot) applyPatch(state, snapshot);
  for (const record of log) if (record.position > state.logPosition) foldRecord(state, record);
  return state;
}

function headOf({ logPosition, atMs, modelVersion, eventCount, tally, watch }: Snapshot): Omit<ProfileState, 'linear' | 'factors'> {
  return { logPosition, atMs, modelVersion, eventCount, tally: tally ? tallyOf(tally) : emptyTally(), watch: watch ?? emptyWatch };
}

/**
 * Every parameter in one canonical order, little-endian, to be hashed: equal states give equal bytes.
 * Layout: lessons, used weights (count, indices, weights, accumulators), dim, user, inverse.
 */
export function paramsBytes(state: ProfileState): Uint8Array<ArrayBuffer> {
  const { linearIndices, weights, accumulators, user, inverse } = patchOf(state, { indices: usedIndices(state.linear), hasVectors: true });
  const bytes = new Uint8Array(4 * (3 + 3 * linearIndices.length + user.length + inverse.length));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (...words: readonly number[]): void => {
    for (const word of words) view.setUint32(at++ * 4, word, true);
  };
  const putFloats = (floats: Float32Array): void => {
    for (const float of floats) view.setFloat32(at++ * 4, float, true);
  };
  put(state.tally.lessons, linearIndices.length);
  for (const index of linearIndices) put(index);
  putFloats(weights);
  putFloats(accumulators);
  put(user.length);
  putFloats(user);
  putFloats(inverse);
  return bytes;
}
