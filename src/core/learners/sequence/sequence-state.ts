import { SdkError } from '../../errors.js';
import type { SequenceRule } from './rule.js';
import { createSequenceParams, type SequenceParams } from './sequence-params.js';
import type { Transitions } from './transitions.js';

/** Rows of different lengths in one list: row r owns `values[offsets[r] … offsets[r+1])`. */
interface Rows {
  readonly keys: readonly number[];
  /** [keys + 1] */
  readonly offsets: readonly number[];
  readonly values: readonly number[];
}

interface TransitionsState extends Rows {
  readonly landmarkMs: number;
  /** [values] */
  readonly weights: readonly number[];
}

/** Everything the learner knows as plain numbers: JSON keeps each bit of them. Caps and half-lives are the rule's. */
export interface SequenceState {
  readonly version: 1;
  readonly forward: TransitionsState;
  readonly backward: TransitionsState;
  readonly popularity: {
    readonly landmarkMs: number;
    readonly items: readonly number[];
    readonly counts: readonly number[];
    readonly leaders: readonly number[];
    readonly total: number;
  };
  /** Each session's items, and when it was active last. */
  readonly sessions: Rows & { readonly lastAtMs: readonly number[] };
  /** Each item's sessions, in the order in which they met it. */
  readonly sessionsOfItems: Rows;
  readonly blend: { readonly weights: readonly number[]; readonly accumulators: readonly number[] };
}

/** New memory. `restoreSequence` gives parameters that go on exactly as these would. */
export function sequenceState({ forward, backward, popularity, sessions, blend }: SequenceParams): SequenceState {
  return {
    version: 1,
    forward: transitionsState(forward),
    backward: transitionsState(backward),
    popularity: {
      landmarkMs: popularity.scale.landmarkMs,
      items: [...popularity.counts.keys()],
      counts: [...popularity.counts.values()],
      leaders: [...popularity.leaders],
      total: popularity.total,
    },
    sessions: {
      ...rowsOf([...sessions.byKey].map(([key, { items }]) => [key, items])),
      lastAtMs: [...sessions.byKey.values()].map(({ lastAtMs }) => lastAtMs),
    },
    sessionsOfItems: rowsOf([...sessions.byItem]),
    blend: { weights: [...blend.weights], accumulators: [...blend.accumulators] },
  };
}

/** Errors: `storage-corrupt` where the state is of another version or of another number of columns than the rule has. */
export function restoreSequence(state: SequenceState, rule: SequenceRule): SequenceParams {
  const params = createSequenceParams(rule);
  const { popularity, sessions, blend } = params;
  const width = blend.weights.length;
  if (state.version !== 1) throw new SdkError('storage-corrupt', `sequence state of version ${String(state.version)}, expected 1`);
  if (state.blend.weights.length !== width || state.blend.accumulators.length !== width)
    throw new SdkError('storage-corrupt', `sequence state with ${state.blend.weights.length} blend weights, expected ${width}`);
  restoreTransitions(params.forward, state.forward);
  restoreTransitions(params.backward, state.backward);
  popularity.scale.landmarkMs = state.popularity.landmarkMs;
  popularity.total = state.popularity.total;
  popularity.leaders = [...state.popularity.leaders];
  for (const [at, item] of state.popularity.items.entries()) popularity.counts.set(item, state.popularity.counts[at]!);
  for (const [at, [key, items]] of entriesOf(state.sessions).entries())
    sessions.byKey.set(key, { items, lastAtMs: state.sessions.lastAtMs[at]! });
  for (const [item, keys] of entriesOf(state.sessionsOfItems))
    sessions.byItem.set(
      item,
      keys.filter((key) => sessions.byKey.has(key)),
    );
  blend.weights.set(state.blend.weights);
  blend.accumulators.set(state.blend.accumulators);
  return params;
}

function transitionsState({ scale, rows }: Transitions): TransitionsState {
  return {
    landmarkMs: scale.landmarkMs,
    ...rowsOf([...rows].map(([from, row]) => [from, [...row.keys()]])),
    weights: [...rows.values()].flatMap((row) => [...row.values()]),
  };
}

function restoreTransitions(table: Transitions, state: TransitionsState): void {
  table.scale.landmarkMs = state.landmarkMs;
  let at = 0;
  for (const [from, items] of entriesOf(state)) table.rows.set(from, new Map(items.map((to) => [to, state.weights[at++]!])));
}

function rowsOf(entries: readonly (readonly [key: number, values: readonly number[]])[]): Rows {
  const offsets = [0];
  for (const [, values] of entries) offsets.push(offsets.at(-1)! + values.length);
  return { keys: entries.map(([key]) => key), offsets, values: entries.flatMap(([, values]) => values) };
}

function entriesOf({ keys, offsets, values }: Rows): [key: number, values: number[]][] {
  return keys.map((key, at) => [key, values.slice(offsets[at], offsets[at + 1])]);
}
