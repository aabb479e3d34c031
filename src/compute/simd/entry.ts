/** The lazy chunk `simd.js`: loaded only when `simd` is forced or raced. */
export { createSimdEngine } from './simd-engine.js';
