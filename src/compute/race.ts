import type { EngineName, FullEngine } from './engine.js';

/** Which engine is faster cannot be read off a renderer string: it is tried, briefly (`race-kernel.ts`), and remembered. */

export const kernelNames = ['stepLinear', 'stepFactors', 'scoreTopK', 'stepEmbeddings', 'stepMlp', 'scoreTopKInt8'] as const;
export type KernelName = (typeof kernelNames)[number];

const engineNames: readonly string[] = ['reference', 'simd', 'webgl'] satisfies readonly EngineName[];

/** The least work of a class of sizes, a power of four: no race is more than a factor of four from what it stands for. */
export type SizeClass = number;

export interface Race {
  readonly kernel: KernelName;
  readonly size: SizeClass;
  readonly engine: EngineName;
  /** The time of one call in its fastest sample: what else the machine did meanwhile is no engine's fault. */
  readonly bestMs: number;
}

/** What a call asks for, in units of its kernel: roughly the multiplications. */
export const workOf: { readonly [Name in KernelName]: (...args: Parameters<FullEngine[Name]>) => number } = {
  stepLinear: (_params, batch) => batch.offsets[batch.rows] ?? 0,
  stepFactors: (_params, { rows, dim }) => rows * dim * dim,
  scoreTopK: (_query, { rows, dim }) => rows * dim,
  stepEmbeddings: ({ dim }, { rows }) => rows * dim,
  stepMlp: ({ weights }, { rows }) => rows * weights.length,
  scoreTopKInt8: (_query, { rows, dim }) => rows * dim,
};

/**
 * What the reference engine needs per unit of work, in ns. Measured in Chromium on a 2020s laptop class core; a factor of two
 * either way only moves where racing begins.
 */
const NS_PER_UNIT: Readonly<Record<KernelName, number>> = {
  stepLinear: 10,
  stepFactors: 2,
  scoreTopK: 1,
  stepEmbeddings: 10,
  stepMlp: 3,
  scoreTopKInt8: 1,
};

export function predictMs(kernel: KernelName, work: number): number {
  return (work * NS_PER_UNIT[kernel]) / 1e6;
}

/** A page looks for another engine where `reference` is predicted to need so long for one call. */
export const SLOW_MS = 4;

/** Place of a size class in a table, 0 to 16. */
export function sizeIndexOf(work: number): number {
  return (33 - Math.clz32(Math.min(work, 0xffff_ffff))) >> 1;
}

export function sizeClassOf(work: number): SizeClass {
  const index = sizeIndexOf(work);
  return index === 0 ? 0 : 4 ** (index - 1);
}

/** What a profile's meta store kept of earlier races; anything else than that is no race. */
export function readRaces(stored: unknown): readonly Race[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((entry): entry is Race => {
    const { kernel, size, engine, bestMs } = (entry ?? {}) as Partial<Record<keyof Race, unknown>>;
    const isKnown = kernelNames.some((name) => name === kernel) && engineNames.includes(engine as string);
    return isKnown && typeof size === 'number' && size === sizeClassOf(size) && typeof bestMs === 'number' && bestMs >= 0;
  });
}
