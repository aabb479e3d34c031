const LARGEST = 3.4028234663852886e38;

/** What is stored in a Float32Array: saturates instead of overflowing, so that finite input leaves finite parameters. */
export function saturate(value: number): number {
  return value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
}
