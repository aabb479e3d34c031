import { createHome, type Home } from './home.js';

type Column = Float32Array | Int8Array;

/** Catalogues that stay in WebAssembly memory between calls, by the identity of their arrays, up to a bound. */
export interface HeldItems {
  /**
   * @param columns  taken as immutable
   * @returns        the home with a copy of each column in order; undefined where they are too large to be held
   */
  hold(columns: readonly Column[]): Home | undefined;
  release(): void;
}

/** A million items of 64 int8; what is larger is copied slice by slice, each time. */
const HELD_BYTES_LIMIT = 128 << 20;

export function createHeldItems(limitBytes = HELD_BYTES_LIMIT): HeldItems {
  /** Used last: last. */
  let held: { readonly columns: readonly Column[]; readonly home: Home; readonly sizeBytes: number }[] = [];
  return {
    hold(columns) {
      const found = held.find(
        (each) => each.columns.length === columns.length && each.columns.every((column, at) => column === columns[at]),
      );
      if (found !== undefined) {
        held = [...held.filter((each) => each !== found), found];
        return found.home;
      }
      const sizeBytes = columns.reduce((sum, column) => sum + column.byteLength, 0);
      if (sizeBytes > limitBytes) return undefined;
      let total = held.reduce((sum, each) => sum + each.sizeBytes, sizeBytes);
      while (total > limitBytes) total -= held.shift()!.sizeBytes;
      let home: Home;
      try {
        home = createHome(columns.map((column) => column.byteLength));
      } catch (thrown) {
        if (thrown instanceof RangeError) return undefined; // no memory left: slice by slice
        throw thrown;
      }
      for (const [at, column] of columns.entries()) {
        const View = column instanceof Float32Array ? Float32Array : Int8Array;
        new View(home.buffer, home.pointers[at]!, column.length).set(column);
      }
      held.push({ columns, home, sizeBytes });
      return home;
    },
    release: () => void (held = []),
  };
}
