import type { AllocatingEngine, FullEngine } from '../engine.js';
import { createEmbeddingsKernel } from './embeddings.js';
import { createFactorsKernel } from './factors.js';
import { createHeldItems } from './held-items.js';
import { createHomes } from './homes.js';
import { createLinearKernel } from './linear.js';
import { createMlpKernel } from './mlp.js';
import { simdModule } from './module.js';
import { createTopKKernels } from './top-k.js';

/**
 * The engine in WebAssembly SIMD. One thread, float64 arithmetic and one rounding per store as in the pure kernels, in pairs; only sums
 * come in another order. Some rules and sizes are not worth fusing; those run on the pure kernel, which is as good, only slower.
 *
 * @throws SdkError `wasm-blocked`, `engine-unavailable`
 */
export function createSimdEngine(): FullEngine & AllocatingEngine {
  simdModule();
  const homes = createHomes();
  const held = createHeldItems();
  const stepLinear = createLinearKernel(homes);
  const stepFactors = createFactorsKernel(homes);
  const stepEmbeddings = createEmbeddingsKernel(homes);
  const stepMlp = createMlpKernel(homes);
  const { scoreTopK, scoreTopKInt8 } = createTopKKernels(homes, held);
  return {
    name: 'simd',
    stepLinear: async (params, batch, rule) => stepLinear(params, batch, rule),
    stepFactors: async (params, batch, rule) => stepFactors(params, batch, rule),
    stepEmbeddings: async (params, batch, rule) => stepEmbeddings(params, batch, rule),
    stepMlp: async (params, batch, rule) => stepMlp(params, batch, rule),
    scoreTopK: async (query, items, k) => scoreTopK(query, items, k),
    scoreTopKInt8: async (query, items, k) => scoreTopKInt8(query, items, k),
    allocate: homes.allocate,
    describe: () => ({ name: 'simd', device: 'CPU, WebAssembly SIMD', textures: [] }),
    close: () => held.release(),
  };
}
