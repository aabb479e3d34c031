import { defaultTastePolicy } from '../../core/federated/default-policy.js';
import type { Policy } from '../../wire/policy.js';

/** What is attacked where no policy is named: the policies that ship, under the key that stands in for the operator's. */

const SITE = 'audit.example';
const cells = Array.from({ length: 32 }, (_, cell) => ({ name: `cell-${cell}`, share: 1 / 32 }));

/** @param publicKey  HPKE recipient */
export function shippedPolicies(publicKey: string): readonly Policy[] {
  return [
    defaultTastePolicy({ site: SITE, cells, publicKey, taskId: 'taste' }),
    defaultTastePolicy({ site: SITE, cells, publicKey, taskId: 'taste-low-epsilon', variant: 'low-epsilon', expectedSignal: 0.25 }),
    vectorPolicy(publicKey),
  ];
}

/** 16 numbers, C = 1, B = 1,025 grid units, σ = 2.387 B: ε 4.28 by the zCDP accountant, 4.00 on the exact curve. */
function vectorPolicy(publicKey: string): Policy {
  return {
    protocol: 1,
    taskId: 'facets',
    site: SITE,
    mode: 'local',
    block: { kind: 'vector', names: Array.from({ length: 16 }, (_, row) => `hue:${row}`) },
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
    expectedSignal: 0.6,
    separationDays: 30,
    windowDays: 365,
    releasesPerWindow: 4,
    roundSeconds: 2_592_000,
    dpDelta: 1e-6,
    weight: 1,
    publicKey,
    codeVersion: '1',
  };
}
