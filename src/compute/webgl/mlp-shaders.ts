import { arithmetic } from './arithmetic.glsl.js';

/**
 * A step of the perceptron: one pass per hidden layer forward (`hidden`), one for the scores (`output`), one per hidden layer
 * back (`back`), one over all numbers (`update`), out of one pair of textures into another.
 *
 * Four numbers make a texel (“quad”). A line of `weights` and `accumulators` belongs to one unit, layers one below the other:
 * quads of its weights, then one of (bias, 0, 0, probe). Activations and slopes: a line per row of the group, quads of units;
 * layers take turns between two textures, since a pass cannot read what it draws into.
 *
 * inputs   [rows] lines of quads
 * facts    [rows] texels: (margin, label, sample weight / rows that count, steps since the first of the call)
 * results  [rows] texels: (score, slope, −, probe)
 */
const shared = /* glsl */ `
uniform sampler2D weights, accumulators, facts, source, own, above, inputs, results, activations0, activations1, slopes0, slopes1;
uniform int viewportEdge, groupSize, rowCount, layerCount;
uniform ivec4 layers[17]; // (first line, outputs, quads of inputs, −): layer 0 is the first hidden one, the last the output
uniform int layer;
uniform float probe;

// Where row \`row\` of the group that begins at row \`first\` lies: −1 stands for the inputs.
int lineOf(int hidden, int row, int first) {
  return hidden < 0 ? first + row : (hidden >> 1) * groupSize + row;
}
`;

/** Vertices 6g … 6g + 5 draw the rectangle of group g. */
const rectangle = /* glsl */ `
flat out int first, rows;
void drawRectangle(ivec2 corner, ivec2 size) {
  int number = gl_VertexID % 6;
  ivec2 which = ivec2(number == 1 || number == 2 || number == 4, number == 2 || number == 4 || number == 5);
  gl_Position = vec4(vec2(corner + which * size) / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
}
void takeGroup(int group) {
  first = group * groupSize;
  rows = min(groupSize, rowCount - first);
}
`;

const layerVertex = /* glsl */ `${shared}${rectangle}
  void main() {
    takeGroup(gl_VertexID / 6);
    drawRectangle(ivec2(0, (layer >> 1) * groupSize), ivec2((layers[layer].y + 3) >> 2, rows));
  }`;

const dropout = /* glsl */ `
uniform uint seed, step, threshold;
uniform float keptScale;
uint scramble(uint bits) {
  bits = (bits ^ (bits >> 16)) * 0x7feb352du;
  bits = (bits ^ (bits >> 15)) * 0x846ca68bu;
  return bits ^ (bits >> 16);
}
`;

export const mlpUnits = [
  'weights',
  'accumulators',
  'facts',
  'source',
  'own',
  'above',
  'inputs',
  'results',
  'activations0',
  'activations1',
  'slopes0',
  'slopes1',
] as const;

export const mlpShaders = {
  hidden: [
    layerVertex,
    `${shared}${arithmetic}${dropout}
    flat in int first, rows;
    out vec4 result;
    void main() {
      ivec4 info = layers[layer];
      int quad = int(gl_FragCoord.x), row = int(gl_FragCoord.y) - (layer >> 1) * groupSize;
      int line = info.x + 4 * quad, quads = info.z, from0 = lineOf(layer - 1, row, first);
      vec4 sum = vec4(0.0);
      for (int at = 0; at < quads; at++) {
        vec4 input_ = texelFetch(source, ivec2(at, from0), 0);
        sum += vec4(
          dot(texelFetch(weights, ivec2(at, line), 0), input_), dot(texelFetch(weights, ivec2(at, line + 1), 0), input_),
          dot(texelFetch(weights, ivec2(at, line + 2), 0), input_), dot(texelFetch(weights, ivec2(at, line + 3), 0), input_));
      }
      for (int unit = 0; unit < 4; unit++) sum[unit] += texelFetch(weights, ivec2(quads, line + unit), 0).x;
      sum = clamp(sum, 0.0, LARGEST);
      uint taken = step + uint(texelFetch(facts, ivec2(0, first + row), 0).w);
      uint key = scramble(scramble(scramble(scramble(seed + 0x9e3779b9u) + taken) + uint(row)) + uint(layer));
      for (int unit = 0; unit < 4; unit++) {
        int number = 4 * quad + unit;
        if (number >= info.y || (threshold > 0u && scramble(key + uint(number)) < threshold)) sum[unit] = 0.0;
      }
      result = min(sum * keptScale, LARGEST);
    }`,
  ],
  output: [
    `${shared}${rectangle}
    void main() {
      takeGroup(gl_VertexID / 6);
      drawRectangle(ivec2(0, first), ivec2(1, rows));
    }`,
    `${shared}${arithmetic}
    flat in int first, rows;
    out vec4 result;
    void main() {
      ivec4 info = layers[layerCount - 1];
      int row = int(gl_FragCoord.y) - first, line = lineOf(layerCount - 2, row, first);
      vec4 sum = vec4(0.0);
      for (int at = 0; at < info.z; at++)
        sum += texelFetch(weights, ivec2(at, info.x), 0) * texelFetch(own, ivec2(at, line), 0);
      vec4 fact = texelFetch(facts, ivec2(0, first + row), 0);
      float score = fact.x + (texelFetch(weights, ivec2(info.z, info.x), 0).x + ((sum.x + sum.y) + (sum.z + sum.w)));
      result = vec4(saturated(score), fact.z * slopeOf(score, fact.y), 0.0, probe);
    }`,
  ],
  back: [
    layerVertex,
    `${shared}${arithmetic}
    uniform float keptScale;
    flat in int first, rows;
    out vec4 result;
    void main() {
      ivec4 next = layers[layer + 1];
      int quad = int(gl_FragCoord.x), row = int(gl_FragCoord.y) - (layer >> 1) * groupSize;
      bool isLast = layer + 1 == layerCount - 1;
      vec4 sum = vec4(0.0);
      for (int at = 0; at < next.y; at += 4) {
        vec4 slope = isLast
          ? vec4(texelFetch(above, ivec2(0, first + row), 0).y, 0.0, 0.0, 0.0)
          : texelFetch(above, ivec2(at >> 2, lineOf(layer + 1, row, first)), 0);
        for (int unit = 0; unit < 4; unit++)
          if (slope[unit] != 0.0) sum += slope[unit] * texelFetch(weights, ivec2(quad, next.x + at + unit), 0);
      }
      vec4 spoke = vec4(greaterThan(texelFetch(own, ivec2(quad, lineOf(layer, row, first)), 0), vec4(0.0)));
      result = clamp(sum * keptScale, -LARGEST, LARGEST) * spoke;
    }`,
  ],
  /** Vertices 6 · (layers · g + l) …: layer l after group g. */
  update: [
    `${shared}${rectangle}
    flat out int which;
    void main() {
      int number = gl_VertexID / 6;
      which = number % layerCount;
      takeGroup(number / layerCount);
      drawRectangle(ivec2(0, layers[which].x), ivec2(layers[which].z + 1, layers[which].y));
    }`,
    `${shared}${arithmetic}
    uniform float learningRate, l2, epsilon;
    uniform bool isPlain;

    vec4 activationsOf(int hidden, int quad, int line) {
      if (hidden < 0) return texelFetch(inputs, ivec2(quad, line), 0);
      return (hidden & 1) == 0 ? texelFetch(activations0, ivec2(quad, line), 0) : texelFetch(activations1, ivec2(quad, line), 0);
    }
    float slopeAt(int which, int unit, int row, int first) {
      if (which == layerCount - 1) return texelFetch(results, ivec2(0, first + row), 0).y;
      ivec2 place = ivec2(unit >> 2, lineOf(which, row, first));
      return ((which & 1) == 0 ? texelFetch(slopes0, place, 0) : texelFetch(slopes1, place, 0))[unit & 3];
    }

    flat in int first, rows, which;
    layout(location = 0) out vec4 weight;
    layout(location = 1) out vec4 accumulator;
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      int unit = place.y - layers[which].x;
      bool isBias = place.x == layers[which].z;
      weight = texelFetch(weights, place, 0);
      accumulator = texelFetch(accumulators, place, 0);
      vec4 gradient = vec4(0.0);
      for (int row = 0; row < rows; row++) {
        float slope = slopeAt(which, unit, row, first);
        if (slope == 0.0) continue;
        gradient += slope * (isBias ? vec4(1.0, 0.0, 0.0, 0.0) : activationsOf(which - 1, place.x, lineOf(which - 1, row, first)));
      }
      gradient = clamp(gradient + l2 * weight, -LARGEST_GRADIENT, LARGEST_GRADIENT);
      vec4 step;
      if (isPlain) {
        step = learningRate * gradient;
      } else {
        // a first gradient's square may underflow, its root must not
        vec4 sum = accumulator + gradient * gradient;
        vec4 root = mix(sqrt(sum), abs(gradient), equal(accumulator, vec4(0.0)));
        step = mix(learningRate * gradient / (root + epsilon), vec4(0.0), equal(gradient, vec4(0.0)));
        accumulator = min(sum, LARGEST);
      }
      weight = clamp(weight - step, -LARGEST, LARGEST);
      if (isBias) weight.w = probe;
    }`,
  ],
} as const;
