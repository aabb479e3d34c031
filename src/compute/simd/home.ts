import { simdModule, type Exports } from './module.js';

/**
 * A WebAssembly memory with the kernels over it: some arrays that stay, and scratch for what one call brings along. A home is made
 * in the right size and never grows, so views of it stay good for life; it goes with the last of them.
 */
export interface Home {
  readonly kernels: Exports;
  readonly buffer: ArrayBuffer;
  /** Where the arrays that stay begin, each after the one before and a gap of zeros. */
  readonly pointers: readonly number[];
  readonly scratch: Scratch;
}

/** Taken from the front for one call after `reset()`. */
export interface Scratch {
  readonly sizeBytes: number;
  /** How much is taken, for `reset`. */
  usedBytes(): number;
  /** Gives back what was taken since `usedBytes` were in use. */
  reset(usedBytes?: number): void;
  /** @returns  pointer, divisible by 16; what lies there and in the gap behind it is left over */
  take(sizeBytes: number): number;
  /** Copies elements `from` to before `to`; the gap behind them is left over. */
  place(values: Float32Array | Uint32Array | Int16Array | Int8Array, from?: number, to?: number): number;
  /** Copies results back, into places `from` to before `to`. */
  fetch(pointer: number, target: Float32Array, from: number, to: number): void;
  /** Zeros behind an array that ends at `pointer`: kernels that read there multiply by 0, which must not meet NaN. */
  clearGap(pointer: number): void;
}

const PAGE_BYTES = 65_536;
/** 0 is no pointer. The kernels have no data of their own that could lie below; `memory.test.ts` holds the build to it. */
const FIRST_POINTER = 1024;
/** Pointers are int32. */
const END_POINTER = 2 ** 31 - PAGE_BYTES;
/** Kernels may read, never write, as far behind an array. */
const GAP_BYTES = 16;
const DEFAULT_SCRATCH_BYTES = 1 << 20;

/**
 * @param sizesBytes  of the arrays that stay
 * @throws RangeError where the memory is not to be had
 */
export function createHome(sizesBytes: readonly number[], scratchBytes = DEFAULT_SCRATCH_BYTES): Home {
  let end = FIRST_POINTER;
  const takeBytes = (sizeBytes: number): number => {
    const pointer = end;
    end += aligned(sizeBytes + GAP_BYTES);
    return pointer;
  };
  const pointers = sizesBytes.map(takeBytes);
  const scratchPointer = takeBytes(scratchBytes);
  if (end > END_POINTER) throw new RangeError(`simd: ${end} B are more than one memory holds`);
  const pages = Math.ceil(end / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const kernels = new WebAssembly.Instance(simdModule(), { env: { memory } }).exports as unknown as Exports; // what `assembly/` exports
  return { kernels, buffer: memory.buffer, pointers, scratch: createScratch(memory.buffer, scratchPointer, scratchBytes) };
}

function createScratch(buffer: ArrayBuffer, start: number, sizeBytes: number): Scratch {
  let next = start;
  const floats = new Float32Array(buffer);
  const words = new Uint32Array(buffer);
  const halves = new Int16Array(buffer);
  const bytes = new Int8Array(buffer);
  const take = (askedBytes: number): number => {
    const pointer = next;
    next += aligned(askedBytes + GAP_BYTES);
    if (next > start + sizeBytes) throw new RangeError(`simd: ${askedBytes} B do not fit the scratch of ${sizeBytes} B`);
    return pointer;
  };
  return {
    sizeBytes,
    usedBytes: () => next - start,
    reset: (usedBytes = 0) => void (next = start + usedBytes),
    take,
    place(values, from = 0, to = values.length) {
      const pointer = take((to - from) * values.BYTES_PER_ELEMENT);
      if (values instanceof Float32Array) copy(floats, pointer >> 2, values, from, to);
      else if (values instanceof Uint32Array) copy(words, pointer >> 2, values, from, to);
      else if (values instanceof Int16Array) copy(halves, pointer >> 1, values, from, to);
      else copy(bytes, pointer, values, from, to);
      return pointer;
    },
    fetch(pointer, target, from, to) {
      if (to - from > FEW) target.set(new Float32Array(buffer, pointer, to - from), from);
      else for (let at = from; at < to; at++) target[at] = floats[(pointer >> 2) + at - from]!;
    },
    clearGap: (pointer) => void bytes.fill(0, pointer, pointer + GAP_BYTES),
  };
}

/** Numbers few enough that a call of `set` costs more than to copy them. */
const FEW = 48;

function copy<Values extends Float32Array | Uint32Array | Int16Array | Int8Array>(
  target: Values,
  start: number,
  values: Values,
  from: number,
  to: number,
): void {
  if (to - from > FEW) target.set(values.subarray(from, to), start);
  else for (let at = from; at < to; at++) target[start + at - from] = values[at]!;
}

function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 16) * 16;
}
