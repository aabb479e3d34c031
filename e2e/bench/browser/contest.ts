import { comparison, median, spread, type Figure } from '../figure.js';

/**
 * Who does a cell's work. All start with parameters and examples at hand in their own memory, and each turn ends with its result in an array
 * on the CPU.
 */
export interface Contender {
  /** `engine`: a fixed engine of ours, one call per step; `auto`: the selector after its race; `kernel`: ours without an engine around it; `other`: only for a `pair`. */
  readonly role: 'engine' | 'auto' | 'kernel' | 'tfjs' | 'other';
  /** For example “simd” or “tfjs wasm, hand-derived”. */
  readonly name: string;
  /** Examples in one step, of which a time is that of one; default 1. */
  readonly examplesPerStep?: number;
  /** Does it rest on an operation that overwrites its operand? Then the best of the others is told beside it. */
  readonly isInPlace?: boolean;
  /** Is work still under way when `steps` is done, so that only `result` tells its time? */
  readonly isGpu?: boolean;
  /** Before `count` steps, outside the clock. */
  prepare?(count: number): void | Promise<void>;
  steps(count: number): void | Promise<void>;
  /** What was computed, on the CPU: in the clock, and so that all can be seen to do the same work. */
  result(): Float32Array | Promise<Float32Array>;
  close?(): void;
}

export interface Contest {
  /** Of the cell. */
  readonly name: string;
  /** Of one step; times are in µs. */
  readonly unit: string;
  /** How many times as long the best of tfjs must take as our best engine; null for none. */
  readonly target: number | null;
  /** Instead of our best engine against the best of tfjs: this engine against that one. */
  readonly pair?: readonly [engine: string, against: string];
  /** Largest relative L2 distance of what a first step changes; null where contenders may differ (said at the cell). */
  readonly tolerance: number | null;
  /** The result before any step; absent for zeros. */
  readonly start?: Float32Array;
  /** Most steps of one turn, and of what is prepared at once: more than lies in a cache would cost time that is not the step's. */
  readonly mostSteps?: number;
  readonly stepsAtOnce?: number;
  readonly contenders: readonly (() => Contender | Promise<Contender>)[];
}

interface Entrant extends Contender {
  /** 0 for who was so slow that its only step is measured already. */
  readonly perTurn: number;
  /** Steps that are timed together. */
  readonly perSlice: number;
  /** µs per example, one for each slice. */
  readonly times: number[];
}

const turns = 15;
/** A turn lasts about so long … */
const turnMs = 60;
/** … and of tfjs at least so many steps, unless they take longer than `slowTurnMs`: in all ≥ 20 steps or 2 s. */
const fewestSteps = 2;
const slowTurnMs = 200;
/** Slower than this a step is measured once, after a first that warms up; slower than twice this, the first. */
const slowStepMs = 1500;
/**
 * A turn is timed in slices: shorter than what a busy machine gives to one process at a time, so that the median is of steps without
 * an interruption, for us as for tfjs. What reading the result took is spread over the turn's slices.
 */
const sliceMs = 2;

/**
 * Everybody by turns in one page; medians.
 * @returns  our best fixed engine against the best of tfjs; beside it, without a target, against the best that overwrites no operand,
 *           against the best `minimize`, and the bare kernel; `auto` against the fastest engine
 */
export async function hold(contest: Contest): Promise<readonly Figure[]> {
  const entrants = await admit(contest);
  for (let turn = 0; turn < turns; turn++) {
    for (const entrant of entrants) {
      if (entrant.perTurn > 0) entrant.times.push(...(await takeTurn(entrant, entrant.perTurn, entrant.perSlice)).times);
    }
  }
  for (const { name, times, perTurn, close } of entrants) {
    console.log(`  ${contest.name}: ${name} ${spread(times)} µs${perTurn === 0 ? ', one step only' : ''}`);
    close?.();
  }
  return figuresOf(contest, entrants);
}

/** Who can do the work at all, warmed up and checked against the first; who cannot is left out with the reason. */
async function admit(contest: Contest): Promise<readonly Entrant[]> {
  const entrants: Entrant[] = [];
  let expected: Float32Array | null = null;
  for (const open of contest.contenders) {
    let contender: Contender | null = null;
    try {
      contender = await open();
      const first = await takeTurn(contender, 1, 1); // compiles what there is to compile
      const { result } = first;
      expected ??= result.slice();
      const difference = relativeL2(result, expected, contest.start ?? new Float32Array(expected.length));
      if (contest.tolerance !== null && !(difference <= contest.tolerance))
        throw new Error(`another result: relative L2 ${difference.toPrecision(2)} from the first engine's`);
      entrants.push(first.ms > 2 * slowStepMs ? { ...contender, ...once(first) } : await paced(contender, contest));
    } catch (error) {
      console.log(
        `  ${contest.name}: ${contender?.name ?? 'a contender'} left out: ${error instanceof Error ? error.message : String(error)}`,
      );
      contender?.close?.();
    }
  }
  return entrants;
}

/** Finds how many steps fill a turn and a slice; that warms up, too. */
async function paced(contender: Contender, { mostSteps = Infinity, stepsAtOnce = Infinity }: Contest): Promise<Entrant> {
  let count = 1;
  let tried = await takeTurn(contender, count, 1);
  if (tried.ms > slowStepMs) return { ...contender, ...once(tried) };
  while (tried.ms < turnMs / 2 && count < mostSteps) {
    count = Math.min(mostSteps, Math.max(2 * count, Math.round((count * turnMs) / 4 / Math.max(tried.ms, 0.01))));
    tried = await takeTurn(contender, count, contender.isGpu === true ? count : Math.min(count, stepsAtOnce));
  }
  const stepMs = tried.ms / count;
  const fewest = fewestSteps * stepMs <= slowTurnMs ? fewestSteps : 1;
  const steps = Math.min(mostSteps, Math.max(fewest, Math.round(turnMs / stepMs)));
  const perSlice = contender.isGpu === true ? steps : Math.min(steps, stepsAtOnce, Math.max(1, Math.round(sliceMs / stepMs)));
  return { ...contender, perTurn: perSlice * Math.ceil(steps / perSlice), perSlice, times: [] };
}

const once = ({ times }: Turn): Pick<Entrant, 'perTurn' | 'perSlice' | 'times'> => ({ perTurn: 0, perSlice: 0, times: [...times] });

interface Turn {
  readonly ms: number;
  /** µs per example. */
  readonly times: readonly number[];
  readonly result: Float32Array;
}

async function takeTurn(contender: Contender, perTurn: number, perSlice: number): Promise<Turn> {
  const { examplesPerStep = 1 } = contender;
  const slices: { steps: number; ms: number }[] = [];
  for (let done = 0; done < perTurn; done += perSlice) {
    const steps = Math.min(perSlice, perTurn - done);
    await contender.prepare?.(steps);
    const startedAt = performance.now();
    const running = contender.steps(steps);
    if (running !== undefined) await running;
    slices.push({ steps, ms: performance.now() - startedAt });
  }
  const startedAt = performance.now();
  const result = await contender.result();
  const readMs = performance.now() - startedAt;
  return {
    ms: slices.reduce((sum, { ms }) => sum + ms, readMs),
    times: slices.map(({ steps, ms }) => (1000 * (ms / steps + readMs / perTurn)) / examplesPerStep),
    result,
  };
}

function figuresOf({ name, unit, target, pair }: Contest, entrants: readonly Entrant[]): readonly Figure[] {
  const placed = entrants.map(({ role, name, times, perTurn, isInPlace = false }) => ({
    role,
    isInPlace,
    name: perTurn === 0 ? `${name} (one step only)` : name,
    value: median(times),
  }));
  placed.sort((left, right) => left.value - right.value);
  const best = (role: Contender['role']) => placed.find((each) => each.role === role);
  const named = (wanted: string): Place | undefined => placed.find((each) => each.name === wanted);
  const versus = (name: string, ours: Place | undefined, against: Place | undefined, target: number | null): Figure[] =>
    ours === undefined || against === undefined ? [] : [{ ...comparison(name, ours.value, unit, against, target), engine: ours.name }];
  const minimize = placed.find((each) => each.role === 'tfjs' && each.name.includes('minimize'));
  const clean = placed.find((each) => each.role === 'tfjs' && !each.isInPlace);
  const hasBoth = placed.some((each) => each.role === 'tfjs' && each.name.includes('hand-derived'));
  return [
    ...(pair === undefined
      ? versus(name, best('engine'), best('tfjs'), target)
      : versus(`${name}-${pair[0]}`, named(pair[0]), named(pair[1]), target)),
    ...versus(`${name}-against-no-overwriting`, best('engine'), clean === best('tfjs') ? undefined : clean, null),
    ...versus(`${name}-against-minimize`, best('engine'), hasBoth ? minimize : undefined, null),
    ...versus(`${name}-kernel-alone`, best('kernel'), best('tfjs'), null),
    ...versus(`auto-${name}`, best('auto'), best('engine'), 1 / mostTimesFastest),
  ];
}

interface Place {
  readonly name: string;
  readonly value: number;
}

/** `auto` may need so many times what the fastest fixed engine needs. */
const mostTimesFastest = 1.25;

/** ‖got − want‖ / ‖want − start‖ */
function relativeL2(got: Float32Array, want: Float32Array, start: Float32Array): number {
  if (got.length !== want.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let at = 0; at < want.length; at++) {
    difference += (got[at]! - want[at]!) ** 2;
    size += (want[at]! - start[at]!) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}
