/**
 * e^x and σ(z) in 32-bit floats from + − · / alone: what GPUs call `exp` is off by up to 3 + 2|x| units in the last place.
 * 2^k is built from its bits. Error about one unit in the last place; σ below e^−87 is 0.
 */
export const arithmetic = /* glsl */ `
const float LARGEST = 3.4028234e38;
const float LARGEST_GRADIENT = 1152921504606846976.0; // 2^60, as in the reference kernel

// x <= 0
float expNegative(float x) {
  if (!(x > -87.0)) return 0.0;
  float power = floor(x * 1.44269504 + 0.5);
  float rest = (x - power * 0.693359375) + power * 2.12194440e-4; // ln 2 in two parts
  float sum = 1.0 / 5040.0;
  sum = sum * rest + 1.0 / 720.0;
  sum = sum * rest + 1.0 / 120.0;
  sum = sum * rest + 1.0 / 24.0;
  sum = sum * rest + 1.0 / 6.0;
  sum = sum * rest + 0.5;
  sum = 1.0 + (rest + rest * rest * sum);
  return sum * intBitsToFloat((int(power) + 127) << 23);
}

float sigmoid(float z) {
  float tail = expNegative(-abs(z));
  return z >= 0.0 ? 1.0 / (1.0 + tail) : tail / (1.0 + tail);
}

// σ(z) − label without cancellation; what float64 rounds to 0 is 0 here too, since AdaGrad is blind to size
float slopeOf(float z, float label) {
  if (label != 1.0) return sigmoid(z) - label;
  float miss = sigmoid(-z);
  return miss < 1.1e-16 ? 0.0 : -miss;
}

float saturated(float value) {
  return clamp(value, -LARGEST, LARGEST);
}
`;
