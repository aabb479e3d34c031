import { stepFactors } from '../core/learners/factors.js';
import { stepLinear } from '../core/learners/linear.js';
import { scoreTopK } from '../core/learners/score-top-k.js';
import type { Engine } from './engine.js';

/** The pure kernels of `core` behind the engine's interface: defines what is right, and is the fastest for single events. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    stepLinear: async (params, batch, rule) => stepLinear(params, batch, rule),
    stepFactors: async (params, batch, rule) => stepFactors(params, batch, rule),
    scoreTopK: async (query, items, k) => scoreTopK(query, items, k),
    describe: () => ({ name: 'reference', device: 'CPU, typed arrays', textures: [] }),
    close: () => {
      // Holds nothing.
    },
  };
}
