import type { Engine } from '../engine.js';
import { createFactorsKernel } from './factors.js';
import { createHeldItems } from './held-items.js';
import { createHomes } from './homes.js';
import { createLinearKernel } from './linear.js';
import { simdModule } from './module.js';
import { createTopKKernels, type TopKKernels } from './top-k.js';

/** Some kernels have a rule or a size that is not worth fusing; those run on the pure kernel, which is as good, only slower. */
export interface SimdEngine extends Engine {
  scoreTopKInt8(...args: Parameters<TopKKernels['scoreTopKInt8']>): Promise<ReturnType<TopKKernels['scoreTopKInt8']>>;
  /**
   * Zeros, one array for each length, in WebAssembly memory: parameters and catalogues that live there are never copied. What belongs
   * together (`weights` and `accumulators`) must come from one call. They stay good when the engine is closed.
   */
  allocate(...lengths: readonly number[]): Float32Array[];
}

/**
 * The engine in WebAssembly SIMD. One thread, arithmetic as in the pure kernels, in pairs or fours; sums in another order.
 * @throws SdkError `wasm-blocked`, `engine-unavailable`
 */
export function createSimdEngine(): SimdEngine {
  simdModule();
  const homes = createHomes();
  const held = createHeldItems();
  const stepLinear = createLinearKernel(homes);
  const stepFactors = createFactorsKernel(homes);
  const { scoreTopK, scoreTopKInt8 } = createTopKKernels(homes, held);
  return {
    name: 'simd',
    stepLinear: async (params, batch, rule) => stepLinear(params, batch, rule),
    stepFactors: async (params, batch, rule) => stepFactors(params, batch, rule),
    scoreTopK: async (query, items, k) => scoreTopK(query, items, k),
    scoreTopKInt8: async (query, items, k) => scoreTopKInt8(query, items, k),
    allocate: homes.allocate,
    describe: () => ({ name: 'simd', device: 'CPU, WebAssembly SIMD', textures: [] }),
    close: () => held.release(),
  };
}
