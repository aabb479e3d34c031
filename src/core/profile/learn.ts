import { setMargins, toBatches } from '../learners/batches.js';
import { stepFactors } from '../learners/factors.js';
import type { DenseBatch, FactorParams, FactorRule, LinearParams, LinearRule, SparseBatch } from '../learners/kernel-types.js';
import { stepLinear } from '../learners/linear.js';
import { FACTOR_RULE, LINEAR_RULE } from '../learners/rules.js';
import type { LogRecord, Snapshot, StoredEvent, StoredExample } from './records.js';
import { countEvent } from './tally.js';
import { countRecord, patchOf, snapshotOf, stateOf, touchedBy, type ProfileState } from './state.js';
import { matches, type ForgetSelector } from './selector.js';

/** The two kernels learning needs; every `Engine` has them. */
export interface LearningKernels {
  stepLinear(params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<Float32Array>;
  stepFactors(params: FactorParams, batch: DenseBatch, rule: FactorRule): Promise<Float32Array>;
}

/** Learns examples in order on an engine; changes the parameters of `state` in place, counts nothing. */
export async function learnOn(kernels: LearningKernels, state: ProfileState, examples: readonly StoredExample[]): Promise<void> {
  if (examples.length === 0) return;
  const batches = toBatches(examples, state.factors.user.length);
  const scores = await kernels.stepLinear(state.linear, batches.linear, LINEAR_RULE);
  if (!batches.factors) return;
  setMargins(batches, scores);
  await kernels.stepFactors(state.factors, batches.factors, FACTOR_RULE);
}

/** The same on the reference kernels, at once. How examples are cut into batches makes no difference to the bit. */
export function learn(state: ProfileState, examples: readonly StoredExample[]): void {
  if (examples.length === 0) return;
  const batches = toBatches(examples, state.factors.user.length);
  const scores = stepLinear(state.linear, batches.linear, LINEAR_RULE);
  if (!batches.factors) return;
  setMargins(batches, scores);
  stepFactors(state.factors, batches.factors, FACTOR_RULE);
}

/**
 * Learns stored events again from a base (null: from nothing), on the reference kernels. Bit-equal to having learned them
 * live there. Position, time and model version stay those of the base.
 */
export function relearn(base: Snapshot | null, events: readonly StoredEvent[]): ProfileState {
  const state = stateOf(base, []);
  for (const event of events) {
    learn(state, event.examples);
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
    const examples = kept.flatMap((event) => event.examples);
    learn(state, examples);
    const { linearIndices, user } = record.patch;
    const touched =
      kept.length === record.events.length
        ? { indices: linearIndices, hasVectors: user.length > 0 } // as it was: sorting again would cost as much as learning
        : touchedBy(examples, state.factors.user.length);
    const changed = events === 0 ? record : { ...record, events: kept, patch: patchOf(state, touched) };
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
    records.flatMap(({ events }) => events.flatMap(({ examples }) => examples)),
  );
  for (const record of records) countRecord(state, record);
  return snapshotOf(state);
}
