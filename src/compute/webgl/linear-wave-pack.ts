import type { SparseBatch } from '../../core/learners/kernel-types.js';
import { createTaskList, createWaves, type Tasks } from './waves.js';

/** A call of short rows as texels, laid out as `linear-wave-shaders` reads them. */
export interface WavePack {
  /** [members], indices into the parameters in order of first appearance */
  readonly members: Uint32Array;
  /** [nonZeros · 2] */
  readonly entries: Float32Array;
  /** [rows · 2 · 4] */
  readonly rowTexels: Float32Array;
  /** [rows], in the order of the waves */
  readonly order: Tasks;
  readonly tasks: Tasks;
  /** Where the last value of an index lies: in which texture, at which place of the list. */
  find(index: number): readonly [texture: 0 | 1, place: number];
}

/** Of longer rows a pass over all weights of a chunk is less than a point for each. */
const LONGEST_ROW = 96;
const MOST_NON_ZEROS = 2 ** 18;

/** Whether waves are worth it: chunks with a pass over each row are better for long ones. */
export function isForWaves({ rows, offsets }: SparseBatch): boolean {
  if (offsets[rows]! - offsets[0]! > MOST_NON_ZEROS) return false;
  for (let row = 0; row < rows; row++) if (offsets[row + 1]! - offsets[row]! > LONGEST_ROW) return false;
  return true;
}

/** @param size  of the parameters */
export function packWaves(batch: SparseBatch, size: number): WavePack {
  const { rows, offsets, indices, values } = batch;
  const first = offsets[0]!;
  const nonZeros = offsets[rows]! - first;
  const placeOf = new Int32Array(size).fill(-1);
  const members: number[] = [];
  const places = new Uint32Array(nonZeros);
  const entries = new Float32Array(nonZeros * 2);
  for (let at = 0; at < nonZeros; at++) {
    const index = indices[first + at]!;
    if (placeOf[index] === -1) placeOf[index] = members.push(index) - 1;
    places[at] = placeOf[index]!;
    entries[2 * at] = placeOf[index]!; // exact: below 2^24
    entries[2 * at + 1] = values[first + at]!;
  }
  const rowTexels = new Float32Array(rows * 8);
  const waves = createWaves(members.length);
  const order = createTaskList(1);
  const tasks = createTaskList(4);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]! - first;
    const end = offsets[row + 1]! - first;
    rowTexels.set([start, end - start, batch.margins[row]!, batch.labels[row]!, batch.sampleWeights[row]!], row * 8);
    const isStep = batch.sampleWeights[row] !== 0;
    const wave = waves.take(places.subarray(start, end), isStep, (before, place) => tasks.add(before, place, -1, 0, 0));
    order.add(wave, row);
    if (isStep) for (let at = start; at < end; at++) tasks.add(wave, places[at]!, row, values[first + at]!, 0);
  }
  return {
    members: Uint32Array.from(members),
    entries,
    rowTexels,
    order: order.done(),
    tasks: tasks.done(),
    find: (index) => [waves.placeOf(placeOf[index]!), placeOf[index]!],
  };
}
