import type { SdkError } from '../core/errors.js';
import { createCandidate, kernelIn, type AnyKernel, type Candidate, type Rival } from './candidate.js';
import type { EngineDescription, EngineFallback, EngineName, FullEngine } from './engine.js';
import { copyCall, inventCall, inventedKernels, raceEngines, type Call, type InventedKernel } from './race-kernel.js';
import { createRaceBook } from './race-book.js';
import { kernelNames, predictMs, SLOW_MS, sizeClassOf, sizeIndexOf, workOf, type KernelName, type Race } from './race.js';
import { createReferenceEngine } from './reference.js';
import { whyOf } from './why-engine.js';

/**
 * Which engine does a piece of work. How a worker uses it:
 *
 *     const selector = createEngineSelector({ wanted: 'auto', loadSimd, loadWebgl, nowMs, races: await store.getMeta('engineRaces'), … });
 *     await selector.start();                          // loads a forced engine; with `auto` it does nothing
 *     await selector.kernels.stepLinear(params, …);    // each call goes to the engine for its size
 *     await selector.idle();                           // when nothing else is to be done: races that were missing
 *
 * `auto` is `reference` until a call is so large that another engine could pay; only then `idle()` loads chunks and races. A step
 * that fails there for good has changed nothing: it is repeated here on `reference`, the fallback is reported, and that engine is
 * left alone until the next `choose()` or `race()`. Nothing here rejects for another engine's sake.
 */
export interface EngineSelector<Name extends KernelName = InventedKernel> {
  /** Kernels that pick their engine call by call. */
  readonly kernels: Pick<FullEngine, Name>;
  /** @param work  as `workOf` tells it of a call */
  engineFor(kernel: Name, work: number): Rival;
  /** Zeros where the engines now loaded need no copies: for parameters and catalogues. One call for what belongs together. */
  allocate(...lengths: readonly number[]): Float32Array[];
  start(): Promise<void>;
  idle(): Promise<void>;
  choose(wanted: EngineName | 'auto'): Promise<void>;
  /** Races the kernels of a page now, in two sizes. */
  race(): Promise<readonly Race[]>;
  /** Forces the loss of the GPU and answers after recovery; false where no GPU is in use. */
  loseGpu(): Promise<boolean>;
  report(): SelectorReport;
  close(): void;
}

export interface SelectorOptions {
  readonly wanted: EngineName | 'auto';
  /** Load the chunk and make the engine. Called only when it is forced, won an earlier race, or is raced. Absent: not to be had. */
  readonly loadSimd?: () => Promise<Rival>;
  readonly loadWebgl?: () => Promise<Rival>;
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

/** What to choose from, beyond the options. */
export interface SelectorSetup {
  /** Has every kernel that is asked for. */
  readonly reference: Rival;
  /** `simd` is loaded at the start and raced for calls of any size: for training, where small calls come by the million. */
  readonly isTraining: boolean;
}

export function createEngineSelector(options: SelectorOptions): EngineSelector {
  return createSelector(options, { reference: createReferenceEngine(), isTraining: false });
}

type Cell = `${KernelName} ${number}`;

export function createSelector<Name extends KernelName>(
  { loadSimd, loadWebgl, nowMs, ...options }: SelectorOptions,
  { reference, isTraining }: SelectorSetup,
): EngineSelector<Name> {
  let { wanted } = options;
  let fallbacks: EngineFallback[] = [];
  let isClosed = false;
  /** Calls whose size has no race to go by; null where only the size is known. */
  const missing = new Map<Cell, Call | null>();
  /** What was raced since the last `choose()` or `race()`: who was not in it then has no such kernel. */
  const tried = new Set<Cell>();
  /** Whose kernel takes each place of a size, as far as it was looked up. */
  let choices: Partial<Record<KernelName, AnyKernel[]>> = {};

  const candidateOf = (name: EngineName, load: (() => Promise<Rival>) | undefined, fromMs: number): readonly Candidate[] => {
    if (load === undefined) return [];
    const onFail = (error: SdkError): void => {
      const fallback: EngineFallback = { from: name, to: 'reference', error };
      fallbacks.push(fallback);
      options.onFallback?.(fallback);
    };
    return [createCandidate({ name, load, fromMs, reference, onFail, onChange: () => (choices = {}) })];
  };
  const candidates = [...candidateOf('simd', loadSimd, isTraining ? 0 : SLOW_MS), ...candidateOf('webgl', loadWebgl, SLOW_MS)];

  const isUsable = (name: EngineName): boolean => name === 'reference' || candidates.some((each) => each.name === name && !each.isBroken());
  const races = createRaceBook(options.races, isUsable);
  /** @returns  who may be faster for calls of a size, which is the least of its class */
  const worthTrying = (kernel: KernelName, size: number): readonly Candidate[] =>
    candidates.filter(({ fromMs, isBroken }) => !isBroken() && predictMs(kernel, size * 4) >= fromMs);
  const preferred = (kernel: KernelName, work: number, call: Call | null): EngineName | undefined => {
    if (wanted !== 'auto') return wanted;
    const size = sizeClassOf(work);
    const cell = `${kernel} ${size}` as const;
    const rivals = worthTrying(kernel, size);
    const ranking = rivals.length === 0 ? [] : races.ranking(kernel, size);
    if (rivals.some(({ name }) => ranking.every(({ engine }) => engine !== name)) && !tried.has(cell)) missing.set(cell, call);
    return ranking[0]?.engine;
  };
  const engineOf = (kernel: KernelName, work: number, call: Call | null): Rival => {
    const name = preferred(kernel, work, call);
    const guarded = candidates.find((each) => each.name === name && !each.isBroken())?.guarded();
    return guarded?.[kernel] === undefined ? reference : guarded;
  };
  const kernelOf = (name: KernelName): AnyKernel => {
    const measure = workOf[name] as (...call: Call) => number;
    return (first, second, third) => {
      const work = measure(first, second, third);
      const place = sizeIndexOf(work);
      const chosen = (choices[name] ??= []);
      return (chosen[place] ??= kernelIn(engineOf(name, work, [first, second, third]), name)!)(first, second, third);
    };
  };

  const allocate = (...lengths: readonly number[]): Float32Array[] => {
    const owner = candidates.find((each) => each.engine()?.allocate !== undefined && (wanted === 'auto' || wanted === each.name));
    return owner?.engine()!.allocate!(...lengths) ?? lengths.map((length) => new Float32Array(length));
  };

  const raceOne = async (kernel: KernelName, size: number, asked: Call | null): Promise<void> => {
    const invented = inventedKernels.find((name) => name === kernel);
    const call = asked ?? (invented === undefined ? null : inventCall(invented, size));
    const rivals = worthTrying(kernel, size);
    if (call === null || rivals.length === 0) return;
    for (const rival of rivals) await rival.load();
    const racers = [reference, ...rivals.flatMap((rival) => rival.engine() ?? [])].flatMap((engine) => {
      const run = kernelIn(engine, kernel);
      const args = copyCall(call, allocate);
      return run === undefined ? [] : [{ engine: engine.name, run: () => run(...args) }];
    });
    const results = await raceEngines(racers, predictMs(kernel, size * 4), nowMs, (name, error) =>
      rivals.find((rival) => rival.name === name)?.fail(error),
    );
    races.replace(kernel, size, results);
  };
  const raceThese = async (cells: Iterable<readonly [Cell, Call | null]>): Promise<void> => {
    for (const [cell, call] of cells) {
      const [kernel, size] = cell.split(' ') as [KernelName, string];
      tried.add(cell);
      if (!isClosed) await raceOne(kernel, Number(size), call);
    }
    choices = {};
    options.onRaces?.(races.all());
    const isKept = (each: Candidate): boolean => wanted === each.name || each.fromMs === 0 || (wanted === 'auto' && races.wins(each.name));
    for (const candidate of candidates) if (!isKept(candidate)) candidate.release(); // gives a context and its memory back
  };
  const start = async (): Promise<void> => {
    for (const candidate of candidates)
      if (wanted === candidate.name || (wanted === 'auto' && candidate.fromMs === 0)) await candidate.load();
  };

  return {
    // `kernelOf` passes on what came, so each is of the type of its kernel.
    kernels: Object.fromEntries(
      kernelNames.filter((name) => reference[name] !== undefined).map((name) => [name, kernelOf(name)]),
    ) as unknown as Pick<FullEngine, Name>,
    engineFor: (kernel, work) => engineOf(kernel, work, null),
    allocate,
    start,
    async idle() {
      if (isClosed || wanted !== 'auto') return;
      for (const candidate of candidates) if (races.wins(candidate.name)) await candidate.load();
      const cells = [...missing];
      missing.clear();
      if (cells.length > 0) await raceThese(cells);
    },
    async choose(next) {
      wanted = next;
      fallbacks = [];
      missing.clear();
      tried.clear();
      choices = {};
      for (const candidate of candidates) {
        candidate.mend();
        if (next !== 'auto' && next !== candidate.name) candidate.release();
      }
      await start();
    },
    async race() {
      for (const candidate of candidates) candidate.mend();
      fallbacks = [];
      tried.clear();
      const medium = (kernel: KernelName): number => sizeClassOf(SLOW_MS / predictMs(kernel, 1));
      await raceThese(inventedKernels.flatMap((kernel) => [1, 16].map((times) => [`${kernel} ${medium(kernel) * times}`, null] as const)));
      return races.all();
    },
    async loseGpu() {
      const candidate = candidates.find((each) => each.engine()?.loseContext !== undefined);
      if (candidate === undefined) return false;
      candidate.engine()!.loseContext!();
      // Recovers, or falls back.
      await candidate.guarded()!.scoreTopK!(Float32Array.of(1), { rows: 1, dim: 1, vectors: Float32Array.of(1) }, 1);
      return true;
    },
    report() {
      const active = candidates.findLast(
        (each) => each.engine() !== null && isUsable(each.name) && (wanted === each.name || (wanted === 'auto' && races.wins(each.name))),
      );
      const described = (active?.engine() ?? reference).describe();
      return {
        ...described,
        active: described.name,
        wanted,
        why: whyOf(wanted, active?.name, fallbacks, races.all().length > 0),
        races: races.all(),
        fallbacks,
      };
    },
    close() {
      isClosed = true;
      for (const candidate of candidates) candidate.release();
      reference.close();
    },
  };
}
