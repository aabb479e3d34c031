import type { MlpParams } from '../../core/learners/kernel-types.js';
import { mlpLayers, type MlpLayer } from '../../core/learners/mlp-layers.js';
import { packLayer, spanOf } from './mlp-pack.js';
import type { createScratch } from './scratch.js';

/** A layer on the GPU. */
export interface LayerTextures {
  readonly layer: MlpLayer;
  /** Two pairs, of which the steps use one after the other. */
  readonly numbers: readonly { readonly weights: WebGLTexture; readonly accumulators: WebGLTexture; readonly target: WebGLFramebuffer }[];
  /** Of hidden layers: [rows] lines, and where they are drawn; null of the output. */
  readonly activations: Target | null;
  /** [rows] lines; of the output with the scores. */
  readonly slopes: Target;
}

export interface Target {
  readonly texture: WebGLTexture;
  readonly target: WebGLFramebuffer;
}

/**
 * @param rows  that lie on the GPU together
 * @param mark  stands beside each bias
 */
export function makeLayers(
  scratch: ReturnType<typeof createScratch>,
  params: MlpParams,
  rows: number,
  mark: number,
): readonly LayerTextures[] {
  const grid = (width: number, height: number, texels: Float32Array | null): WebGLTexture =>
    scratch.grid('RGBA32F', width, height, texels).texture;
  const drawn = (width: number): Target => {
    const texture = grid(width, rows, null);
    return { texture, target: scratch.target([texture]) };
  };
  const layers = mlpLayers(params.sizes);
  return layers.map((layer, at) => {
    const { inputs, outputs } = layer;
    const isOutput = at === layers.length - 1;
    const numbers = [0, 1].map((which) => {
      const weights = grid(spanOf(inputs), outputs, which === 0 ? packLayer(layer, params.weights, mark) : null);
      const accumulators = grid(spanOf(inputs), outputs, which === 0 ? packLayer(layer, params.accumulators, 0) : null);
      return { weights, accumulators, target: scratch.target([weights, accumulators]) };
    });
    return { layer, numbers, activations: isOutput ? null : drawn(spanOf(outputs)), slopes: drawn(isOutput ? 1 : Math.ceil(outputs / 4)) };
  });
}
