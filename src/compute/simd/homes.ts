import { createHome, type Home } from './home.js';

/** Where arrays live: in a home of the engine, or anywhere else. */
export interface Homes {
  /**
   * Arrays of zeros in one home, each of `lengths[n]` numbers: kernels work on them where they are. Where WebAssembly has no memory
   * left they are plain arrays, which kernels take too.
   */
  allocate(...lengths: readonly number[]): Float32Array[];
  /** The home in which all of them live; undefined where there is no such home. */
  homeOf(...arrays: readonly ArrayBufferView[]): Home | undefined;
  /** For what lives elsewhere: scratch alone. */
  readonly away: Home;
}

/** @param make  tests give one that has no memory left */
export function createHomes(make: typeof createHome = createHome): Homes {
  /** A home goes with its memory, and that with the last view of it. */
  const homes = new WeakMap<ArrayBufferLike, Home>();
  let away: Home | undefined;
  return {
    allocate(...lengths) {
      try {
        const home = make(lengths.map((length) => length * 4));
        homes.set(home.buffer, home);
        return lengths.map((length, at) => new Float32Array(home.buffer, home.pointers[at]!, length));
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        return lengths.map((length) => new Float32Array(length));
      }
    },
    homeOf(first, ...others) {
      return others.every((array) => array.buffer === first!.buffer) ? homes.get(first!.buffer) : undefined;
    },
    get away() {
      return (away ??= createHome([]));
    },
  };
}
