import type { EngineName } from './engine.js';

/** Which engine is faster cannot be read off a renderer string: it is tried, briefly (`webgl/race-kernel.ts`), and remembered. */

export const kernelNames = ['stepLinear', 'stepFactors', 'scoreTopK'] as const;
export type KernelName = (typeof kernelNames)[number];

/** By what the reference engine is predicted to need: `small` below 4 ms (never raced), `medium`, `large` from 40 ms. */
export type SizeClass = 'small' | 'medium' | 'large';
export const racedSizes = ['medium', 'large'] as const;
export type RacedSize = (typeof racedSizes)[number];

export interface Race {
  readonly kernel: KernelName;
  readonly size: SizeClass;
  readonly engine: EngineName;
  readonly medianMs: number;
}

/**
 * What the reference engine needs per unit of work, in ns: a unit is a non-zero for `stepLinear`, one of rows · dim² for
 * `stepFactors`, one of rows · dim for `scoreTopK`. Measured in Chromium on a 2020s laptop class core; a factor of two
 * either way only moves where racing begins.
 */
const NS_PER_UNIT: Readonly<Record<KernelName, number>> = { stepLinear: 10, stepFactors: 2, scoreTopK: 1 };
const MEDIUM_MS = 4;
const LARGE_MS = 40;

/** @param work  in units of the kernel, see above */
export function sizeClassOf(kernel: KernelName, work: number): SizeClass {
  const predictedMs = (work * NS_PER_UNIT[kernel]) / 1e6;
  if (predictedMs < MEDIUM_MS) return 'small';
  return predictedMs < LARGE_MS ? 'medium' : 'large';
}

/** What a profile's meta store kept of earlier races; anything else than that is no race. */
export function readRaces(stored: unknown): readonly Race[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((entry): entry is Race => {
    const { kernel, size, engine, medianMs } = (entry ?? {}) as Partial<Record<keyof Race, unknown>>;
    const isKnown = kernelNames.some((name) => name === kernel) && racedSizes.some((name) => name === size);
    return isKnown && (engine === 'reference' || engine === 'webgl') && typeof medianMs === 'number' && medianMs >= 0;
  });
}
