import { arithmetic } from './arithmetic.glsl.js';

/**
 * A wave (see `waves`) is two draws: a POINT per row for its score, then a line of texels per user and item, out of one pair of
 * textures into another.
 *
 * values, accumulators  lines of quads: a user's or an item's vector, then (bias, 0, 0, probe)
 * rows                  [2 · rows] texels: (line of the user, of the item, of the rival, label), (margin, sample weight, −, −)
 * order                 [rows] texels: (row), in the order of the waves
 * tasks                 texels: (line to draw, part, row, −)
 * scores                [rows] texels: (score, slope, 0, probe)
 */
const shared = /* glsl */ `
uniform sampler2D values, accumulators, rows, order, tasks, scores;
uniform int viewportEdge, listShift, span; // lists are 2^listShift wide
uniform int loss;
uniform float probe;

ivec2 placeOf(int number) {
  return ivec2(number & ((1 << listShift) - 1), number >> listShift);
}

vec4 texelAt(sampler2D list, int number) {
  return texelFetch(list, placeOf(number), 0);
}

vec4 valueOf(int line, int quad) {
  return texelFetch(values, ivec2(quad, line), 0);
}

// What a user is compared with: the item, or item less rival.
vec4 liking(ivec3 lines, int quad) {
  return loss == 2 ? valueOf(lines.y, quad) - valueOf(lines.z, quad) : valueOf(lines.y, quad);
}
`;

/** What a task makes of its line; user, item and rival in the order of `Schedule.lines`. */
export const parts = { user: 0, item: 1, rival: 2, copy: 3 } as const;
export const losses = { logistic: 0, squared: 1, bpr: 2 } as const;

export const embeddingUnits = ['values', 'accumulators', 'rows', 'order', 'tasks', 'scores'] as const;

export const embeddingShaders = {
  /** Points r …: the scores of the rows of a wave. */
  score: [
    `${shared}
    flat out int row;
    void main() {
      row = int(texelAt(order, gl_VertexID).r);
      gl_Position = vec4((vec2(placeOf(row)) + 0.5) / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
      gl_PointSize = 1.0;
    }`,
    `${shared}${arithmetic}
    flat in int row;
    out vec4 result;
    void main() {
      vec4 first = texelAt(rows, 2 * row), second = texelAt(rows, 2 * row + 1);
      ivec3 lines = ivec3(first.xyz);
      int quads = span - 1;
      vec4 sums = vec4(0.0);
      for (int quad = 0; quad < quads; quad++) sums += valueOf(lines.x, quad) * liking(lines, quad);
      float score = second.x + liking(lines, quads).x + (loss == ${losses.bpr} ? 0.0 : valueOf(lines.x, quads).x);
      score += (sums.x + sums.y) + (sums.z + sums.w);
      float slope = loss == ${losses.squared} ? score - first.w : slopeOf(score, loss == ${losses.bpr} ? 1.0 : first.w);
      result = vec4(saturated(score), second.y * slope, 0.0, probe);
    }`,
    'points',
  ],
  /** Vertices 6t … 6t + 5: the line of task t. */
  learn: [
    `${shared}
    flat out ivec4 lines; // of user, item, rival; the part
    flat out float slope;
    void main() {
      vec4 task = texelAt(tasks, gl_VertexID / 6);
      int row = int(task.z);
      lines = ivec4(ivec3(texelAt(rows, 2 * row).xyz), int(task.y));
      slope = texelAt(scores, row).y;
      int number = gl_VertexID % 6;
      ivec2 corner = ivec2(number == 1 || number == 2 || number == 4, number == 2 || number == 4 || number == 5);
      gl_Position = vec4(vec2(ivec2(0, int(task.x)) + corner * ivec2(span, 1)) / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
    }`,
    `${shared}${arithmetic}
    uniform float learningRate, l2, biasL2, epsilon;
    flat in ivec4 lines;
    flat in float slope;
    layout(location = 0) out vec4 value;
    layout(location = 1) out vec4 accumulator;
    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      int part = lines.w;
      value = texelFetch(values, place, 0);
      accumulator = texelFetch(accumulators, place, 0);
      if (part == ${parts.copy}) return;
      vec4 pull;
      if (place.x == span - 1) {
        value.w = 0.0;
        // under bpr the bias of the user cancels out, and is left alone
        pull = part == ${parts.user} && loss == ${losses.bpr} ? vec4(0.0) : vec4(part == ${parts.rival} ? -slope : slope, 0.0, 0.0, 0.0) + biasL2 * value;
      } else if (part == ${parts.user}) {
        pull = slope * liking(lines.xyz, place.x) + l2 * value;
      } else {
        pull = (part == ${parts.item} ? slope : -slope) * valueOf(lines.x, place.x) + l2 * value;
      }
      vec4 gradient = clamp(pull, -LARGEST_GRADIENT, LARGEST_GRADIENT);
      accumulator = min(accumulator + gradient * gradient, LARGEST);
      // A first gradient's square may underflow, its root must not; where both are 0 so is the step.
      vec4 root = max(sqrt(accumulator), abs(gradient));
      value = clamp(value - learningRate * gradient / max(root + epsilon, 1.2e-38), -LARGEST, LARGEST);
      if (place.x == span - 1) value.w = probe;
    }`,
  ],
} as const;
