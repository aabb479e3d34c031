import { setMargins, toBatches, type Batches } from '../learners/batches.js';
import { stepFactors } from '../learners/factors.js';
import type { DenseBatch, FactorParams, FactorRule, LinearParams, LinearRule, SparseBatch } from '../learners/kernel-types.js';
import { stepLinear } from '../learners/linear.js';
import { FACTOR_RULE, LINEAR_RULE } from '../learners/rules.js';
import type { LogRecord, Snapshot, StoredEvent, StoredExample } from './records.js';
import { countEvent } from './tally.js';
import { applyPatch, countRecord, patchOf, snapshotOf, stateOf, touchedBy, union, type ProfileState, type Touched } from './state.js';
import { freshen, misordersOf, observe, runsOf } from './watch.js';
import { matches, type ForgetSelector } from './selector.js';

/** The two kernels learning needs; every `Engine` has them. */
export interface LearningKernels {
  stepLinear(params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<Float32Array>;
  stepFactors(params: FactorParams, batch: DenseBatch, rule: FactorRule): Promise<Float32Array>;
}

/** What learning left behind beside the parameters. */
export interface Learned {
  /** How far each comparable event was from its right order before it was learned; see `watch.ts`. */
  readonly misorders: readonly number[];
  /** Weights beyond those of the examples whose accumulators changed, because the taste had. */
  readonly freshened: readonly Uint32Array[];
}

/** Learns events in order on an engine; changes the parameters and the watch of `state` in place, counts nothing. */
export async function learnOn(kernels: LearningKernels, state: ProfileState, events: readonly StoredEvent[]): Promise<Learned> {
  const learned = { misorders: [] as number[], freshened: [] as Uint32Array[] };
  for (const run of runsOf(state.watch, events)) {
    const batches = toBatches(examplesOf(run), state.factors.user.length);
    let scores: Float32Array = batches.linear.margins;
    if (batches.linear.rows > 0) scores = await kernels.stepLinear(state.linear, batches.linear, LINEAR_RULE);
    if (batches.factors) {
      setMargins(batches, scores);
      putScores(scores, batches, await kernels.stepFactors(state.factors, batches.factors, FACTOR_RULE));
    }
    finish(state, run, scores, learned);
  }
  return learned;
}

/** The same on the reference kernels, at once. How events are cut into groups makes no difference to the bit. */
export function learn(state: ProfileState, events: readonly StoredEvent[]): Learned {
  const learned = { misorders: [] as number[], freshened: [] as Uint32Array[] };
  for (const run of runsOf(state.watch, events)) {
    const batches = toBatches(examplesOf(run), state.factors.user.length);
    const scores = stepLinear(state.linear, batches.linear, LINEAR_RULE);
    if (batches.factors) {
      setMargins(batches, scores);
      putScores(scores, batches, stepFactors(state.factors, batches.factors, FACTOR_RULE));
    }
    finish(state, run, scores, learned);
  }
  return learned;
}

function examplesOf(events: readonly StoredEvent[]): readonly StoredExample[] {
  return events.flatMap((event) => event.examples);
}

/** What both learners say together stands where the linear one said its part. */
function putScores(scores: Float32Array, { factorRows }: Batches, factorScores: Float32Array): void {
  for (const [at, row] of factorRows.entries()) scores[row] = factorScores[at]!;
}

function finish(
  state: ProfileState,
  run: readonly StoredEvent[],
  scores: Float32Array,
  learned: { readonly misorders: number[]; readonly freshened: Uint32Array[] },
): void {
  const values = misordersOf(run, scores);
  learned.misorders.push(...values);
  if (observe(state, values)) learned.freshened.push(freshen(state));
}

/** The parameters that learning these events touches, as long as the taste does not change. */
export function touchedByEvents(state: ProfileState, events: readonly StoredEvent[]): Touched {
  return touchedBy(examplesOf(events), state.factors.user.length);
}

/** With those of a changed taste. */
export function touchedByLearning(touched: Touched, { freshened }: Learned): Touched {
  return freshened.length === 0 ? touched : { indices: union([touched.indices, ...freshened]), hasVectors: true };
}

/** Takes back what `learn` is about to do with events that touch these parameters. */
export function undoOf(state: ProfileState, touched: Touched): () => void {
  const { watch } = state;
  const before = patchOf(state, touched);
  // A change of taste touches all of these.
  const accumulators = state.linear.accumulators.slice();
  const inverse = state.factors.inverse.slice();
  return () => {
    state.linear.accumulators.set(accumulators);
    state.factors.inverse.set(inverse);
    applyPatch(state, before);
    state.watch = watch;
  };
}

/**
 * Learns stored events again from a base (null: from nothing), on the reference kernels. Bit-equal to having learned them
 * live there. Position, time and model version stay those of the base.
 */
export function relearn(base: Snapshot | null, events: readonly StoredEvent[]): ProfileState {
  const state = stateOf(base, []);
  for (const event of events) {
    learn(state, [event]);
    countEvent(state.tally, event);
  }
  state.eventCount += events.length;
  return state;
}

export interface Forgotten {
  /** How many events went. */
  readonly events: number;
  /** Records to write: every one from the first that lost an event on, with patches that never saw it; empty ones are to be deleted. */
  readonly records: readonly LogRecord[];
  /** The profile without it, good for the whole log. */
  readonly state: ProfileState;
  readonly snapshot: Snapshot;
}

/**
 * The fold without some events. Later patches carry traces of a forgotten event, so they are all made anew.
 * @param base  what records pruned earlier left behind, null for nothing
 * @param log   all records, oldest first
 */
export function forget(base: Snapshot | null, log: readonly LogRecord[], selector: ForgetSelector): Forgotten {
  const state = stateOf(base, []);
  const records: LogRecord[] = [];
  let events = 0;
  for (const record of log) {
    const kept = record.events.filter((event) => !matches(selector, event));
    events += record.events.length - kept.length;
    const learned = learn(state, kept);
    const { linearIndices, user } = record.patch;
    const touched =
      kept.length === record.events.length && learned.freshened.length === 0
        ? { indices: linearIndices, hasVectors: user.length > 0 } // as it was: sorting again would cost as much as learning
        : touchedByLearning(touchedByEvents(state, kept), learned);
    const changed = events === 0 ? record : { ...record, events: kept, patch: patchOf(state, touched), misorders: learned.misorders };
    countRecord(state, changed);
    if (events > 0) records.push(changed);
  }
  return { events, records, state, snapshot: snapshotOf(state) };
}

/** What pruned records leave behind: learned again, not patched, so that nothing forgotten comes back. */
export function baseOf(base: Snapshot | null, records: readonly LogRecord[]): Snapshot {
  const state = stateOf(base, []);
  learn(
    state,
    records.flatMap(({ events }) => events),
  );
  for (const record of records) countRecord(state, record);
  return snapshotOf(state);
}
