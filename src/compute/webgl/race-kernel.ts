import { seededRandom } from '../../core/random.js';
import type { DenseBatch, FactorParams, ItemMatrix, LinearParams, SparseBatch } from '../../core/learners/kernel-types.js';
import type { Engine } from '../engine.js';
import type { KernelName, Race, RacedSize } from '../race.js';

/** The race itself, on made-up work. It lies in the lazy chunk, since who has nothing to race against needs no track. */

/** Each of the engines in turn on the same work. */
export async function raceKernel(
  engines: readonly Engine[],
  kernel: KernelName,
  size: RacedSize,
  nowMs: () => number,
): Promise<readonly Race[]> {
  const races: Race[] = [];
  for (const engine of engines) races.push(await timeKernel(engine, kernel, size, nowMs));
  return races;
}

const REPEATS = 3;

/** Runs one kernel on one engine: one warm-up (compiling, uploading), then the median of three. */
async function timeKernel(engine: Engine, kernel: KernelName, size: RacedSize, nowMs: () => number): Promise<Race> {
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
function workOf(kernel: KernelName, size: RacedSize): (engine: Engine) => Promise<unknown> {
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
