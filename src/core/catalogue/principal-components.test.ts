import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.js';
import { principalComponents, type SparseRows } from './principal-components.js';
import { symmetricEigen } from './symmetric-eigen.js';

function sparse(dense: readonly (readonly number[])[]): SparseRows {
  const offsets = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of dense) {
    for (const [column, value] of row.entries()) {
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    offsets.push(indices.length);
  }
  return {
    rows: dense.length,
    columns: dense[0]!.length,
    offsets: Uint32Array.from(offsets),
    indices: Uint32Array.from(indices),
    values: Float64Array.from(values),
  };
}

describe('principal components', () => {
  test('eigenvalues of a matrix known by hand', () => {
    // [[2, 1], [1, 2]]: 3 with (1, 1)/√2 and 1 with (1, −1)/√2
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 12);
    expect(values[1]).toBeCloseTo(1, 12);
    expect(Math.abs(vectors[0]![0]!)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(vectors[0]![0]! * vectors[0]![1]!).toBeCloseTo(0.5, 12);
  });

  test('equal the eigenvectors of the full covariance', () => {
    const random = seededRandom(5);
    const dense = Array.from({ length: 300 }, () => {
      const [a, b, c] = [random.nextUnit() * 9, random.nextUnit() * 4, random.nextUnit()];
      return Array.from({ length: 40 }, (_, k) =>
        random.nextUnit() < 0.3 ? 0 : a * Math.sin(k) + b * Math.cos(3 * k) + c * Math.sin(7 * k) + 0.05 * random.nextUnit(),
      );
    });
    const { mean, directions } = principalComponents(sparse(dense), 3, 1);
    const covariance = new Float64Array(40 * 40);
    const centre = Array.from({ length: 40 }, (_, k) => dense.reduce((sum, row) => sum + row[k]!, 0) / 300);
    for (const row of dense)
      for (let i = 0; i < 40; i++) for (let j = 0; j < 40; j++) covariance[i * 40 + j]! += (row[i]! - centre[i]!) * (row[j]! - centre[j]!);
    const { vectors } = symmetricEigen(covariance, 40);
    for (let k = 0; k < 40; k++) expect(mean[k]).toBeCloseTo(centre[k]!, 9);
    for (let k = 0; k < 2; k++) {
      const dot = vectors[k]!.reduce((sum, value, at) => sum + value * directions[at * 3 + k]!, 0);
      expect(Math.abs(dot)).toBeGreaterThan(1 - 1e-6);
    }
  });

  test('are signed by their largest entry and repeat bit by bit', () => {
    const data = sparse(Array.from({ length: 50 }, (_, row) => Array.from({ length: 12 }, (_, k) => ((row * (k + 3)) % 7) / 7)));
    const [one, other] = [principalComponents(data, 4, 9), principalComponents(data, 4, 9)];
    expect(one.directions).toEqual(other.directions);
    for (let k = 0; k < 4; k++) {
      const column = Array.from({ length: 12 }, (_, at) => one.directions[at * 4 + k]!);
      expect(column.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))).toBeGreaterThan(0);
    }
  });

  test('data of lower rank leaves the other directions empty and finite', () => {
    const data = sparse(Array.from({ length: 20 }, (_, row) => [row, 2 * row, 0]));
    const { directions } = principalComponents(data, 3, 1);
    expect(directions.every(Number.isFinite)).toBe(true);
    expect(directions[0]! / directions[3]!).toBeCloseTo(0.5, 9);
    expect([directions[1], directions[4], directions[2], directions[5]]).toEqual([0, 0, 0, 0]);
  });
});
