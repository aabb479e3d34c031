/** Colour as an eye sees it: sRGB hex to OKLCH, and which ink is readable on it. */

export interface Oklch {
  /** 0 black … 1 white. */
  readonly lightness: number;
  /** 0 grey … about 0.32. */
  readonly chroma: number;
  /** Degrees, 0 … 360. */
  readonly hue: number;
  readonly a: number;
  readonly b: number;
}

const channels = (hex: string): readonly [number, number, number] => {
  const value = Number.parseInt(hex.slice(-6), 16);
  return [linear(value >> 16), linear((value >> 8) & 255), linear(value & 255)];
};

function linear(byte: number): number {
  const unit = byte / 255;
  return unit <= 0.04045 ? unit / 12.92 : ((unit + 0.055) / 1.055) ** 2.4;
}

/**
 * @param hex  `#rrggbb` or `rrggbb`
 * @see Björn Ottosson 2020, A perceptual color space for image processing
 */
export function oklch(hex: string): Oklch {
  const [r, g, b] = channels(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(a, bb),
    hue: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360,
    a,
    b: bb,
  };
}

/** Relative luminance of WCAG, 0 … 1; times 100 it is what a painter calls light reflectance. */
export function luminance(hex: string): number {
  const [r, g, b] = channels(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** White wherever it is readable (contrast 4.5 : 1), else black, which then reaches 4.67 : 1; a near-black would not. */
export function inkOn(hex: string): '#000000' | '#ffffff' {
  const highestForWhite = 1.05 / 4.5 - 0.05;
  return luminance(hex) > highestForWhite ? '#000000' : '#ffffff';
}

/** Distance in OKLab, where 0.02 is just noticeable. */
export function distance(one: Oklch, other: Oklch): number {
  return Math.hypot(one.lightness - other.lightness, one.a - other.a, one.b - other.b);
}
