import { exp } from '../sigmoid.js';

const LN2 = 0.6931471805599453;

/** 2^x, exact for whole x (`**` need not be); 0 below −1022, where normal numbers end, and Infinity above 1023. */
export function powerOfTwo(x: number): number {
  if (!(x > -1022)) return 0;
  if (x > 1023) return Infinity;
  const whole = Math.floor(x);
  let power = 1;
  let factor = whole < 0 ? 0.5 : 2;
  for (let left = Math.abs(whole); left > 0; left >>= 1) {
    if ((left & 1) === 1) power *= factor;
    factor *= factor;
  }
  return x === whole ? power : power * exp((x - whole) * LN2);
}

/** From so many half-lives on the scale is moved: far from overflow, and rare. */
const LARGEST_EXPONENT = 256;

/**
 * Exponential decay without touching what decays: what happens at t is counted 2^((t − landmark) / halfLife) instead of the
 * past being divided, so that ratios are right at any time and an event costs O(1).
 * @see Cormode, Shkapenyuk, Srivastava, Xu 2009, Forward decay, section 3
 */
export interface DecayScale {
  readonly halfLifeMs: number;
  /** An event at this time counts 1. */
  landmarkMs: number;
}

/** What an event at `atMs` counts on this scale; above 0 for all but ancient times. 1 where nothing decays. */
export function weightAt(scale: DecayScale, atMs: number): number {
  return scale.halfLifeMs === Infinity ? 1 : powerOfTwo((atMs - scale.landmarkMs) / scale.halfLifeMs);
}

/**
 * Moves the landmark near `atMs` if the weights would grow out of range.
 * @returns what every number counted so far must be multiplied by: a power of two, so without rounding; 1 for nothing to do,
 *          0 where all of them are too old to be told from nothing
 */
export function moveLandmark(scale: DecayScale, atMs: number): number {
  if (scale.halfLifeMs === Infinity) return 1;
  const halfLives = Math.floor((atMs - scale.landmarkMs) / scale.halfLifeMs);
  if (!(halfLives > LARGEST_EXPONENT)) return 1;
  const moved = scale.landmarkMs + halfLives * scale.halfLifeMs;
  scale.landmarkMs = Number.isFinite(moved) ? moved : atMs;
  return powerOfTwo(-halfLives);
}
