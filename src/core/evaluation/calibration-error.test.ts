import { expect, test } from 'vitest';
import { calibrationBins, calibrationError } from './calibration-error.js';

test('weighs the gap of each bin by its rows', () => {
  // bin 0: two rows, predicted 0.05, observed ½; bin 9: three rows, predicted 0.9, observed 1
  const probabilities = [0.02, 0.08, 0.9, 0.9, 0.9];
  const labels = [0, 1, 1, 1, 1];
  expect(calibrationError(probabilities, labels)).toBeCloseTo((2 * 0.45 + 3 * 0.1) / 5, 12);
  expect(calibrationBins(probabilities, labels, 10).map(({ rows }) => rows)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
});

test('puts certainty into the last bin, and gaps of both signs do not cancel between bins', () => {
  expect(calibrationError([1, 0], [1, 0])).toBe(0);
  expect(calibrationError([1, 0], [0, 1])).toBe(1);
  expect(calibrationError([0.25, 0.75], [0, 1], 2)).toBeCloseTo(0.25, 12);
  expect(calibrationError([0.25, 0.75], [0, 1], 1)).toBe(0);
  expect(calibrationError([], [])).toBeNaN();
});
