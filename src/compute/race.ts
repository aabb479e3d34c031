import { seededRandom } from '../core/random.js';
import type { DenseBatch, FactorParams, ItemMatrix, LinearParams, SparseBatch } from '../core/learners/kernel-types.js';
import type { Engine, EngineName } from './engine.js';

/** Which engine is faster cannot be read off a renderer string: it is tried, briefly, on made-up work. */

export const kernelNames = ['stepLinear', 'stepFactors', 'scoreTopK'] as const;
export type KernelName = (typeof kernelNames)[number];

/** By what the reference engine is predicted to need: `small` below 4 ms (never raced), `medium`, `large` from 40 ms. */
export type SizeClass = 'small' | 'medium' | 'large';
export const racedSizes = ['medium', 'large'] as const;

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

const REPEATS = 3;

/** Runs one kernel on one engine: one warm-up (compiling, uploading), then the median of three. */
export async function timeKernel(
  engine: Engine,
  kernel: KernelName,
  size: (typeof racedSizes)[number],
  nowMs: () => number,
): Promise<Race> {
  const run = workOf(kernel, size);
  await run(engine);
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startedAt = nowMs();
    await run(engine);
    times.push(nowMs() - startedAt);
  }
  times.sort((left, right) => left - right);
  return { kernel, size, engine: engine.name, medianMs: times[REPEATS >> 1]! };
}

/** Smaller than the class it stands for, so that a race stays brief: that favours the reference where it is close. */
function workOf(kernel: KernelName, size: (typeof racedSizes)[number]): (engine: Engine) => Promise<unknown> {
  const isLarge = size === 'large';
  switch (kernel) {
    case 'stepLinear': {
      const batch = sparse(isLarge ? 512 : 64, 64);
      const params: LinearParams = { weights: new Float32Array(65_536), accumulators: new Float32Array(65_536) };
      return (engine) => engine.stepLinear(params, batch, { learningRate: 0.05, l2: 0, epsilon: 1e-3 });
    }
    case 'stepFactors': {
      const dim = isLarge ? 32 : 16;
      const batch = dense(isLarge ? 256 : 64, dim);
      const params: FactorParams = { user: new Float32Array(dim), inverse: identity(dim) };
      return (engine) => engine.stepFactors(params, batch, { minCurvature: 0.05 });
    }
    case 'scoreTopK': {
      const items: ItemMatrix = { rows: isLarge ? 65_536 : 16_384, dim: 32, vectors: noise((isLarge ? 65_536 : 16_384) * 32) };
      const query = noise(32);
      return (engine) => engine.scoreTopK(query, items, 100);
    }
    default:
      return kernel satisfies never;
  }
}

function noise(count: number): Float32Array {
  const random = seededRandom(count);
  return Float32Array.from({ length: count }, () => 2 * random.nextUnit() - 1);
}

function identity(dim: number): Float32Array {
  return Float32Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 1 : 0));
}

function rowColumns(rows: number): Pick<SparseBatch & DenseBatch, 'labels' | 'sampleWeights' | 'margins'> {
  return {
    labels: Float32Array.from({ length: rows }, (_, row) => row % 2),
    sampleWeights: new Float32Array(rows).fill(1),
    margins: new Float32Array(rows),
  };
}

function sparse(rows: number, nonZeros: number): SparseBatch {
  return {
    rows,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * nonZeros),
    // 1,021 apart is never the same place twice within a row of 2^16.
    indices: Uint32Array.from({ length: rows * nonZeros }, (_, at) => (at * 1021) % 65_536),
    values: noise(rows * nonZeros),
    ...rowColumns(rows),
  };
}

function dense(rows: number, dim: number): DenseBatch {
  return { rows, dim, vectors: noise(rows * dim), ...rowColumns(rows) };
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
