/** Where tfjs' AdaGrad starts its accumulators; ours start there, too, in these benches. Its ε of 1e-7 (webgl: 1e-4) is inside the root. */
export const firstAccumulator = 0.1;

export interface Descent {
  readonly kind: 'adagrad' | 'sgd';
  readonly learningRate: number;
}

/** Arrays of zeros in the engine's own memory: for most engines that is plain arrays. */
export type Allocate = (...lengths: readonly number[]) => Float32Array[];
