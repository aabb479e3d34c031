import { blendScores, stepBlend, type Blend } from './blend.js';
import {
  addValue,
  BACKWARD,
  columns,
  createCandidates,
  EARLIER,
  evidence,
  FORWARD,
  NEIGHBOURS,
  POPULARITY,
  REPEAT,
  rowOf,
  type Candidates,
} from './columns.js';
import { tellNeighbours } from './neighbours.js';
import { addPopularity, shareOf, type Popularity } from './popularity.js';
import type { SequenceRule } from './rule.js';
import { addToSession, type Sessions } from './sessions.js';
import { addTransition, tellShares, type Transitions } from './transitions.js';

/** One look at an item. */
export interface SequenceEvent {
  /** Which session: any whole number, for instance its ordinal on this device. */
  readonly session: number;
  /** Which item: any whole number, for instance a hash of its id. */
  readonly item: number;
  /** Any clock that all events share; cleaned of times in the future, which would age everything before them. */
  readonly atMs: number;
}

/** Scores from elsewhere (content, factors) for items of the caller's choice; they become candidates. About 0 to 10. */
export interface ExtraColumn {
  readonly items: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
}

/** What is expected next: the candidates by score; every other item stands below them, by popularity. */
export interface Prediction {
  readonly candidates: Candidates;
  /** [candidates.items] */
  readonly scores: Float64Array;
  /** How little is known of what follows the last item: 1 for nothing, towards 0. */
  readonly doubt: number;
}

/** Everything the learner knows. `sequence-state.ts` turns it into plain numbers and back. */
export interface SequenceParams {
  readonly forward: Transitions;
  readonly backward: Transitions;
  readonly sessions: Sessions;
  readonly popularity: Popularity;
  readonly blend: Blend;
}

export function createSequenceParams(rule: SequenceRule): SequenceParams {
  const transitions = (): Transitions => ({
    scale: { halfLifeMs: rule.transitionHalfLifeMs, landmarkMs: 0 },
    maxRows: rule.maxRows,
    maxEntriesPerRow: rule.maxEntriesPerRow,
    rows: new Map(),
  });
  const width = columns.length + rule.extraColumns;
  return {
    forward: transitions(),
    backward: transitions(),
    sessions: {
      maxSessions: rule.maxSessions,
      maxItemsPerSession: rule.maxItemsPerSession,
      sessionsPerItem: rule.sessionsPerItem,
      byKey: new Map(),
      byItem: new Map(),
    },
    popularity: {
      scale: { halfLifeMs: rule.popularityHalfLifeMs, landmarkMs: 0 },
      maxItems: rule.maxItems,
      maxLeaders: rule.popularCandidates,
      counts: new Map(),
      leaders: [],
      total: 0,
    },
    blend: {
      weights: Float64Array.from({ length: 2 * width }, (_, column) => rule.blendStart[column] ?? 0),
      accumulators: new Float64Array(2 * width),
    },
  };
}

/**
 * What the session's next item may be, from what it has seen so far. Changes nothing.
 * @param extras  [rule.extraColumns]
 */
export function predictNext(
  params: SequenceParams,
  rule: SequenceRule,
  session: number,
  atMs: number,
  extras: readonly ExtraColumn[] = [],
): Prediction {
  const { forward, backward, sessions, popularity, blend } = params;
  const candidates = createCandidates(columns.length + rule.extraColumns);
  const { items, width } = candidates;
  const context = sessions.byKey.get(session)?.items ?? [];
  const depth = Math.min(context.length, rule.lastItems);
  let doubt = 1;
  let harmonic = 0; // Σ 1/lag: the shares of one column sum up to 1 at most
  for (let lag = 1; lag <= depth; lag++) harmonic += 1 / lag;
  for (let lag = 1; lag <= depth; lag++) {
    const item = context[context.length - lag]!;
    if (lag === 1) doubt = tellShares(forward, item, atMs, (to, share) => addValue(candidates, to, FORWARD, share));
    else tellShares(forward, item, atMs, (to, share) => addValue(candidates, to, EARLIER, share / lag / (harmonic - 1)));
    tellShares(backward, item, atMs, (to, share) => addValue(candidates, to, BACKWARD, share / lag / harmonic));
  }
  tellNeighbours(sessions, rule, session, context, atMs, (item, share) => addValue(candidates, item, NEIGHBOURS, share));
  for (const item of popularity.leaders) rowOf(candidates, item);
  for (let lag = 1; lag <= context.length; lag++) {
    candidates.values[rowOf(candidates, context[context.length - lag]!) * width + REPEAT + Math.min(lag, 4) - 1] = 1;
  }
  for (const [at, { items: extraItems, scores }] of extras.slice(0, rule.extraColumns).entries()) {
    for (let each = 0; each < extraItems.length; each++) {
      const score = scores[each]!;
      if (Number.isFinite(score)) addValue(candidates, extraItems[each]!, columns.length + at, score);
    }
  }
  const { values } = candidates;
  for (let row = 0; row < items.length; row++) {
    for (const column of [FORWARD, EARLIER, BACKWARD, NEIGHBOURS]) {
      values[row * width + column] = evidence(values[row * width + column]!);
    }
    values[row * width + POPULARITY] = evidence(shareOf(popularity, items[row]!));
  }
  return { candidates, scores: blendScores(blend, candidates, doubt), doubt };
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

/** Counts one event in every table. */
export function rememberEvent(params: SequenceParams, rule: SequenceRule, { session, item, atMs }: SequenceEvent): void {
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
 * The learner's step, online: predict, learn from what came, remember.
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
