/** In-place fast Fourier transform of complex numbers, radix 2. @see Cooley, Tukey 1965 */

/**
 * X_k = Σ x_n exp(−2πi kn/N); with `isInverse` exp(+…), divided by N.
 * @param real  [N], N a power of two
 * @param imaginary  [N]
 */
export function fourier(real: Float64Array, imaginary: Float64Array, isInverse = false): void {
  const size = real.length;
  reverseBits(real, imaginary);
  const sign = isInverse ? 1 : -1;
  const cosines = new Float64Array(size >> 1);
  const sines = new Float64Array(size >> 1);
  for (let at = 0; at < size >> 1; at++) {
    const angle = (2 * Math.PI * at) / size;
    cosines[at] = Math.cos(angle);
    sines[at] = sign * Math.sin(angle);
  }
  for (let span = 1; span < size; span *= 2) {
    const stride = size / (2 * span);
    for (let start = 0; start < size; start += 2 * span) {
      for (let at = 0; at < span; at++) {
        const one = start + at;
        const two = one + span;
        const cosine = cosines[at * stride]!;
        const sine = sines[at * stride]!;
        const turnedReal = real[two]! * cosine - imaginary[two]! * sine;
        const turnedImaginary = real[two]! * sine + imaginary[two]! * cosine;
        real[two] = real[one]! - turnedReal;
        imaginary[two] = imaginary[one]! - turnedImaginary;
        real[one] = real[one]! + turnedReal;
        imaginary[one] = imaginary[one]! + turnedImaginary;
      }
    }
  }
  if (!isInverse) return;
  for (let at = 0; at < size; at++) {
    real[at] = real[at]! / size;
    imaginary[at] = imaginary[at]! / size;
  }
}

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let at = 1, mirrored = 0; at < size; at++) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (at >= mirrored) continue;
    const realThere = real[mirrored]!;
    real[mirrored] = real[at]!;
    real[at] = realThere;
    const imaginaryThere = imaginary[mirrored]!;
    imaginary[mirrored] = imaginary[at]!;
    imaginary[at] = imaginaryThere;
  }
}
