/** Where a layer of a perceptron lies in the flat arrays of `MlpParams`. */
export interface MlpLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** First of its [outputs · inputs] weights. */
  readonly weightsAt: number;
  /** First of its [outputs] biases. */
  readonly biasesAt: number;
}

/** @param sizes  [inputs, hidden …, 1] */
export function mlpLayers(sizes: readonly number[]): readonly MlpLayer[] {
  const layers: MlpLayer[] = [];
  let weightsAt = 0;
  for (let at = 1; at < sizes.length; at++) {
    const inputs = sizes[at - 1]!;
    const outputs = sizes[at]!;
    const biasesAt = weightsAt + outputs * inputs;
    layers.push({ inputs, outputs, weightsAt, biasesAt });
    weightsAt = biasesAt + outputs;
  }
  return layers;
}
