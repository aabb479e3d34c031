import { arithmetic } from './arithmetic.glsl.js';
import { linearTexels, scoreOfRow } from './linear-rows.glsl.js';

/**
 * Short rows: the weights that a call holds lie side by side in a list, in two textures. A wave (see `waves`) is two draws: a POINT
 * per row for its score, then one per non-zero.
 *
 * members  [members] texels: (index into the parameters)
 * entries  [nonZeros] texels: (place in the list, value)
 * rows     [2 · rows] texels: (first entry, entries, margin, label), (sample weight, −, −, −)
 * order    [rows] texels: (row), in the order of the waves
 * tasks    texels: (place to draw, row, value of the place in the row, −); row −1: a copy
 * state    [members] texels: (weight, accumulator, −, probe)
 * scores   [rows] texels: (score, −, −, probe)
 */
const shared = /* glsl */ `
uniform sampler2D weights, accumulators, members, entries, rows, order, tasks, state, scores;
uniform int viewportEdge, listShift, paramsShift; // widths are 2^shift: no division per texel
uniform float probe;

${linearTexels}`;

const point = /* glsl */ `${shared}
void drawAt(int number) {
  vec2 pixel = vec2(placeOf(number, listShift)) + 0.5;
  gl_Position = vec4(pixel / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
  gl_PointSize = 1.0;
}
`;

export const waveUnits = ['weights', 'accumulators', 'members', 'entries', 'rows', 'order', 'tasks', 'state', 'scores'] as const;

export const waveShaders = {
  /** Points 0 … members: from the parameters into the list. */
  gather: [
    `${point}
    flat out int index;
    void main() {
      index = int(texelAt(members, gl_VertexID).r);
      drawAt(gl_VertexID);
    }`,
    `${shared}
    flat in int index;
    out vec4 result;
    void main() {
      ivec2 place = placeOf(index, paramsShift);
      result = vec4(texelFetch(weights, place, 0).r, texelFetch(accumulators, place, 0).r, 0.0, probe);
    }`,
    'points',
  ],
  /** Points r …: the scores of the rows of a wave. */
  score: [
    `${point}
    flat out int row;
    void main() {
      row = int(texelAt(order, gl_VertexID).r);
      drawAt(row);
    }`,
    `${shared}${arithmetic}${scoreOfRow}`,
    'points',
  ],
  /** Points t …: the tasks of a wave. */
  learn: [
    `${point}
    flat out vec4 task;
    void main() {
      task = texelAt(tasks, gl_VertexID);
      drawAt(int(task.x));
    }`,
    `${shared}${arithmetic}
    uniform float learningRate, l2, epsilon;
    uniform bool isPlain;
    flat in vec4 task;
    out vec4 result;
    void main() {
      int row = int(task.y);
      result = texelAt(state, int(task.x));
      if (row < 0) return;
      float slope = texelAt(rows, 2 * row + 1).x * slopeOf(texelAt(scores, row).x, texelAt(rows, 2 * row).w);
      float gradient = clamp(slope * task.z + l2 * result.x, -LARGEST_GRADIENT, LARGEST_GRADIENT);
      float step = learningRate * gradient;
      if (!isPlain) {
        result.y = saturated(result.y + gradient * gradient);
        // A first gradient's square may underflow, its root must not; where both are 0 so is the step.
        step /= max(max(sqrt(result.y), abs(gradient)) + epsilon, 1.2e-38);
      }
      result.x = saturated(result.x - step);
    }`,
    'points',
  ],
} as const;
