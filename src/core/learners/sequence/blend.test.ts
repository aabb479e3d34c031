import { expect, test } from 'vitest';
import { blendScores, stepBlend, type Blend } from './blend.js';
import { createCandidates, evidence, rowOf } from './columns.js';
import { tellNeighbours } from './neighbours.js';
import { SEQUENCE_RULE } from './rule.js';
import { addToSession, type Sessions } from './sessions.js';

const doubt = 0.3;
const three = createCandidates(2);
for (const item of [11, 12, 13]) rowOf(three, item);
three.values.set([0.5, 2, -1, 0.7, 3, 0.1]);

const blend = (...weights: readonly number[]): Blend => ({ weights: Float64Array.from(weights), accumulators: new Float64Array(4) });

function lossOf(weights: readonly number[], chosen: number): number {
  const scores = blendScores(blend(...weights), three, doubt);
  return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[chosen]!;
}

test('a column weighs more or less with doubt', () => {
  expect([...blendScores(blend(1, 10, 2, -10), three, doubt)]).toEqual([1.6 * 0.5 + 7 * 2, -1.6 + 7 * 0.7, 1.6 * 3 + 7 * 0.1]);
});

test('a step goes down the gradient of the softmax loss, as finite differences give it', () => {
  const weights = [0.4, -0.2, 0.1, 0.5] as const;
  const stepped = blend(...weights);
  stepBlend(stepped, three, blendScores(stepped, three, doubt), doubt, 1, 0.3);
  for (const [index, weight] of weights.entries()) {
    const nudged = (by: number): number[] => weights.map((each, at) => (at === index ? each + by : each));
    const gradient = (lossOf(nudged(1e-6), 1) - lossOf(nudged(-1e-6), 1)) / 2e-6;
    expect(stepped.accumulators[index]).toBeCloseTo(gradient ** 2, 8);
    expect(stepped.weights[index]).toBeCloseTo(weight - (0.3 * gradient) / (Math.abs(gradient) + 1), 8);
  }
});

test('evidence is nothing for no share, and grows with it', () => {
  expect(evidence(0)).toBe(0);
  expect(evidence(1)).toBeCloseTo(Math.log(1.0001 / 0.0001), 12);
  expect(evidence(0.2)).toBeGreaterThan(evidence(0.1));
});

test('neighbours vote by likeness, by distance to the shared item, and not for themselves', () => {
  const sessions: Sessions = { maxSessions: 9, maxItemsPerSession: 9, sessionsPerItem: 9, byKey: new Map(), byItem: new Map() };
  for (const item of [1, 2, 3, 4]) addToSession(sessions, 100, item, 0);
  for (const item of [9, 8]) addToSession(sessions, 200, item, 0); // shares nothing
  addToSession(sessions, 300, 2, 1000);
  const rule = { ...SEQUENCE_RULE, stepRatio: 0.5, beforeRatio: 0.25, neighbourHalfLifeMs: 1000 };
  const shares = new Map<number, number>();
  tellNeighbours(sessions, rule, 300, [2], 1000, (item, share) => void shares.set(item, share));
  // one neighbour: similarity 1/√4, halved by its age; 3 stands next, 4 one further, 1 before
  const similarity = 1 / 4;
  const votes = { 1: similarity * 0.25, 3: similarity, 4: similarity * 0.5 };
  const total = votes[1] + votes[3] + votes[4] + 0.1;
  expect(Object.fromEntries(shares)).toEqual({ 1: votes[1] / total, 3: votes[3] / total, 4: votes[4] / total });
});
