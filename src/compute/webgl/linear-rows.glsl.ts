/** What the two ways of taking linear rows (chunks and waves) share: where a texel lies, and the score of a row. */

/** Wants the uniform `listShift`: lists are 2^listShift texels wide. */
export const linearTexels = /* glsl */ `ivec2 placeOf(int number, int shift) {
  return ivec2(number & ((1 << shift) - 1), number >> shift);
}

vec4 texelAt(sampler2D list, int number) {
  return texelFetch(list, placeOf(number, listShift), 0);
}
`;

/** Fragment of one point: the score of `row` from `rows`, `entries` and `state`. Wants `arithmetic`. */
export const scoreOfRow = /* glsl */ `
flat in int row;
out vec4 result;

float product(int at) {
  vec4 entry = texelAt(entries, at);
  return texelAt(state, int(entry.x)).x * entry.y;
}

void main() {
  vec4 info = texelAt(rows, 2 * row);
  int at = int(info.x), end = at + int(info.y);
  vec4 sums = vec4(0.0); // four short sums round less than a long one
  for (; at + 3 < end; at += 4) sums += vec4(product(at), product(at + 1), product(at + 2), product(at + 3));
  for (; at < end; at++) sums.x += product(at);
  result = vec4(saturated(info.z + ((sums.x + sums.y) + (sums.z + sums.w))), 0.0, 0.0, probe);
}
`;
