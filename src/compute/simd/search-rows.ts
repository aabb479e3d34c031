import type { TopK } from '../../core/learners/kernel-types.js';
import type { HeldItems } from './held-items.js';
import type { Home } from './home.js';
import type { Homes } from './homes.js';
import { eachSlice } from './slices.js';

/** A question to a catalogue: which k rows score best. */
export interface Search {
  readonly rows: number;
  readonly k: number;
  /** Padded as the kernel wants it. */
  readonly query: Float32Array | Int16Array;
  /** What the catalogue is made of, `width` elements for each row. */
  readonly columns: readonly { readonly values: Float32Array | Int8Array; readonly width: number }[];
  /**
   * Looks at `count` rows, the first of which is row `first`.
   * @param pointers  of the columns, at the first row
   * @returns         how many rows the heap holds now
   */
  find(
    home: Home,
    queryAt: number,
    pointers: readonly number[],
    count: number,
    first: number,
    heap: { readonly scoresAt: number; readonly rowsAt: number },
    size: number,
    filled: number,
  ): number;
}

/** Query and heap may take so much of the scratch, so that there is room for slices. */
const FRAME_BYTES = 1 << 18;
/** What rounding up costs the columns of a slice. */
const SLICE_BYTES = 128;

/**
 * Where a catalogue lives in WebAssembly memory, its own or held, it is searched there; else it passes through slice by slice.
 * @returns  new memory, best first; undefined for what is too large for the scratch, or nothing at all
 */
export function searchRows(homes: Homes, held: HeldItems, search: Search): TopK | undefined {
  const { rows, query, columns } = search;
  const size = Math.max(0, Math.min(Math.floor(search.k), rows));
  if (size === 0 || query.length === 0 || size * 8 + query.byteLength > FRAME_BYTES) return undefined;
  const own = homes.homeOf(columns[0]!.values, columns[0]!.values);
  const copy = own === undefined ? held.hold(columns.map(({ values }) => values)) : undefined;
  const home = own ?? copy ?? homes.away;
  const { scratch, buffer, kernels } = home;

  /** Pointer of each column; undefined for one that must be brought. */
  const residents = columns.map(({ values }, at) => copy?.pointers[at] ?? (values.buffer === buffer ? values.byteOffset : undefined));
  const bytesPerRow = columns.reduce(
    (sum, { values, width }, at) => sum + (residents[at] === undefined ? width * values.BYTES_PER_ELEMENT : 0),
    0,
  );
  scratch.reset();
  const heap = { scoresAt: scratch.take(size * 4), rowsAt: scratch.take(size * 4) };
  const queryAt = scratch.place(query);
  const frameBytes = scratch.usedBytes();
  let filled = 0;
  eachSlice(
    rows,
    scratch.sizeBytes - frameBytes - SLICE_BYTES,
    (row) => row * bytesPerRow,
    (from, to) => {
      scratch.reset(frameBytes);
      const pointers = columns.map(({ values, width }, at) => {
        const resident = residents[at];
        if (resident !== undefined) return resident + from * width * values.BYTES_PER_ELEMENT;
        const pointer = scratch.place(values, from * width, to * width);
        scratch.clearGap(pointer + (to - from) * width * values.BYTES_PER_ELEMENT);
        return pointer;
      });
      filled = search.find(home, queryAt, pointers, to - from, from, heap, size, filled);
    },
    (row) => {
      throw new RangeError(`simd: row ${row} of ${bytesPerRow} B is larger than the scratch`);
    },
  );
  kernels.sortHeap(heap.scoresAt, heap.rowsAt, filled);
  return {
    rows: new Uint32Array(buffer, heap.rowsAt, filled).slice(),
    scores: new Float32Array(buffer, heap.scoresAt, filled).slice(),
  };
}
