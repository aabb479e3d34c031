import type { Policy } from './policy.js';

/** The default policies of the house, for tests, simulations and as what an operator starts from. */

const common = {
  protocol: 1,
  site: 'paint.example',
  mode: 'local',
  expectedSignal: 0.6,
  separationDays: 30,
  windowDays: 365,
  releasesPerWindow: 4,
  roundSeconds: 2_592_000,
  weight: 1,
  codeVersion: '1',
} as const;

/** `taste`: one cell of J named with probability 54/85; ε = ln 54 at J = 32. */
export function examplePolicy(change: Partial<Policy> = {}): Policy {
  return {
    ...common,
    taskId: 'taste',
    block: { kind: 'taste', cells: Array.from({ length: 32 }, (_, cell) => ({ name: `cell-${cell}`, share: 1 / 32 })) },
    mechanism: { kind: 'vote', subsetSize: 1, keepNumerator: 54, keepDenominator: 85 },
    minimumBatch: 500,
    dpDelta: 0,
    publicKey: 'A'.repeat(43),
    ...change,
  };
}

/** Gaussian of 16 numbers: C = 1, scale 1024, B = 1,025 ≥ √(1024² + 4), σ = 2.387 B, 16 bits. */
export function exampleVectorPolicy(change: Partial<Policy> = {}): Policy {
  return {
    ...common,
    taskId: 'weights',
    block: { kind: 'vector', names: Array.from({ length: 16 }, (_, row) => `facet-${row}`) },
    mechanism: {
      kind: 'gaussian',
      dim: 16,
      clipNorm: 1,
      scale: 1024,
      bound: 1025,
      sigmaNumerator: 2387,
      sigmaDenominator: 1000,
      bits: 16,
    },
    minimumBatch: 3_000,
    dpDelta: 1e-6,
    publicKey: 'A'.repeat(43),
    ...change,
  };
}
