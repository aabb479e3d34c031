import { stepEmbeddings } from '../core/learners/embeddings.js';
import { stepAnyLinear } from '../core/learners/linear-any.js';
import { stepMlp } from '../core/learners/mlp.js';
import { scoreTopKInt8 } from '../core/learners/score-top-k-int8.js';
import type { FullEngine } from './engine.js';
import { createReferenceEngine } from './reference.js';

/** Every pure kernel behind the interface: what training, evaluation and benchmarks measure the others against. Takes every `LinearRule`. */
export function createFullReferenceEngine(): FullEngine {
  return {
    ...createReferenceEngine(),
    stepLinear: async (params, batch, rule) => stepAnyLinear(params, batch, rule),
    stepEmbeddings: async (params, batch, rule) => stepEmbeddings(params, batch, rule),
    stepMlp: async (params, batch, rule) => stepMlp(params, batch, rule),
    scoreTopKInt8: async (query, items, k) => scoreTopKInt8(query, items, k),
  };
}
