import type { DenseBatch, MlpParams, MlpRule } from '../../core/learners/kernel-types.js';
import { dropoutThreshold } from '../../core/learners/mlp-dropout.js';
import { mlpLayers, type MlpLayer } from '../../core/learners/mlp-layers.js';
import { stepMlp } from '../../core/learners/mlp.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';

/** What rounding up costs each piece of scratch. */
const PIECE_BYTES = 32;

/** Parameters that live elsewhere are copied in and out. Groups too large for the scratch go to the pure kernel. */
export function createMlpKernel(homes: Homes): (params: MlpParams, batch: DenseBatch, rule: MlpRule) => Float32Array {
  return (params, batch, rule) => {
    const { sizes, weights, accumulators } = params;
    const groupRows = Math.min(rule.batch, batch.rows);
    const scratchBytes = groupRows * (sizes.reduce((sum, size) => sum + 16 * size, 0) + 16) + (2 * sizes.length + 4) * PIECE_BYTES;
    if (batch.rows === 0 || scratchBytes > homes.away.scratch.sizeBytes) return stepMlp(params, batch, rule);
    const own = homes.homeOf(weights, accumulators);
    if (own !== undefined) return learn(own, weights.byteOffset, accumulators.byteOffset, params, batch, rule);
    return homes.host([weights, accumulators], (home, [weightsAt, accumulatorsAt]) =>
      learn(home, weightsAt!, accumulatorsAt!, params, batch, rule),
    );
  };
}

/** Group after group, as `stepMlp`. */
function learn(home: Home, weightsAt: number, accumulatorsAt: number, params: MlpParams, batch: DenseBatch, rule: MlpRule): Float32Array {
  const { kernels, scratch, buffer } = home;
  const { sizes, steps } = params;
  const layers = mlpLayers(sizes);
  const groupRows = Math.min(rule.batch, batch.rows);
  const threshold = dropoutThreshold(rule);
  const scale = 1 / (1 - rule.dropout);
  const at = ({ weightsAt: first }: MlpLayer, base: number): number => base + first * 4;
  scratch.reset();
  const activations = sizes.map((size) => scratch.take(groupRows * size * 8));
  const slopes = sizes.map((size) => scratch.take(groupRows * size * 8));
  const usedBytes = scratch.usedBytes();
  const input = new Float64Array(buffer, activations[0], groupRows * batch.dim);
  const scores = new Float32Array(batch.rows);
  for (let from = 0; from < batch.rows; from += groupRows) {
    const to = Math.min(from + groupRows, batch.rows);
    const rows = to - from;
    scratch.reset(usedBytes);
    input.set(batch.vectors.subarray(from * batch.dim, to * batch.dim));
    for (const [number, layer] of layers.entries()) {
      const isHidden = number < layers.length - 1;
      const [below, above] = [activations[number]!, activations[number + 1]!];
      kernels.forwardLayer(at(layer, weightsAt), layer.inputs, layer.outputs, rows, below, above, isHidden ? 1 : 0);
      if (isHidden && threshold > 0) kernels.dropOut(above, rows, layer.outputs, rule.seed, steps[0]!, number, threshold, scale);
    }
    const scoresAt = scratch.take(rows * 4);
    const counted = kernels.scoreRows(
      activations.at(-1)!,
      rows,
      scratch.place(batch.labels, from, to),
      scratch.place(batch.sampleWeights, from, to),
      scratch.place(batch.margins, from, to),
      scoresAt,
      slopes.at(-1)!,
    );
    scratch.fetch(scoresAt, scores, from, to);
    if (counted === 0) continue;
    for (let number = layers.length - 1; number >= 0; number--) {
      const layer = layers[number]!;
      const { inputs, outputs } = layer;
      const [above, spoken] = [slopes[number + 1]!, activations[number]!];
      // The layer below learns from this one as it was.
      if (number > 0) kernels.backwardLayer(at(layer, weightsAt), inputs, outputs, rows, above, spoken, slopes[number]!, scale);
      kernels.updateLayer(
        at(layer, weightsAt),
        at(layer, accumulatorsAt),
        inputs,
        outputs,
        rows,
        above,
        spoken,
        rule.kind === 'sgd' ? 1 : 0,
        rule.learningRate,
        rule.l2,
        rule.epsilon,
      );
    }
    steps[0]!++;
  }
  return scores;
}
