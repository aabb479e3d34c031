import { stepBlend } from './blend.js';
import { addPopularity } from './popularity.js';
import { predictNext, type ExtraColumn, type Prediction } from './predict-next.js';
import type { SequenceRule } from './rule.js';
import type { SequenceParams } from './sequence-params.js';
import { addToSession } from './sessions.js';
import { addTransition } from './transitions.js';

/** One look at an item. */
export interface SequenceEvent {
  /** Which session: any whole number, for instance its ordinal on this device. */
  readonly session: number;
  /** Which item: any whole number, for instance a hash of its id. */
  readonly item: number;
  /** Any clock that all events share; cleaned of times in the future, which would age everything before them. */
  readonly atMs: number;
}

/**
 * Teaches the blend which item came after `prediction`. One that was no candidate teaches nothing: beside candidates picked
 * for being popular it would only say that popularity is wrong. (Given that one of them came, the softmax over them is right.)
 */
export function learnBlend(params: SequenceParams, rule: SequenceRule, prediction: Prediction, item: number): void {
  const { candidates, scores, doubt } = prediction;
  const chosen = candidates.rowOf.get(item);
  if (chosen !== undefined) stepBlend(params.blend, candidates, scores, doubt, chosen, rule.blendLearningRate);
}

/** Counts one event in every table; one without a finite time counts nowhere. */
export function rememberEvent(params: SequenceParams, rule: SequenceRule, { session, item, atMs }: SequenceEvent): void {
  if (!Number.isFinite(atMs)) return;
  const context = params.sessions.byKey.get(session)?.items ?? [];
  for (let steps = 1; steps <= rule.maxSteps && steps <= context.length; steps++) {
    const before = context[context.length - steps]!;
    addTransition(params.forward, before, item, 1 / steps, atMs);
    addTransition(params.backward, item, before, 1 / steps, atMs);
  }
  addPopularity(params.popularity, item, atMs);
  addToSession(params.sessions, session, item, atMs);
}

/**
 * The `sequence` learner's step, online and in place: what follows what (sequential rules, both ways, and a second step from
 * there), sessions like this one, repeats and popularity, all from decayed counts, in a log-linear blend that learns from every
 * event which of them to believe. On real shop logs such counts beat neural models of the time.
 *
 * Cost of one event (Node 20, processor time): 13 µs for a visitor of 1,000 clicks, 110 µs in a shop's whole stream of 70,000,
 * where 280 candidates are scored. As JSON the former knows 0.1 MB, the latter 3 MB.
 * Deterministic: the same events give the same numbers, bit for bit, on every engine.
 *
 * In a worker it would need: the session's ordinal (a new one after half an hour of silence), item keys as whole numbers (the
 * catalogue's hash of an id), `SequenceState` beside the snapshot and the touched rows in the log record. A shop's table can
 * ship with the catalogue as the state to begin with; sessions of others never do, they are empty there.
 *
 * @see Ludewig, Jannach 2018, Evaluation of session-based recommendation algorithms (SR, V-SKNN)
 * @see Jannach, Ludewig 2017, When recurrent neural networks meet the neighborhood
 *
 * @returns what was predicted before the event was known; null for the first event of a session, which nothing precedes
 */
export function stepSequence(
  params: SequenceParams,
  rule: SequenceRule,
  event: SequenceEvent,
  extras: readonly ExtraColumn[] = [],
): Prediction | null {
  const isFirst = !params.sessions.byKey.has(event.session);
  const prediction = isFirst ? null : predictNext(params, rule, event.session, event.atMs, extras);
  if (prediction !== null) learnBlend(params, rule, prediction, event.item);
  rememberEvent(params, rule, event);
  return prediction;
}
