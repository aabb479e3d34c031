import { seededRandom } from '../core/random.js';
import type { DenseBatch, FactorParams, ItemMatrix, LinearParams, SparseBatch } from '../core/learners/kernel-types.js';
import type { EngineName } from './engine.js';

/** The race itself: each engine on a start of its own, by turns, so that what else the machine does hits all alike. */

/** One engine at the start: `run` makes the same call again and again. */
export interface Racer {
  readonly engine: EngineName;
  run(): Promise<unknown>;
}

const ROUNDS = 5;
/** A clock may be coarser than a call: so many calls are timed together that they last so long. */
const LEAST_MS = 1;
/** By what a call is predicted to need: no clock that stands still may hold the race up. */
const MOST_PREDICTED_MS = 20;
/** Who is so many times slower in the first round runs no other. */
const HOPELESS = 4;

/**
 * @param predictedMs  what one call is thought to need, at most
 * @param fail         is told which engine failed; it is out of the race
 * @returns            median time of one call for each engine that did not fail
 */
export async function raceEngines(
  racers: readonly Racer[],
  predictedMs: number,
  nowMs: () => number,
  fail: (engine: EngineName, error: unknown) => void,
): Promise<readonly { readonly engine: EngineName; readonly medianMs: number }[]> {
  const entries = racers.map((racer) => ({ ...racer, calls: 1, timesMs: [] as number[], isOut: false }));
  const time = async (entry: (typeof entries)[number]): Promise<number> => {
    const startedAt = nowMs();
    for (let call = 0; call < entry.calls; call++) await entry.run();
    return nowMs() - startedAt;
  };
  const attempt = async (entry: (typeof entries)[number], run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      entry.isOut = true;
      entry.timesMs = [];
      fail(entry.engine, error);
    }
  };
  for (const entry of entries) {
    await attempt(entry, async () => {
      await entry.run(); // compiling, uploading
      let elapsedMs = await time(entry);
      while (elapsedMs < LEAST_MS && entry.calls * predictedMs < MOST_PREDICTED_MS) {
        entry.calls *= 4;
        elapsedMs = await time(entry);
      }
      entry.timesMs.push(elapsedMs / entry.calls);
    });
  }
  const bestMs = Math.min(...entries.flatMap(({ timesMs }) => timesMs));
  const close = entries.filter(({ timesMs }) => timesMs.some((timeMs) => timeMs <= bestMs * HOPELESS));
  for (let round = 1; round < ROUNDS; round++)
    for (const entry of close)
      if (!entry.isOut) await attempt(entry, async () => void entry.timesMs.push((await time(entry)) / entry.calls));
  return entries.flatMap(({ engine, timesMs }) => {
    const sorted = [...timesMs].sort((left, right) => left - right);
    return sorted.length === 0 ? [] : [{ engine, medianMs: sorted[sorted.length >> 1]! }];
  });
}

/** Arguments of a call. The first is what a step changes. */
export type Call = readonly unknown[];

/** Kernels of a page, for which work can be made up. */
export const inventedKernels = ['stepLinear', 'stepFactors', 'scoreTopK'] as const;
export type InventedKernel = (typeof inventedKernels)[number];

/** Work is made up smaller than what it stands for, so that a race stays brief: that favours who starts quickly, where it is close. */
const SHRINK = 8;
const MOST_WORK: Readonly<Record<InventedKernel, number>> = { stepLinear: 1 << 17, stepFactors: 1 << 20, scoreTopK: 1 << 21 };

/** A call that stands for one of this much work. */
export function inventCall(kernel: InventedKernel, work: number): Call {
  const most = Math.min(work / SHRINK, MOST_WORK[kernel]);
  switch (kernel) {
    case 'stepLinear': {
      const params: LinearParams = { weights: new Float32Array(65_536), accumulators: new Float32Array(65_536) };
      return [params, sparse(Math.ceil(most / 64), 64), { learningRate: 0.05, l2: 0, epsilon: 1e-3 }];
    }
    case 'stepFactors': {
      const params: FactorParams = { user: new Float32Array(16), inverse: identity(16) };
      return [params, dense(Math.ceil(most / 256), 16), { minCurvature: 0.05 }];
    }
    case 'scoreTopK': {
      const rows = Math.ceil(most / 32);
      return [noise(32), { rows, dim: 32, vectors: noise(rows * 32) } satisfies ItemMatrix, 100];
    }
    default:
      return kernel satisfies never;
  }
}

/** The same call on parameters of its own: what is raced must not learn. @param allocate  for arrays that lie in one buffer */
export function copyCall(call: Call, allocate: (...lengths: readonly number[]) => readonly Float32Array[]): Call {
  const [params, ...rest] = call;
  if (params instanceof Float32Array) return call; // a query, which nothing changes
  const entries = Object.entries(params as object);
  const floats = entries.flatMap(([, value]) => (value instanceof Float32Array ? [value] : []));
  const isTogether = floats.length > 1 && floats.every(({ buffer }) => buffer === floats[0]!.buffer);
  const copies = isTogether ? allocate(...floats.map(({ length }) => length)) : floats.map(({ length }) => new Float32Array(length));
  for (const [at, copy] of copies.entries()) copy.set(floats[at]!);
  let next = 0;
  const copyOf = (value: unknown): unknown =>
    value instanceof Float32Array ? copies[next++] : value instanceof Uint32Array ? value.slice() : value;
  return [Object.fromEntries(entries.map(([name, value]) => [name, copyOf(value)])), ...rest];
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
