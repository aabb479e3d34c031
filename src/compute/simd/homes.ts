import { createHome, type Home } from './home.js';

/** Where arrays live: in a home of the engine, or anywhere else. */
export interface Homes {
  /**
   * Arrays of zeros in one home, each of `lengths[n]` numbers: kernels work on them where they are. Where WebAssembly has no memory
   * left they are plain arrays, which kernels take too.
   */
  allocate(...lengths: readonly number[]): Float32Array[];
  /** The home in which both live; undefined where there is no such home. What was allocated in one call lives together. */
  homeOf(one: ArrayBufferView, other: ArrayBufferView): Home | undefined;
  /**
   * Runs with arrays that live elsewhere as guests: copied into a home, and what has become of them back.
   * @param run  gets the pointers of the arrays
   * @throws RangeError where there is no memory for guests; nothing has changed then
   */
  host<Result>(arrays: readonly Float32Array[], run: (home: Home, pointers: readonly number[]) => Result): Result;
  /** For what only passes through: scratch alone. */
  readonly away: Home;
}

/** Guests of the same lengths take the same rooms; so many kinds of guests are remembered. */
const MOST_GUEST_HOMES = 4;

/** @param make  tests give one that has no memory left */
export function createHomes(make: typeof createHome = createHome): Homes {
  /** A home goes with its memory, and that with the last view of it. */
  const homes = new WeakMap<ArrayBufferLike, Home>();
  /** Used last: last. */
  const guestHomes = new Map<string, Home>();
  let away: Home | undefined;

  const sizesOf = (lengths: readonly number[]): readonly number[] => lengths.map((length) => length * 4);
  const guestHomeFor = (lengths: readonly number[]): Home => {
    const kind = lengths.join();
    const home = guestHomes.get(kind) ?? make(sizesOf(lengths));
    guestHomes.delete(kind);
    guestHomes.set(kind, home);
    const [oldest] = guestHomes.keys();
    if (guestHomes.size > MOST_GUEST_HOMES) guestHomes.delete(oldest!);
    return home;
  };
  return {
    allocate(...lengths) {
      try {
        const home = make(sizesOf(lengths));
        homes.set(home.buffer, home);
        return lengths.map((length, at) => new Float32Array(home.buffer, home.pointers[at]!, length));
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        return lengths.map((length) => new Float32Array(length));
      }
    },
    homeOf: (one, other) => (one.buffer === other.buffer ? homes.get(one.buffer) : undefined),
    host(arrays, run) {
      const home = guestHomeFor(arrays.map(({ length }) => length));
      const guests = arrays.map(({ length }, at) => new Float32Array(home.buffer, home.pointers[at]!, length));
      for (const [at, guest] of guests.entries()) guest.set(arrays[at]!);
      const result = run(home, home.pointers);
      for (const [at, guest] of guests.entries()) arrays[at]!.set(guest);
      return result;
    },
    get away() {
      return (away ??= make([]));
    },
  };
}
