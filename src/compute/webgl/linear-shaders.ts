import { arithmetic } from './arithmetic.glsl.js';
import { linearTexels, scoreOfRow } from './linear-rows.glsl.js';

/**
 * A chunk of rows works on the weights that it holds, gathered side by side into a small state texture: `gather`, then two
 * draws per row (`score`: one point; `update`: the whole state, into the other of two textures, since a texture cannot be read
 * and written in one draw), then `scatter`, one POINT per weight back to where it belongs. At the end of the batch `gather`
 * collects what was touched for the one readback. Two draws a row because each costs a software renderer 0.06 ms.
 *
 * members  [members] texels: (index into the parameters)
 * entries  [nonZeros] texels: (place in the state, value)
 * rows     [2 · rows] texels: (first entry, entries, margin, label), (sample weight, −, −, −)
 * grid     [rows · members] texels: (1 where the row holds the member, value)
 * state    [members] texels: (weight, accumulator, −, probe)
 * results  [rows of the batch + touched] texels: (score | weight, − | accumulator, −, probe)
 */
const shared = /* glsl */ `
uniform sampler2D weights, accumulators, members, entries, rows, grid, state, results;
uniform int viewportEdge, listShift, paramsShift, firstRow, memberCount, offset; // widths are 2^shift: no division per texel
uniform float probe;

${linearTexels}
float paramAt(sampler2D params, int index) {
  return texelFetch(params, placeOf(index, paramsShift), 0).r;
}
`;

const point = /* glsl */ `
void drawAt(int number, int shift) {
  vec2 pixel = vec2(placeOf(number, shift)) + 0.5;
  gl_Position = vec4(pixel / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
  gl_PointSize = 1.0;
}
`;

export const chunkUnits = ['weights', 'accumulators', 'members', 'entries', 'rows', 'grid', 'state', 'results'] as const;

export const chunkShaders = {
  /** Points 0 … memberCount: from the parameters into a list, behind its first `offset` texels. */
  gather: [
    `${shared}${point}
  flat out int index;
  void main() {
    index = int(texelAt(members, gl_VertexID).r);
    drawAt(offset + gl_VertexID, listShift);
  }`,
    `${shared}
  flat in int index;
  out vec4 result;
  void main() { result = vec4(paramAt(weights, index), paramAt(accumulators, index), 0.0, probe); }`,
    'points',
  ],

  /** Point r: the score of row r of the chunk. */
  score: [
    `${shared}${point}
  flat out int row;
  void main() { row = gl_VertexID; drawAt(firstRow + row, listShift); }`,
    `${shared}${arithmetic}${scoreOfRow}`,
    'points',
  ],

  /** Vertices 6r … 6r + 5 over the state: its weights after row r of the chunk. */
  update: [
    `${shared}
  flat out int row;
  void main() {
    row = gl_VertexID / 6;
    int number = gl_VertexID % 6;
    ivec2 last = placeOf(memberCount - 1, listShift);
    vec2 size = vec2(last.y > 0 ? 1 << listShift : last.x + 1, last.y + 1);
    vec2 corner = vec2(number == 1 || number == 2 || number == 4, number == 2 || number == 4 || number == 5) * size;
    gl_Position = vec4(corner / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
  }`,
    `${shared}${arithmetic}
  uniform float learningRate, l2, epsilon;
  uniform bool isPlain;
  flat in int row;
  out vec4 result;
  void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    result = texelFetch(state, place, 0);
    int member = (place.y << listShift) + place.x;
    if (member >= memberCount) return;
    vec4 cell = texelAt(grid, row * memberCount + member);
    if (cell.x == 0.0) return;
    float slope = texelAt(rows, 2 * row + 1).x * slopeOf(texelAt(results, firstRow + row).x, texelAt(rows, 2 * row).w);
    float gradient = clamp(slope * cell.y + l2 * result.x, -LARGEST_GRADIENT, LARGEST_GRADIENT);
    if (gradient == 0.0) return;
    if (isPlain) {
      result.x = saturated(result.x - learningRate * gradient);
      return;
    }
    // a first gradient's square may underflow, its root must not
    float root = result.y == 0.0 ? abs(gradient) : sqrt(result.y + gradient * gradient);
    result.x = saturated(result.x - learningRate * gradient / (root + epsilon));
    result.y = saturated(result.y + gradient * gradient);
  }`,
  ],

  /** Points 0 … memberCount: from the state back into the parameters. */
  scatter: [
    `${shared}${point}
  flat out vec2 updated;
  void main() {
    updated = texelAt(state, gl_VertexID).xy;
    drawAt(int(texelAt(members, gl_VertexID).r), paramsShift);
  }`,
    `flat in vec2 updated;
  layout(location = 0) out float weight;
  layout(location = 1) out float accumulator;
  void main() { weight = updated.x; accumulator = updated.y; }`,
    'points',
  ],
} as const;
