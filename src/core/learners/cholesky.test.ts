import { expect, test } from 'vitest';
import { cholesky, solveCholesky } from './cholesky.js';

test('gives the factor of the example worked by hand, and solves with it', () => {
  // Wikipedia, Cholesky decomposition: [[4,12,−16],[12,37,−43],[−16,−43,98]] = L Lᵀ with L = [[2],[6,1],[−8,5,3]]
  const matrix = Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98);
  const lower = cholesky(matrix, 3);
  expect([...lower]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
  // b = C · (1, −2, 3)
  const solution = solveCholesky(lower, Float64Array.of(4 - 24 - 48, 12 - 74 - 129, -16 + 86 + 294));
  for (const [at, want] of [1, -2, 3].entries()) expect(solution[at]).toBeCloseTo(want, 9);
});

test('leaves out a direction without variance, or lifts it by the jitter', () => {
  expect([...cholesky(Float64Array.of(1, 1, 1, 1), 2)]).toEqual([1, 0, 1, 0]);
  expect(cholesky(Float64Array.of(1, 1, 1, 1), 2, 0.01)[3]).toBeGreaterThan(0.1);
});
