import { describe, expect, test } from 'vitest';
import { meanErrors } from '../../core/privacy/predicted-error.js';
import { bestVote, planRows, type PlanQuestion } from './plan-rows.js';

const question: PlanQuestion = {
  epsilons: [4],
  cells: [],
  dims: [],
  splitDims: [],
  dpDelta: 1e-6,
  releases: 3,
  wantedError: 0.3,
  devices: null,
  voteSignal: 0.25,
  vectorSignal: 0.6,
  gradientSignal: 0.07,
};

describe('a plan', () => {
  test('of a local vector is the design’s: d = 16 at ε = 4 wants about 2,813 devices, σ = 2.387·B', () => {
    const [row] = planRows({ ...question, dims: [16], devices: 2_814 });
    expect(row).toMatchObject({ mechanism: 'σ = 2.387·B', bound: 1, signal: 0.6, devicesNeeded: 2_814 });
    expect(row!.errorAtDevices).toBeLessThanOrEqual(0.3);
    expect(row!.epsilonClaimed).toBeGreaterThan(4);
  });

  test('of split mode is the design’s (there rounded down): 2,082 devices for d = 64 and 3 releases at ε = 2, 8,326 for d = 1,024', () => {
    const rows = planRows({ ...question, epsilons: [2], splitDims: [64, 1024] });
    expect(rows.map(({ devicesNeeded }) => devicesNeeded)).toEqual([2_082, 8_326]);
  });

  test('of a local vector agrees with the predictor of vectors f at m = 1, replacement as twice the sensitivity', () => {
    const [row] = planRows({ ...question, dims: [1000], vectorSignal: 1, devices: 100 });
    expect(row!.errorAtDevices).toBeCloseTo(2 * meanErrors(100, 1000, 4, 1e-6, 1).local, 9);
  });

  test('never claims more privacy than asked: a vote keeps at most its ε, with the subset size near J/(e^ε + 1)', () => {
    for (const [cells, epsilon] of [
      [32, 4],
      [32, 2],
      [128, 1],
      [16, 0.5],
    ] as const) {
      const [row] = planRows({ ...question, epsilons: [epsilon], cells: [cells] });
      expect(row!.epsilonClaimed).toBeLessThanOrEqual(epsilon);
      expect(row!.epsilonClaimed).toBeGreaterThan(epsilon - 0.1);
      const ideal = cells / (Math.exp(epsilon) + 1);
      expect(Math.abs(bestVote(cells, epsilon).subsetSize - Math.max(1, ideal))).toBeLessThanOrEqual(1);
    }
  });

  test('refuses an ε that no vote in ten-thousandths has', () => {
    expect(() => planRows({ ...question, epsilons: [1e-4], cells: [32] })).toThrow('no vote over 32 cells');
  });
});
