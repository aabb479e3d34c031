import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { GPGPUProgram } from '@tensorflow/tfjs-backend-webgl/dist/base';
import type { ItemMatrix, TopK } from '../../core/learners/kernel-types.js';
import { scoreTopK } from '../../core/learners/score-top-k.js';
import type { Device } from './device.js';
import { readTexture } from './readback.js';
import { refuse } from './refuse.js';
import { adopt, makeTensorOf, textureOf } from './tensor.js';

/** Products on the GPU, one float per item read back, selection on the CPU. The item matrix stays on the GPU. */
export interface TopKKernel {
  /** @throws SdkError `engine-lost`, `engine-refused` */
  score(query: Float32Array, items: ItemMatrix, k: number): Promise<TopK>;
  readonly tensors: readonly Tensor[];
  dispose(): void;
}

const DEADLINE_MS = 15_000;
const SPOT_CHECKS = 16;
const TOLERANCE = 1e-4;

export function createTopKKernel(device: Device): TopKKernel {
  let held: { readonly items: ItemMatrix; readonly vectors: Tensor; readonly bias: Tensor } | null = null;
  let probe = 0;

  const release = (): void => {
    held?.vectors.dispose();
    held?.bias.dispose();
    held = null;
  };
  const hold = (items: ItemMatrix): { readonly vectors: Tensor; readonly bias: Tensor } => {
    const isSame = held !== null && held.items.vectors === items.vectors && held.items.bias === items.bias;
    if (held !== null && isSame && held.items.rows === items.rows && held.items.dim === items.dim) return held;
    release();
    tidy(() => {
      const { rows, dim } = items;
      const bias = items.bias?.slice(0, rows) ?? new Float32Array(rows);
      held = {
        items,
        vectors: keep(makeTensorOf(device, items.vectors.slice(0, rows * dim), [rows, dim])),
        bias: keep(makeTensorOf(device, bias, [rows])),
      };
      for (const tensor of [held.vectors, held.bias]) textureOf(device, tensor); // uploads now
    });
    return held!;
  };

  return {
    get tensors() {
      return held === null ? [] : [held.vectors, held.bias];
    },
    async score(query, items, k) {
      const { rows, dim } = items;
      if (rows === 0 || k < 1 || dim === 0) return scoreTopK(query, items, k); // nothing for a GPU to do
      const { vectors, bias } = hold(items);
      probe = (probe % 65_535) + 1;
      const output = tidy(() => {
        const inputs = [vectors, bias, makeTensorOf(device, query.slice(0, dim), [dim])];
        return keep(adopt(device, device.backend.runWebGLProgram(productProgram(rows, dim), inputs, 'float32', [[probe]])));
      });
      try {
        const { texture, width, height } = textureOf(device, output);
        const values = await readTexture(device, texture, width, height, DEADLINE_MS);
        const best = scoreTopK(new Float32Array(0), { rows, dim: 0, vectors: new Float32Array(0), bias: values }, k);
        checkTopK(query, items, values, best, probe);
        return best;
      } finally {
        output.dispose();
      }
    },
    dispose: release,
  };
}

/** Each row's bias + query·vector, then the probe: [rows + 1]. */
function productProgram(rows: number, dim: number): GPGPUProgram {
  return {
    variableNames: ['vectors', 'bias', 'query'],
    outputShape: [rows + 1],
    customUniforms: [{ name: 'probe', type: 'float' }],
    userCode: /* glsl */ `
      void main() {
        int row = getOutputCoords();
        if (row == ${rows}) {
          setOutput(probe);
        } else {
          float sum = getBias(row);
          for (int at = 0; at < ${dim}; at++) sum += getQuery(at) * getVectors(row, at);
          setOutput(clamp(sum, -3.4028234e38, 3.4028234e38));
        }
      }`,
  };
}

/** Computes the winners and a few rows in between again. */
function checkTopK(query: Float32Array, items: ItemMatrix, values: Float32Array, best: TopK, probe: number): void {
  const { rows, dim, vectors, bias } = items;
  if (values[rows] !== probe) refuse(`the probe is ${values[rows]}, expected ${probe}`);
  for (let row = 0; row < rows; row++) if (!Number.isFinite(values[row])) refuse(`the score of row ${row} is ${values[row]}`);
  const stride = Math.max(1, Math.floor(rows / SPOT_CHECKS));
  const checked = [...best.rows.subarray(0, SPOT_CHECKS)];
  for (let row = probe % stride; row < rows; row += stride) checked.push(row);
  for (const row of checked) {
    let score = bias?.[row] ?? 0;
    let size = Math.abs(score) + 1e-30;
    for (let at = 0; at < dim; at++) {
      const term = query[at]! * vectors[row * dim + at]!;
      score += term;
      size += Math.abs(term);
    }
    if (size < 1e37 && Math.abs(values[row]! - score) > TOLERANCE * size)
      refuse(`the score of row ${row} is ${values[row]}, expected ${score}`);
  }
}
