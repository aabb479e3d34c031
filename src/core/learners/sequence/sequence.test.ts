import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../random.js';
import { columns } from './columns.js';
import { predictNext, type Prediction } from './predict-next.js';
import { SEQUENCE_RULE, type SequenceRule } from './rule.js';
import { createSequenceParams } from './sequence-params.js';
import { restoreSequence, sequenceState, type SequenceState } from './sequence-state.js';
import { stepSequence, type SequenceEvent } from './sequence.js';

const tiny: SequenceRule = {
  ...SEQUENCE_RULE,
  maxRows: 4,
  maxEntriesPerRow: 2,
  maxSessions: 3,
  maxItemsPerSession: 3,
  sessionsPerItem: 2,
  maxItems: 5,
  popularCandidates: 2,
  transitionHalfLifeMs: 50_000,
};

const best = ({ candidates, scores }: Prediction): number => candidates.items[scores.indexOf(Math.max(...scores))]!;

/** Sessions of 4 items of 30, in which 5 leads to 17 and 18 to 3 four times of five; else whatever comes. */
function plantedStream(sessions: number): SequenceEvent[] {
  const random = seededRandom(9);
  const follower = new Map([
    [5, 17],
    [18, 3],
  ]);
  const events: SequenceEvent[] = [];
  for (let session = 0; session < sessions; session++) {
    let item = Math.floor(random.nextUnit() * 30);
    for (let step = 0; step < 4; step++) {
      events.push({ session, item, atMs: events.length * 1000 });
      const planted = follower.get(item);
      item = planted !== undefined && random.nextUnit() < 0.8 ? planted : Math.floor(random.nextUnit() * 30);
    }
  }
  return events;
}

describe('sequence learner', () => {
  test('finds what was planted', () => {
    const params = createSequenceParams(SEQUENCE_RULE);
    const events = plantedStream(300);
    for (const event of events) stepSequence(params, SEQUENCE_RULE, event);
    const atMs = events.length * 1000;
    for (const [session, [item, next]] of [
      [5, 17],
      [18, 3],
    ].entries()) {
      stepSequence(params, SEQUENCE_RULE, { session: 1000 + session, item: item!, atMs });
      expect(best(predictNext(params, SEQUENCE_RULE, 1000 + session, atMs))).toBe(next);
    }
  });

  test('learns to believe the column that tells: where shoppers look twice, the last item leads', () => {
    const rule = { ...SEQUENCE_RULE, blendStart: [] };
    const params = createSequenceParams(rule);
    const random = seededRandom(3);
    for (let session = 0; session < 200; session++) {
      const item = Math.floor(random.nextUnit() * 1000);
      for (const step of [0, 1]) stepSequence(params, rule, { session, item, atMs: 2000 * session + step });
    }
    const weights = [...params.blend.weights].slice(0, columns.length);
    expect(columns[weights.indexOf(Math.max(...weights))]).toBe('is the last item');
    stepSequence(params, rule, { session: 999, item: 5000, atMs: 500_000 });
    expect(best(predictNext(params, rule, 999, 500_000))).toBe(5000);
  });

  test('predicts before it learns, and nothing before the first event of a session', () => {
    const params = createSequenceParams(SEQUENCE_RULE);
    expect(stepSequence(params, SEQUENCE_RULE, { session: 1, item: 7, atMs: 0 })).toBeNull();
    const prediction = stepSequence(params, SEQUENCE_RULE, { session: 1, item: 8, atMs: 1 });
    expect(prediction!.candidates.items).toEqual([7]);
  });

  test('scores from elsewhere are columns of their own, and make candidates', () => {
    const rule = { ...SEQUENCE_RULE, extraColumns: 1, blendStart: [...columns.map(() => 0), 2] };
    const params = createSequenceParams(rule);
    const { candidates, scores } = predictNext(params, rule, 1, 0, [{ items: [40, 41, 42], scores: [0.5, 3, Number.NaN] }]);
    expect(candidates.items).toEqual([40, 41]);
    expect([...scores]).toEqual([1, 6]);
  });

  test('prediction changes nothing', () => {
    const params = createSequenceParams(SEQUENCE_RULE);
    for (const event of plantedStream(20)) stepSequence(params, SEQUENCE_RULE, event);
    const before = JSON.stringify(sequenceState(params));
    predictNext(params, SEQUENCE_RULE, 3, 1e9);
    expect(JSON.stringify(sequenceState(params))).toBe(before);
  });
});

describe('state', () => {
  test('a life stored as JSON half-way goes on bit for bit, caps or not', () => {
    const events = plantedStream(120);
    for (const rule of [SEQUENCE_RULE, tiny]) {
      const whole = createSequenceParams(rule);
      const first = createSequenceParams(rule);
      for (const event of events) stepSequence(whole, rule, event);
      for (const event of events.slice(0, 251)) stepSequence(first, rule, event);
      const second = restoreSequence(JSON.parse(JSON.stringify(sequenceState(first))) as SequenceState, rule);
      for (const event of events.slice(251)) stepSequence(second, rule, event);
      expect(sequenceState(second)).toEqual(sequenceState(whole));
    }
  });

  test('refuses a state of another version or another blend', () => {
    const state = sequenceState(createSequenceParams(SEQUENCE_RULE));
    expect(() => restoreSequence({ ...state, version: 2 as 1 }, SEQUENCE_RULE)).toThrow(/version 2, expected 1/);
    expect(() => restoreSequence(state, { ...SEQUENCE_RULE, extraColumns: 1 })).toThrow(/20 blend weights, expected 22/);
  });
});

test('any stream of numbers is borne: nothing throws, all stays finite and within the caps', () => {
  const event = fc.record({
    session: fc.oneof(fc.nat(5), fc.double()),
    item: fc.oneof(fc.nat(9), fc.double()),
    atMs: fc.oneof(fc.nat(1_000_000), fc.double()),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      const params = createSequenceParams(tiny);
      for (const each of events) {
        const prediction = stepSequence(params, tiny, each);
        if (prediction === null) continue;
        expect([...prediction.scores].every(Number.isFinite)).toBe(true);
        expect(prediction.doubt).toBeGreaterThanOrEqual(0);
        expect(prediction.doubt).toBeLessThanOrEqual(1);
      }
      const { forward, backward, popularity, sessions, blend } = sequenceState(params);
      for (const { keys, offsets, weights } of [forward, backward]) {
        expect(keys.length).toBeLessThanOrEqual(tiny.maxRows);
        for (const at of keys.keys()) expect(offsets[at + 1]! - offsets[at]!).toBeLessThanOrEqual(tiny.maxEntriesPerRow);
        expect(weights.every((weight) => weight > 0 && weight < Infinity)).toBe(true);
      }
      expect(popularity.items.length).toBeLessThanOrEqual(tiny.maxItems);
      expect(sessions.keys.length).toBeLessThanOrEqual(tiny.maxSessions);
      expect([popularity.total, ...popularity.counts, ...blend.weights, ...blend.accumulators].every(Number.isFinite)).toBe(true);
    }),
    { seed: 5, numRuns: 300 },
  );
});
