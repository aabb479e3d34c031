/**
 * Exponential, logarithm and what the learners make of them, from +, −, ·, / and √ alone. Those are exact to the last bit in
 * every engine by IEEE 754; `Math.exp` and `Math.log` are not, so a profile learned again elsewhere would differ.
 * Relative error about 1e-15.
 */

const LN2 = 0.6931471805599453;
/** ln 2 in two parts: the first has 21 trailing zero bits, so that it times any exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const bits = new DataView(new ArrayBuffer(8));

/** 2^exponent for exponents of normal numbers, −1022 to 1023. Exact, where `**` need not be. */
function powerOfTwo(exponent: number): number {
  bits.setInt32(0, (exponent + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}

/** 1/2! … 1/13!, highest first: on |r| ≤ ln 2 / 2 the next term is below 1e-17. */
const EXP_TERMS = [
  1 / 6_227_020_800,
  1 / 479_001_600,
  1 / 39_916_800,
  1 / 3_628_800,
  1 / 362_880,
  1 / 40_320,
  1 / 5_040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
];

/** e^x. Below −708.39 the answer is 0 (no subnormals), above 709.78 Infinity. */
export function exp(x: number): number {
  if (!(x > -708.39)) return x <= -708.39 ? 0 : NaN;
  if (x > 709.78) return Infinity;
  const power = Math.round(x / LN2);
  const rest = x - power * LN2_HIGH - power * LN2_LOW;
  let sum = 0;
  for (const term of EXP_TERMS) sum = sum * rest + term;
  const mantissa = 1 + (rest + rest * rest * sum);
  return power === 1024 ? mantissa * powerOfTwo(1023) * 2 : mantissa * powerOfTwo(power);
}

/** 2·artanh(s) = ln((1+s)/(1−s)) for |s| ≤ 0.1716: the term after the last is below 1e-17 of the first. */
function logOfRatio(s: number): number {
  const square = s * s;
  let sum = 0;
  for (let odd = 23; odd >= 3; odd -= 2) sum = (sum + 1 / odd) * square;
  return 2 * (s + s * sum);
}

/** Natural logarithm. 0 gives −Infinity, negative numbers NaN. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  if (x < 2.3e-308) return log(x * 18_014_398_509_481_984) - 54 * LN2; // subnormal: times 2^54
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  let exponent = ((high >> 20) & 0x7ff) - 1023;
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  return exponent * LN2_HIGH + (logOfRatio((mantissa - 1) / (mantissa + 1)) + exponent * LN2_LOW);
}

/** σ(z) = 1 / (1 + e^−z), in (0, 1) rounded; never overflows. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + exp(-z));
  const tail = exp(z);
  return tail / (1 + tail);
}

/** ln(1 + e^z), the logistic loss of a negative with score z; −z gives that of a positive. */
export function softplus(z: number): number {
  const tail = exp(z > 0 ? -z : z);
  return (z > 0 ? z : 0) + (tail < 0.4 ? logOfRatio(tail / (2 + tail)) : log(1 + tail));
}
