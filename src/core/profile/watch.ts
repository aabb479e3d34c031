import { addToAdwin, emptyAdwin, type Adwin } from '../evaluation/adwin.js';
import { FACTOR_RIDGE } from '../learners/rules.js';
import type { StoredEvent } from './records.js';
import type { ProfileState } from './state.js';

/**
 * The profile watches itself learn: before an event is learned, how many of its noes did the profile rank above its yes? When
 * that becomes worse than chance allows, the taste has changed, and steps become large again. The weights stay: most of
 * a taste survives a change of it. AdaGrad alone gets slower with every event of a long life.
 */
export interface Watch {
  readonly adwin: Adwin;
  /** Values not yet looked at, fewer than `LOOK_EVERY`. */
  readonly pending: readonly number[];
}

/** A look costs microseconds and `forget` takes thousands of them. */
const LOOK_EVERY = 8;
/**
 * The bound is loose: in twenty simulated lives of 3,000 events without a change it raised three alarms, and saw a real change
 * after about 35 events. The price of a false alarm is a while of larger steps.
 */
const CONFIDENCE = 0.4;

export const emptyWatch: Watch = { adwin: emptyAdwin, pending: [] };

/** Runs of events to be learned at once: a look, which may change what the next event meets, falls between two of them. */
export function runsOf(watch: Watch, events: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] {
  const runs: StoredEvent[][] = [[]];
  let pending = watch.pending.length;
  for (const event of events) {
    runs.at(-1)!.push(event);
    if (!isComparable(event) || ++pending < LOOK_EVERY) continue;
    pending = 0;
    runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function isComparable({ examples }: StoredEvent): boolean {
  return examples.some(({ label }) => label === 1) && examples.some(({ label }) => label === 0);
}

/**
 * For each event with a yes and a no: the share of such pairs in which the no scored higher, ties half; 1 − AUC of the event.
 * @param scores  of all examples of the events, before each was learned
 */
export function misordersOf(events: readonly StoredEvent[], scores: Float32Array): readonly number[] {
  const values: number[] = [];
  let start = 0;
  for (const event of events) {
    const { examples } = event;
    if (isComparable(event)) {
      let pairs = 0;
      let wrong = 0;
      for (const [yes, { label }] of examples.entries()) {
        if (label === 0) continue;
        for (const [no, other] of examples.entries()) {
          if (other.label === 1) continue;
          const gap = scores[start + no]! - scores[start + yes]!;
          pairs += 1;
          wrong += gap > 0 ? 1 : gap === 0 ? 0.5 : 0;
        }
      }
      values.push(wrong / pairs);
    }
    start += examples.length;
  }
  return values;
}

/** Takes values in. Did the last of them complete a look that found the order worse than before? */
export function observe(state: ProfileState, values: readonly number[]): boolean {
  let { adwin, pending } = state.watch;
  let isWorse = false;
  for (const value of values) {
    pending = [...pending, value];
    if (pending.length < LOOK_EVERY) continue;
    const { adwin: next, change } = addToAdwin(adwin, pending, CONFIDENCE);
    adwin = next;
    pending = [];
    isWorse = change !== null && change.after > change.before;
  }
  state.watch = { adwin, pending };
  return isWorse;
}

/** Large steps again: what AdaGrad and the curvature have summed up is forgotten. Answers the weights' indices that this changed. */
export function freshen({ linear: { accumulators }, factors: { user, inverse } }: ProfileState): Uint32Array {
  const changed: number[] = [];
  for (let index = 0; index < accumulators.length; index++) if (accumulators[index] !== 0) changed.push(index);
  accumulators.fill(0);
  inverse.fill(0);
  for (let at = 0; at < user.length; at++) inverse[at * user.length + at] = 1 / FACTOR_RIDGE;
  return Uint32Array.from(changed);
}
