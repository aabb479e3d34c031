import { arithmetic } from './arithmetic.glsl.js';

/**
 * Rows that have no user and no item in common learn together, in one draw out of one pair of textures into another; which ones is
 * `embeddings-schedule`'s part. Each task of a draw is one line. All its texels find the score by themselves: that is less than
 * what a second draw costs.
 *
 * values, accumulators  lines of quads: a user's or an item's vector, then (bias, 0, 0, probe); below them, in `values`, scores
 *                       (score, 0, 0, probe), as many in a line
 * rows                  [2 · rows] texels: (line of the user, of the item, of the rival, label), (margin, sample weight, −, −)
 * tasks                 texels: (line to draw, part, row, first texel of the line)
 */
const shared = /* glsl */ `
uniform sampler2D values, accumulators, rows, tasks;
uniform int viewportEdge, listShift, span; // lists are 2^listShift wide
uniform int loss;

vec4 texelAt(sampler2D list, int number) {
  return texelFetch(list, ivec2(number & ((1 << listShift) - 1), number >> listShift), 0);
}
`;

/** What a task makes of its line. */
export const parts = { user: 0, item: 1, rival: 2, score: 3, copy: 4 } as const;
export const losses = { logistic: 0, squared: 1, bpr: 2 } as const;

export const embeddingUnits = ['values', 'accumulators', 'rows', 'tasks'] as const;

export const embeddingShaders = {
  /** Vertices 6t … 6t + 5: the line of task t. */
  learn: [
    `${shared}
    flat out ivec4 lines; // of user, item, rival; the part
    flat out vec3 facts; // label, margin, sample weight
    void main() {
      vec4 task = texelAt(tasks, gl_VertexID / 6);
      int part = int(task.y), row = int(task.z);
      vec4 first = texelAt(rows, 2 * row), second = texelAt(rows, 2 * row + 1);
      lines = ivec4(first.xyz, part);
      facts = vec3(first.w, second.xy);
      int number = gl_VertexID % 6;
      ivec2 corner = ivec2(number == 1 || number == 2 || number == 4, number == 2 || number == 4 || number == 5);
      ivec2 size = ivec2(part == ${parts.score} ? 1 : span, 1);
      gl_Position = vec4(vec2(ivec2(int(task.w), int(task.x)) + corner * size) / float(viewportEdge) * 2.0 - 1.0, 0.0, 1.0);
    }`,
    `${shared}${arithmetic}
    uniform float learningRate, l2, biasL2, epsilon, probe;
    flat in ivec4 lines;
    flat in vec3 facts;
    layout(location = 0) out vec4 value;
    layout(location = 1) out vec4 accumulator;

    vec4 valueOf(int line, int quad) {
      return texelFetch(values, ivec2(quad, line), 0);
    }

    // Between what a user is compared with: the item, or item less rival.
    vec4 liking(int quad) {
      return loss == ${losses.bpr} ? valueOf(lines.y, quad) - valueOf(lines.z, quad) : valueOf(lines.y, quad);
    }

    void main() {
      ivec2 place = ivec2(gl_FragCoord.xy);
      int part = lines.w;
      accumulator = vec4(0.0);
      if (part == ${parts.copy}) {
        value = texelFetch(values, place, 0);
        accumulator = texelFetch(accumulators, place, 0);
        return;
      }
      int quads = span - 1;
      vec4 sums = vec4(0.0);
      for (int quad = 0; quad < quads; quad++) sums += valueOf(lines.x, quad) * liking(quad);
      float score = facts.y + liking(quads).x + (loss == ${losses.bpr} ? 0.0 : valueOf(lines.x, quads).x);
      score += (sums.x + sums.y) + (sums.z + sums.w);
      if (part == ${parts.score}) {
        value = vec4(saturated(score), 0.0, 0.0, probe);
        return;
      }
      float slope = facts.z * (loss == ${losses.squared} ? score - facts.x : slopeOf(score, loss == ${losses.bpr} ? 1.0 : facts.x));
      value = texelFetch(values, place, 0);
      vec4 sum = texelFetch(accumulators, place, 0);
      bool isBias = place.x == quads;
      vec4 pull;
      if (isBias) pull = part == ${parts.user} && loss == ${losses.bpr} ? vec4(0.0) : vec4((part == ${parts.rival} ? -slope : slope) + biasL2 * value.x, 0.0, 0.0, 0.0);
      else if (part == ${parts.user}) pull = slope * liking(place.x) + l2 * value;
      else pull = (part == ${parts.item} ? slope : -slope) * valueOf(lines.x, place.x) + l2 * value;
      vec4 gradient = clamp(pull, -LARGEST_GRADIENT, LARGEST_GRADIENT);
      // a first gradient's square may underflow, its root must not
      vec4 root = mix(sqrt(sum + gradient * gradient), abs(gradient), equal(sum, vec4(0.0)));
      vec4 step = mix(learningRate * gradient / (root + epsilon), vec4(0.0), equal(gradient, vec4(0.0)));
      accumulator = min(sum + gradient * gradient, LARGEST);
      value = clamp(value - step, -LARGEST, LARGEST);
      if (isBias) value.w = probe;
    }`,
  ],
} as const;
