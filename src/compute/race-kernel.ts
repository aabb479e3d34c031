import { seededRandom } from '../core/random.js';
import type { DenseBatch, FactorParams, ItemMatrix, LinearParams, SparseBatch } from '../core/learners/kernel-types.js';
import type { EngineName } from './engine.js';

/** The race itself: each engine on a start of its own, by turns, so that what else the machine does hits all alike. */

/** One engine at the start: `run` makes the same call again and again. */
export interface Racer {
  readonly engine: EngineName;
  run(): Promise<unknown>;
}

/** The race ends when so many rounds have brought nobody on: code that runs often is compiled again, in its own time. */
const QUIET_ROUNDS = 4;
const QUIET_SHORT_ROUNDS = 12;
const MOST_ROUNDS = 60;
/** Who is brought on by less than this stands still. */
const PROGRESS = 0.95;
/** A clock may be coarser than a call: so many calls are timed together that they last so long. */
const SAMPLE_MS = 1;
/** Code runs slowly at first: who is raced has run so often before, or for so long. */
const WARM_UP_CALLS = 3000;
const WARM_UP_MS = 60;
/** One call alone may have been interrupted. */
const LEAST_CALLS = 3;
/** By what a call is predicted to need: no clock that stands still may hold the race up. */
const MOST_PREDICTED_MS = 20;
const MOST_CALLS = 1 << 16;
/** Who is so many times slower when warm runs no further, unless a call is so short that it may only be waiting to be compiled. */
const HOPELESS = 4;
const SHORT_MS = 1;

/**
 * @param predictedMs  what one call is thought to need, at most
 * @param fail         is told which engine failed; it is out of the race
 * @returns            for each engine that did not fail the time of one call in its fastest sample: what else the machine did
 *                     meanwhile is no engine's fault
 */
export async function raceEngines(
  racers: readonly Racer[],
  predictedMs: number,
  nowMs: () => number,
  fail: (engine: EngineName, error: unknown) => void,
): Promise<readonly { readonly engine: EngineName; readonly bestMs: number }[]> {
  const entries = racers.map((racer) => ({ ...racer, calls: 1, bestMs: Infinity, isOut: false }));
  type Entry = (typeof entries)[number];
  const mostCalls = Math.min(MOST_CALLS, Math.ceil(MOST_PREDICTED_MS / predictedMs));
  /**
   * Counts only what lasted: a coarse clock says of anything shorter that it took no time.
   * @returns  what it took in all
   */
  const sample = async (entry: Entry): Promise<number> => {
    let totalMs = 0;
    for (;;) {
      const startedAt = nowMs();
      for (let call = 0; call < entry.calls; call++) await entry.run();
      const elapsedMs = nowMs() - startedAt;
      totalMs += elapsedMs;
      if (elapsedMs >= SAMPLE_MS || entry.calls >= mostCalls) {
        entry.bestMs = Math.min(entry.bestMs, elapsedMs / entry.calls);
        return totalMs;
      }
      entry.calls = Math.min(mostCalls, entry.calls * 2);
    }
  };
  const warmUp = async (entry: Entry): Promise<void> => {
    await entry.run(); // compiling, uploading
    for (
      let done = 0, totalMs = 0;
      totalMs < WARM_UP_MS && done < Math.max(LEAST_CALLS, Math.min(mostCalls, WARM_UP_CALLS));
      done += entry.calls
    ) {
      totalMs += await sample(entry);
    }
  };
  const attempt = async (entry: Entry, run: () => Promise<void>): Promise<void> => {
    if (entry.isOut) return;
    try {
      await run();
    } catch (error) {
      entry.isOut = true;
      fail(entry.engine, error);
    }
  };
  for (const entry of entries) await attempt(entry, () => warmUp(entry));
  const bestMs = Math.min(...entries.map((entry) => entry.bestMs));
  const quietRounds = bestMs < SHORT_MS ? QUIET_SHORT_ROUNDS : QUIET_ROUNDS;
  for (let round = 0, quiet = 0; round < MOST_ROUNDS && quiet < quietRounds; round++) {
    quiet++;
    for (const entry of entries) {
      const before = entry.bestMs;
      if (before > Math.max(SHORT_MS, bestMs * HOPELESS)) continue;
      await attempt(entry, async () => void (await sample(entry)));
      if (entry.bestMs < before * PROGRESS) quiet = 0;
    }
  }
  return entries.filter(({ isOut }) => !isOut).map((entry) => ({ engine: entry.engine, bestMs: entry.bestMs }));
}

/** Arguments of a call: parameters, which a step changes, or a query; batch or items; rule or k. */
export type Call = readonly [first: unknown, second: unknown, third: unknown];

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
  const [params, second, third] = call;
  if (params instanceof Float32Array) return call; // a query, which nothing changes
  const entries = Object.entries(params as object);
  const floats = entries.flatMap(([, value]) => (value instanceof Float32Array ? [value] : []));
  const isTogether = floats.length > 1 && floats.every(({ buffer }) => buffer === floats[0]!.buffer);
  const copies = isTogether ? allocate(...floats.map(({ length }) => length)) : floats.map(({ length }) => new Float32Array(length));
  for (const [at, copy] of copies.entries()) copy.set(floats[at]!);
  let next = 0;
  const copyOf = (value: unknown): unknown =>
    value instanceof Float32Array ? copies[next++] : value instanceof Uint32Array ? value.slice() : value;
  return [Object.fromEntries(entries.map(([name, value]) => [name, copyOf(value)])), second, third];
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
