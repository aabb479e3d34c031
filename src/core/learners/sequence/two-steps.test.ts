import { expect, test } from 'vitest';
import { evidence, TWO_STEPS } from './columns.js';
import { predictNext } from './predict-next.js';
import { SEQUENCE_RULE } from './rule.js';
import { createSequenceParams } from './sequence-params.js';
import { rememberEvent } from './sequence.js';

/** Three sessions: 1 → 2, 2 → 3, and 1, which is asked for. */
function chain(stepsVia: number): { items: readonly number[]; twoSteps: ReadonlyMap<number, number> } {
  const rule = { ...SEQUENCE_RULE, transitionHalfLifeMs: Infinity, popularCandidates: 0, stepsVia };
  const params = createSequenceParams(rule);
  for (const [session, item] of [
    [1, 1],
    [1, 2],
    [2, 2],
    [2, 3],
    [3, 1],
  ] as const)
    rememberEvent(params, rule, { session, item, atMs: 0 });
  const { items, values, width } = predictNext(params, rule, 3, 0).candidates;
  return { items, twoSteps: new Map(items.map((item, row) => [item, values[row * width + TWO_STEPS]!])) };
}

test('finds what has never followed the item itself, by way of what has', () => {
  // 1 → 2 is half of what is known of 1 (the other half is doubt), and so is 2 → 3 of 2, and 2 ← 1
  const { items, twoSteps } = chain(10);
  expect(new Set(items)).toEqual(new Set([1, 2, 3]));
  expect(twoSteps.get(3)).toBe(evidence((1 / 2) * (1 / 2) * (1 / 6)));
  expect(twoSteps.get(1)).toBe(evidence((1 / 2) * (1 / 2) * (1 / 6)));
  expect(twoSteps.get(2)).toBe(0);
});

test('goes nowhere where no second step is asked for', () => {
  expect(chain(0).items).not.toContain(3);
});
