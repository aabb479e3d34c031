import { arithmetic } from './arithmetic.glsl.js';

/**
 * Four draws of POINTs. Per row: `score` (one point), `step` (one point per non-zero: new weight and accumulator into a scratch
 * texture, since a texture cannot be read and written in one draw), `store` (the same points, from the scratch texture to
 * where they belong). At the end `gather` collects what the batch touched for the one readback.
 *
 * entries  [nonZeros + touched] texels (index, value, row, place within the row)
 * rows     [2 · rows] texels (first entry, entries, margin, label), (sample weight, −, −, −)
 * results  [rows + touched] texels (score | weight, − | accumulator, −, probe)
 */
const shared = /* glsl */ `
uniform sampler2D weights, accumulators, entries, rows, results, scratch;
uniform int viewportEdge, listShift, paramsShift, rowCount, entryCount; // widths are 2^shift: no division per texel
uniform float probe;

ivec2 placeOf(int number, int shift) {
  return ivec2(number & ((1 << shift) - 1), number >> shift);
}

vec4 texelAt(sampler2D list, int number) {
  return texelFetch(list, placeOf(number, listShift), 0);
}

float paramAt(sampler2D params, int index) {
  return texelFetch(params, placeOf(index, paramsShift), 0).r;
}

`;

const place = /* glsl */ `
void drawAt(int number, int shift) {
  vec2 pixel = vec2(placeOf(number, shift)) + 0.5;
  gl_Position = vec4(pixel / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
  gl_PointSize = 1.0;
}
`;

export const scoreShaders = [
  `${shared}${place}
  flat out int row;
  void main() { row = gl_VertexID; drawAt(row, listShift); }`,
  `${shared}${arithmetic}
  flat in int row;
  out vec4 result;
  float product(int at) {
    vec4 entry = texelAt(entries, at);
    return paramAt(weights, int(entry.x)) * entry.y;
  }
  void main() {
    vec4 info = texelAt(rows, 2 * row);
    int at = int(info.x), end = at + int(info.y);
    vec4 sums = vec4(0.0); // four short sums round less than a long one
    for (; at + 3 < end; at += 4) sums += vec4(product(at), product(at + 1), product(at + 2), product(at + 3));
    for (; at < end; at++) sums.x += product(at);
    result = vec4(saturated(info.z + ((sums.x + sums.y) + (sums.z + sums.w))), 0.0, 0.0, probe);
  }`,
] as const;

export const stepShaders = [
  `${shared}${place}
  flat out vec4 entry;
  void main() { entry = texelAt(entries, gl_VertexID); drawAt(int(entry.w), listShift); }`,
  `${shared}${arithmetic}
  uniform float learningRate, l2, epsilon;
  uniform bool isPlain;
  flat in vec4 entry;
  out vec4 result;
  void main() {
    int row = int(entry.z), index = int(entry.x);
    float slope = texelAt(rows, 2 * row + 1).x * slopeOf(texelAt(results, row).x, texelAt(rows, 2 * row).w);
    float weight = paramAt(weights, index), accumulator = paramAt(accumulators, index);
    float gradient = clamp(slope * entry.y + l2 * weight, -LARGEST_GRADIENT, LARGEST_GRADIENT);
    if (gradient != 0.0) {
      if (isPlain) {
        weight = saturated(weight - learningRate * gradient);
      } else {
        // a first gradient's square may underflow, its root must not
        float root = accumulator == 0.0 ? abs(gradient) : sqrt(accumulator + gradient * gradient);
        accumulator = saturated(accumulator + gradient * gradient);
        weight = saturated(weight - learningRate * gradient / (root + epsilon));
      }
    }
    result = vec4(weight, accumulator, 0.0, 0.0);
  }`,
] as const;

export const storeShaders = [
  `${shared}${place}
  flat out vec2 updated;
  void main() {
    vec4 entry = texelAt(entries, gl_VertexID);
    updated = texelAt(scratch, int(entry.w)).xy;
    drawAt(int(entry.x), paramsShift);
  }`,
  `flat in vec2 updated;
  layout(location = 0) out float weight;
  layout(location = 1) out float accumulator;
  void main() { weight = updated.x; accumulator = updated.y; }`,
] as const;

export const gatherShaders = [
  `${shared}${place}
  flat out int index;
  void main() {
    index = int(texelAt(entries, gl_VertexID).x);
    drawAt(rowCount + gl_VertexID - entryCount, listShift);
  }`,
  `${shared}
  flat in int index;
  out vec4 result;
  void main() { result = vec4(paramAt(weights, index), paramAt(accumulators, index), 0.0, probe); }`,
] as const;
