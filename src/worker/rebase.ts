import { learn, touchedByEvents, touchedByLearning } from '../core/profile/learn.js';
import type { LogRecord, Snapshot } from '../core/profile/records.js';
import { countRecord, emptyState, patchOf, snapshotOf, stateOf, type ProfileState } from '../core/profile/state.js';

export interface Rebased {
  /** Null where nothing was pruned. */
  readonly base: Snapshot | null;
  readonly records: readonly LogRecord[];
  readonly state: ProfileState;
  readonly snapshot: Snapshot;
}

/**
 * The profile under another basis of the item vectors: a user vector means nothing there, so it is learned again from the
 * remembered examples with their items' new vectors. What pruned records taught the user vector is gone; their linear
 * weights stay.
 * @param log       all records, oldest first
 * @param vectorOf  an item's vector under the new basis, by canonical id; null where there is none
 */
export function rebased(base: Snapshot | null, log: readonly LogRecord[], vectorOf: (itemId: string) => Float32Array | null): Rebased {
  const blank = emptyState();
  const newBase = base === null ? null : { ...base, user: blank.factors.user, inverse: blank.factors.inverse };
  const state = stateOf(newBase, []);
  const records = log.map((record) => {
    const events = record.events.map((event) => ({
      ...event,
      examples: event.examples.map((example) => ({ ...example, vector: example.vector && vectorOf(example.itemId) })),
    }));
    const learned = learn(state, events);
    const touched = touchedByLearning(touchedByEvents(state, events), learned);
    const changed = { ...record, events, patch: patchOf(state, touched), misorders: learned.misorders };
    countRecord(state, changed);
    return changed;
  });
  return { base: newBase, records, state, snapshot: snapshotOf(state) };
}
