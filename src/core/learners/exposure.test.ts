import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { emptyEmbeddings, stepEmbeddings } from './embeddings.js';
import { exposureWeight, learnExamination } from './exposure.js';
import type { EmbeddingRule } from './kernel-types.js';
import { sigmoid } from './sigmoid.js';

const itemCount = 12;
const positionCount = 6;
/** The better an item, the lower the shop mostly puts it. */
const trueRelevance = Array.from({ length: itemCount }, (_, item) => 0.1 + (0.6 * item) / (itemCount - 1));
const trueExamination = Array.from({ length: positionCount }, (_, position) => 1 / (1 + position));

/** Clicks of 20,000 lists: a look and a liking. Half of the places are by the shop's order, worst first, half by chance. */
function simulate(): { positions: number[]; items: number[]; clicks: number[] } {
  const random = seededRandom(17);
  const positions: number[] = [];
  const items: number[] = [];
  const clicks: number[] = [];
  for (let list = 0; list < 20_000; list++) {
    for (let position = 0; position < positionCount; position++) {
      const item = random.nextUnit() < 0.5 ? position * 2 + (list % 2) : random.nextUint32() % itemCount;
      positions.push(position);
      items.push(item);
      clicks.push(random.nextUnit() < trueExamination[position]! && random.nextUnit() < trueRelevance[item]! ? 1 : 0);
    }
  }
  return { positions, items, clicks };
}

const log = simulate();

/** Each item's probability after one pass of logistic regression over the log. */
function learn(weightOf: (row: number, probability: number) => number): number[] {
  const params = emptyEmbeddings({ users: 1, items: itemCount, dim: 1, seed: 1, stddev: 1e-9 });
  const rule: EmbeddingRule = { loss: 'logistic', learningRate: 0.05, l2: 0, biasL2: 0, epsilon: 1 };
  params.userBiasAccumulators.fill(1e30); // one user: the item's bias is all there is to learn
  for (let row = 0; row < log.items.length; row++) {
    const item = log.items[row]!;
    stepEmbeddings(
      params,
      {
        rows: 1,
        users: Uint32Array.of(0),
        items: Uint32Array.of(item),
        labels: Float32Array.of(log.clicks[row]!),
        sampleWeights: Float32Array.of(weightOf(row, sigmoid(params.itemBiases[item]!))),
        margins: Float32Array.of(0),
      },
      rule,
    );
  }
  return Array.from(params.itemBiases, sigmoid);
}

const inversions = (values: readonly number[]): number =>
  values.reduce((sum, value, at) => sum + values.slice(at + 1).filter((later) => later < value).length, 0);

describe('clicks under a known position bias', () => {
  test('tell how far each position is looked at, and what the items are worth', () => {
    const { examination, relevance } = learnExamination(log, { positions: positionCount, items: itemCount }, 60);
    // Some 3,000 clicks at the last position: relative deviation 0.02 of the ratio; 0.1 is beyond five of them
    for (let at = 0; at < positionCount; at++) expect(Math.abs(examination[at]! / trueExamination[at]! - 1)).toBeLessThan(0.1);
    for (let at = 0; at < itemCount; at++) expect(Math.abs(relevance[at]! - trueRelevance[at]!)).toBeLessThan(0.06);
  });

  test('teach the right order with exposure weights and a wrong one without', () => {
    const plain = learn(() => 1);
    const corrected = learn((row, probability) =>
      exposureWeight(log.clicks[row] === 1, trueExamination[log.positions[row]!]!, probability),
    );
    const error = (values: readonly number[]): number => Math.max(...values.map((value, at) => Math.abs(value - trueRelevance[at]!)));
    expect(error(plain)).toBeGreaterThan(0.3);
    expect(error(corrected)).toBeLessThan(0.15);
    expect(inversions(corrected)).toBeLessThan(inversions(plain));
  });
});

test('weighs a click 1, a no at the top nearly 1, a no that nobody saw nothing', () => {
  expect(exposureWeight(true, 0.01, 0.5)).toBe(1);
  expect(exposureWeight(false, 1, 0.3)).toBeCloseTo(1, 4);
  expect(exposureWeight(false, 0, 0.3)).toBeLessThan(1e-5);
  // Bayes by hand: 0.25·0.6 / (1 − 0.25·0.4) = 1/6
  expect(exposureWeight(false, 0.25, 0.4)).toBeCloseTo(1 / 6, 12);
  for (const theta of [0, 0.5, 1]) for (const gamma of [0, 0.5, 1]) expect(exposureWeight(false, theta, gamma)).toBeGreaterThanOrEqual(0);
});
