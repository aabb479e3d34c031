import { arithmetic } from './arithmetic.glsl.js';

/**
 * A step of the perceptron: one pass per hidden layer forward (`hidden`), one for the scores (`output`), one per hidden layer
 * back (`back`), one per layer for its numbers (`update`), out of one pair of textures into another. Each layer has textures of
 * its own, so that a pass reads only what it needs and never what it draws into.
 *
 * Four numbers make a texel (“quad”). A line of `weights` and `accumulators` belongs to one unit: quads of its weights, then
 * (bias, 0, 0, probe). A line of `source`, the inputs or the activations of the layer below, belongs to one row: quads of
 * units, then (1, 0, 0, 0), which the bias is multiplied with.
 *
 * facts           [rows] texels: (margin, label, sample weight / rows of the group that count, steps of the call before)
 * slopes, above   [rows] lines: of the layer itself, of the layer above; of the output: (slope, score, 0, probe)
 */
const shared = /* glsl */ `
uniform sampler2D weights, accumulators, source, slopes, above, facts;
uniform int viewportEdge, groupSize, rowCount;
`;

/** Vertices 6g … 6g + 5 draw the rectangle of group g. */
const rectangle = /* glsl */ `${shared}
flat out int first, rows;
void drawRectangle(ivec2 corner, ivec2 size) {
  int number = gl_VertexID % 6;
  ivec2 which = ivec2(number == 1 || number == 2 || number == 4, number == 2 || number == 4 || number == 5);
  gl_Position = vec4(vec2(corner + which * size) / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
}
void takeGroup() {
  first = gl_VertexID / 6 * groupSize;
  rows = min(groupSize, rowCount - first);
}
`;

export const mlpUnits = ['weights', 'accumulators', 'source', 'slopes', 'above', 'facts'] as const;

export const mlpShaders = {
  /** Draws a layer's activations, from `source` and its `weights`. */
  hidden: [
    `${rectangle}
    void main() {
      takeGroup();
      drawRectangle(ivec2(0, first), ivec2((textureSize(weights, 0).y + 3) / 4 + 1, rows));
    }`,
    `${shared}${arithmetic}
    uniform uint seed, stepsBefore, threshold;
    uniform int layer;
    uniform float keptScale;
    flat in int first;
    out vec4 result;
    uint scramble(uint bits) {
      bits = (bits ^ (bits >> 16)) * 0x7feb352du;
      bits = (bits ^ (bits >> 15)) * 0x846ca68bu;
      return bits ^ (bits >> 16);
    }
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy), size = textureSize(weights, 0);
      int unit = 4 * place.x;
      if (unit >= size.y) {
        result = vec4(1.0, 0.0, 0.0, 0.0);
        return;
      }
      vec4 sum = vec4(0.0);
      for (int at = 0; at < size.x; at++) {
        vec4 from = texelFetch(source, ivec2(at, place.y), 0);
        sum += vec4(
          dot(texelFetch(weights, ivec2(at, unit), 0), from), dot(texelFetch(weights, ivec2(at, unit + 1), 0), from),
          dot(texelFetch(weights, ivec2(at, unit + 2), 0), from), dot(texelFetch(weights, ivec2(at, unit + 3), 0), from));
      }
      sum = min(max(sum, vec4(0.0)) * keptScale, LARGEST);
      uint step = stepsBefore + uint(texelFetch(facts, ivec2(0, place.y), 0).w);
      uint key = scramble(scramble(scramble(scramble(seed + 0x9e3779b9u) + step) + uint(place.y - first)) + uint(layer));
      for (int at = 0; at < 4; at++)
        if (unit + at >= size.y || (threshold > 0u && scramble(key + uint(unit + at)) < threshold)) sum[at] = 0.0;
      result = sum;
    }`,
  ],
  /** Draws scores and slopes of the output. */
  output: [
    `${rectangle}
    void main() {
      takeGroup();
      drawRectangle(ivec2(0, first), ivec2(1, rows));
    }`,
    `${shared}${arithmetic}
    uniform float probe;
    out vec4 result;
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      vec4 sum = vec4(0.0);
      for (int at = textureSize(weights, 0).x - 1; at >= 0; at--)
        sum += texelFetch(weights, ivec2(at, 0), 0) * texelFetch(source, ivec2(at, place.y), 0);
      vec4 fact = texelFetch(facts, ivec2(0, place.y), 0);
      float score = fact.x + ((sum.x + sum.y) + (sum.z + sum.w));
      result = vec4(fact.z * slopeOf(score, fact.y), saturated(score), 0.0, probe);
    }`,
  ],
  /** Draws a layer's slopes, from those \`above\`, the \`weights\` between and its own activations, the \`source\` of the layer above. */
  back: [
    `${rectangle}
    void main() {
      takeGroup();
      drawRectangle(ivec2(0, first), ivec2(textureSize(weights, 0).x - 1, rows));
    }`,
    `${shared}${arithmetic}
    uniform float keptScale;
    out vec4 result;
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      int outputs = textureSize(weights, 0).y;
      vec4 sum = vec4(0.0);
      for (int unit = 0; unit < outputs; unit++) {
        float slope = texelFetch(above, ivec2(unit >> 2, place.y), 0)[unit & 3];
        if (slope != 0.0) sum += slope * texelFetch(weights, ivec2(place.x, unit), 0);
      }
      vec4 spoke = vec4(greaterThan(texelFetch(source, place, 0), vec4(0.0)));
      result = clamp(sum * keptScale, -LARGEST, LARGEST) * spoke;
    }`,
  ],
  /** Draws a layer's numbers after the step of the group. */
  update: [
    `${rectangle}
    void main() {
      takeGroup();
      drawRectangle(ivec2(0), textureSize(weights, 0));
    }`,
    `${shared}${arithmetic}
    uniform float learningRate, l2, epsilon, probe;
    uniform bool isPlain;
    flat in int first, rows;
    layout(location = 0) out vec4 weight;
    layout(location = 1) out vec4 accumulator;
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      weight = texelFetch(weights, place, 0);
      accumulator = texelFetch(accumulators, place, 0);
      vec4 gradient = l2 * weight;
      for (int row = first; row < first + rows; row++)
        gradient += texelFetch(slopes, ivec2(place.y >> 2, row), 0)[place.y & 3] * texelFetch(source, ivec2(place.x, row), 0);
      gradient = clamp(gradient, -LARGEST_GRADIENT, LARGEST_GRADIENT);
      vec4 step = learningRate * gradient;
      if (!isPlain) {
        accumulator = min(accumulator + gradient * gradient, LARGEST);
        // A first gradient's square may underflow, its root must not; where both are 0 so is the step.
        step /= max(max(sqrt(accumulator), abs(gradient)) + epsilon, 1.2e-38);
      }
      weight = clamp(weight - step, -LARGEST, LARGEST);
      if (place.x == textureSize(weights, 0).x - 1) weight.w = probe;
    }`,
  ],
} as const;
