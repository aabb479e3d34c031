import { toSdkError, type SdkError } from '../core/errors.js';
import type { Engine, EngineDescription, EngineFallback, EngineName, GpuEngine } from './engine.js';
import { kernelNames, racedSizes, readRaces, sizeClassOf, type KernelName, type Race, type RacedSize, type SizeClass } from './race.js';
import { createReferenceEngine } from './reference.js';

/**
 * Which engine does a piece of work. How a worker uses it:
 *
 *     const selector = createEngineSelector({ wanted: 'auto', loadWebgl, nowMs, races: await store.getMeta('engineRaces'), … });
 *     await selector.start();                          // loads a forced webgl; with `auto` it does nothing
 *     await selector.kernels.stepLinear(params, …);    // each call goes to the engine for its size
 *     await selector.idle();                           // when nothing else is to be done: races that were missing
 *
 * `auto` is `reference` until a call is so large that a GPU could pay; only then `idle()` loads the chunk and races. A webgl
 * step that fails for good has changed nothing: it is repeated here on `reference`, the fallback is reported, and webgl is
 * left alone until the next `choose()` or `race()`. Nothing here rejects for the GPU's sake.
 */
export interface EngineSelector {
  /** Kernels that pick their engine call by call. */
  readonly kernels: Pick<Engine, KernelName>;
  /** @param work  non-zeros for `stepLinear`, rows · dim² for `stepFactors`, rows · dim for `scoreTopK` */
  engineFor(kernel: KernelName, work: number): Engine;
  start(): Promise<void>;
  idle(): Promise<void>;
  choose(wanted: EngineName | 'auto'): Promise<void>;
  /** Races every kernel and size now, on demand. */
  race(): Promise<readonly Race[]>;
  /** Forces the loss of the GPU and answers after recovery; false where no GPU is in use. */
  loseGpu(): Promise<boolean>;
  report(): SelectorReport;
  close(): void;
}

export interface SelectorOptions {
  readonly wanted: EngineName | 'auto';
  /** Loads the chunk and makes the engine. Called only when webgl is forced, won an earlier race, or is raced. */
  readonly loadWebgl: () => Promise<GpuEngine>;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
  /** Results of earlier visits, as `onRaces` gave them; anything else is ignored. */
  readonly races?: unknown;
  readonly onRaces?: (races: readonly Race[]) => void;
  readonly onFallback?: (fallback: EngineFallback) => void;
}

export interface SelectorReport extends EngineDescription {
  readonly active: EngineName;
  readonly wanted: EngineName | 'auto';
  /** For a person: why this engine. */
  readonly why: string;
  readonly races: readonly Race[];
  /** Since the last `choose()` or `race()`. */
  readonly fallbacks: readonly EngineFallback[];
}

export function createEngineSelector(options: SelectorOptions): EngineSelector {
  const reference = createReferenceEngine();
  let wanted = options.wanted;
  let webgl: GpuEngine | null = null;
  let loading: Promise<GpuEngine | null> | null = null;
  let races = readRaces(options.races);
  let fallbacks: EngineFallback[] = [];
  /** Has webgl failed since the last `choose()` or `race()`? */
  let isBroken = false;
  let isClosed = false;
  /** Kernel and size of calls that came without a race to go by. */
  const missing = new Set<`${KernelName} ${SizeClass}`>();
  /** A winner of an earlier visit waits for its chunk. */
  let isAwaited = false;

  const fallBack = (error: SdkError): void => {
    isBroken = true;
    const fallback: EngineFallback = { from: 'webgl', to: 'reference', error };
    fallbacks.push(fallback);
    options.onFallback?.(fallback);
  };
  const release = (): void => {
    webgl?.close();
    webgl = null;
    guarded = null;
  };
  const load = (): Promise<GpuEngine | null> => {
    if (webgl !== null) return Promise.resolve(webgl);
    loading ??= options
      .loadWebgl()
      .then((engine) => {
        if (isClosed) engine.close();
        else webgl = engine;
        return webgl;
      })
      .catch((error: unknown) => {
        fallBack(toSdkError(error, 'engine-unavailable'));
        return null;
      })
      .finally(() => (loading = null));
    return loading;
  };

  /** webgl, with the reference engine under it as a net. */
  let guarded: Engine | null = null;
  const guard = (engine: GpuEngine): Engine => {
    const orReference = async <Result>(run: (engine: Engine) => Promise<Result>): Promise<Result> => {
      try {
        return await run(engine);
      } catch (error) {
        fallBack(toSdkError(error, 'engine-lost'));
        return run(reference); // a rejected step has changed nothing
      }
    };
    return {
      ...engine,
      stepLinear: (params, batch, rule) => orReference((each) => each.stepLinear(params, batch, rule)),
      stepFactors: (params, batch, rule) => orReference((each) => each.stepFactors(params, batch, rule)),
      scoreTopK: (query, items, k) => orReference((each) => each.scoreTopK(query, items, k)),
    };
  };

  const winnerOf = (kernel: KernelName, size: SizeClass): EngineName | null => {
    const [first, second] = races.filter((race) => race.kernel === kernel && race.size === size).sort((a, b) => a.medianMs - b.medianMs);
    return first === undefined || second === undefined ? null : first.engine;
  };
  const prefers = (kernel: KernelName, work: number): EngineName => {
    if (wanted !== 'auto') return wanted;
    const size = sizeClassOf(kernel, work);
    if (size === 'small') return 'reference';
    const winner = winnerOf(kernel, size);
    if (winner === null) missing.add(`${kernel} ${size}`);
    if (winner === 'webgl' && webgl === null) isAwaited = true;
    return winner ?? 'reference';
  };
  const engineFor = (kernel: KernelName, work: number): Engine => {
    if (prefers(kernel, work) === 'reference' || webgl === null || isBroken) return reference;
    guarded ??= guard(webgl);
    return guarded;
  };

  const raceOne = async (kernel: KernelName, size: RacedSize): Promise<void> => {
    const engine = await load();
    if (engine === null) return;
    try {
      const results = await engine.race(reference, kernel, size, options.nowMs);
      races = [...races.filter((race) => race.kernel !== kernel || race.size !== size), ...results];
    } catch (error) {
      fallBack(toSdkError(error, 'engine-lost'));
    }
  };
  const raceThese = async (pairs: readonly (readonly [KernelName, RacedSize])[]): Promise<void> => {
    for (const [kernel, size] of pairs) if (!isBroken && !isClosed) await raceOne(kernel, size);
    options.onRaces?.(races);
    const isUsed =
      wanted === 'webgl' ||
      (wanted === 'auto' && kernelNames.some((kernel) => racedSizes.some((size) => winnerOf(kernel, size) === 'webgl')));
    if (!isUsed) release(); // gives the context and its memory back
  };

  const start = async (): Promise<void> => {
    if (wanted === 'webgl') await load();
  };

  return {
    kernels: {
      stepLinear: (params, batch, rule) => engineFor('stepLinear', batch.offsets[batch.rows] ?? 0).stepLinear(params, batch, rule),
      stepFactors: (params, batch, rule) => engineFor('stepFactors', batch.rows * batch.dim * batch.dim).stepFactors(params, batch, rule),
      scoreTopK: (query, items, k) => engineFor('scoreTopK', items.rows * items.dim).scoreTopK(query, items, k),
    },
    engineFor,
    start,
    async idle() {
      if (isClosed || isBroken || wanted !== 'auto') return;
      if (isAwaited) await load();
      isAwaited = false;
      if (missing.size === 0) return;
      const pairs = kernelNames.flatMap((kernel) => racedSizes.map((size) => [kernel, size] as const));
      const asked = pairs.filter(([kernel, size]) => missing.has(`${kernel} ${size}`));
      missing.clear();
      await raceThese(asked);
    },
    async choose(next) {
      wanted = next;
      fallbacks = [];
      isBroken = false;
      missing.clear();
      if (next === 'reference') release();
      await start();
    },
    async race() {
      isBroken = false;
      fallbacks = [];
      await raceThese(kernelNames.flatMap((kernel) => racedSizes.map((size) => [kernel, size] as const)));
      return races;
    },
    async loseGpu() {
      if (webgl === null) return false;
      const engine = guard(webgl);
      webgl.loseContext();
      await engine.scoreTopK(Float32Array.of(1), { rows: 1, dim: 1, vectors: Float32Array.of(1) }, 1); // recovers, or falls back
      return true;
    },
    report() {
      const isActive =
        webgl !== null && !isBroken && (wanted === 'webgl' || races.some(({ kernel, size }) => winnerOf(kernel, size) === 'webgl'));
      const described = isActive ? webgl!.describe() : reference.describe();
      return { ...described, active: described.name, wanted, why: whyOf(wanted, isActive, fallbacks, races), races, fallbacks };
    },
    close() {
      isClosed = true;
      release();
      reference.close();
    },
  };
}

function whyOf(wanted: EngineName | 'auto', isWebgl: boolean, fallbacks: readonly EngineFallback[], races: readonly Race[]): string {
  const failure = fallbacks.at(-1)?.error;
  if (failure !== undefined && !isWebgl) return `webgl was left (${failure.code}): ${failure.message}`;
  if (wanted === 'webgl') return isWebgl ? 'the shop asked for webgl' : 'webgl is being loaded';
  if (wanted === 'reference') return 'the shop asked for reference';
  if (isWebgl) return 'webgl won a race on this device; what it did not win stays on reference';
  return races.length > 0 ? 'reference won the races on this device' : 'no work so far that a GPU could make faster';
}
