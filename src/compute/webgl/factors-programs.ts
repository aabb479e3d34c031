import type { GPGPUProgram } from '@tensorflow/tfjs-backend-webgl/dist/base';
import { arithmetic } from './arithmetic.glsl.js';

/**
 * state    [dim + 1 + scores + 1, dim]: inverse, user vector, scores of the rows so far, probe
 * vectors  [rows, dim]
 * rows     [rows, 4]: margin, label, sample weight, −
 */
const inputs = ['state', 'vectors', 'rows'];

/** Rows of the state tensor: `dim` of the inverse, one of the user vector, the scores, one of the probe. */
export function stateRows(dim: number, rows: number): number {
  return dim + 1 + Math.ceil(rows / dim) + 1;
}

/** One row's gain k = P e and, as its last element, the score margin + p·e: [1, dim + 1]. */
export function gainProgram(dim: number): GPGPUProgram {
  return {
    variableNames: inputs,
    outputShape: [1, dim + 1],
    customUniforms: [{ name: 'row', type: 'int' }],
    userCode: /* glsl */ `
      ${arithmetic}
      void main() {
        int line = getOutputCoords().y;
        float sum = line == ${dim} ? getRows(row, 0) : 0.0;
        for (int at = 0; at < ${dim}; at++) sum += getState(line, at) * getVectors(row, at);
        setOutput(saturated(sum));
      }`,
  };
}

/** The state after one row: P ← P − c·k kᵀ, p ← p − step·k, the row's score put in its place. */
export function updateProgram(dim: number, rows: number): GPGPUProgram {
  return {
    variableNames: [...inputs, 'gains'],
    outputShape: [stateRows(dim, rows), dim],
    customUniforms: [
      { name: 'row', type: 'int' },
      { name: 'minCurvature', type: 'float' },
    ],
    userCode: /* glsl */ `
      ${arithmetic}
      void main() {
        ivec2 place = getOutputCoords();
        float old = getState(place.x, place.y);
        float score = getGains(0, ${dim});
        float sampleWeight = getRows(row, 2);
        if (place.x > ${dim}) {
          setOutput((place.x - ${dim + 1}) * ${dim} + place.y == row && place.x < ${stateRows(dim, rows) - 1} ? score : old);
        } else if (sampleWeight == 0.0) {
          setOutput(old);
        } else {
          float spread = 0.0;
          for (int at = 0; at < ${dim}; at++) spread += getGains(0, at) * getVectors(row, at);
          spread = max(spread, 0.0);
          float tail = expNegative(-abs(score));
          float curvature = sampleWeight * max(tail / ((1.0 + tail) * (1.0 + tail)), minCurvature);
          float shrink = 1.0 / (1.0 + curvature * spread);
          float factor = place.x == ${dim} ? sampleWeight * slopeOf(score, getRows(row, 1)) * shrink : curvature * shrink * getGains(0, place.x);
          setOutput(saturated(old - factor * getGains(0, place.y)));
        }
      }`,
  };
}
