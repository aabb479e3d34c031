import type { EngineName } from '../compute/engine.js';
import { predictMs, SLOW_MS } from '../compute/race.js';
import type { EngineSelector, SelectorOptions } from '../compute/select.js';
import { toSdkError, SdkError } from '../core/errors.js';
import { stepFactors } from '../core/learners/factors.js';
import { stepLinear } from '../core/learners/linear.js';
import type { LearningKernels } from '../core/profile/learn.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { EngineReport } from './api/worker-api.js';
import { deferred, type Clock } from './clock.js';

/**
 * The engine in use, whichever it is: the service asks for kernels and never for a brand. Typed arrays until the shop forces another
 * engine, somebody races them, or a batch was so large that another could pay: only then the selector is loaded.
 */
export interface Engines {
  name(): EngineName;
  /** Good once `ready` has resolved: a forced engine is there, or its failure is told and `reference` stands in. */
  kernels(): LearningKernels;
  ready(): Promise<void>;
  /** Something was learned: races that were missing are run when it has been quiet for a while. */
  used(): void;
  report(): Promise<EngineReport>;
  choose(wanted: EngineName | 'auto'): Promise<EngineReport>;
  race(): Promise<EngineReport>;
  /** Errors: `engine-unavailable` where no GPU is in use. */
  loseGpu(): Promise<EngineReport>;
  close(): void;
}

export interface EnginesParts extends Required<Pick<SelectorOptions, 'loadSimd' | 'loadWebgl'>> {
  readonly clock: Clock;
  readonly wanted: EngineName | 'auto';
  /** Of the chunk `later.js`. */
  readonly loadSelector: () => Promise<(options: SelectorOptions) => EngineSelector>;
  readonly store: Pick<ProfileStore, 'getMeta' | 'setMeta'>;
  readonly onError: (error: SdkError) => void;
  readonly onIdleError: (error: unknown) => void;
}

const idleDelayMs = 3_000;

export function createEngines({ clock, loadSelector, loadSimd, loadWebgl, store, onError, onIdleError, ...parts }: EnginesParts): Engines {
  let { wanted } = parts;
  let selector: EngineSelector | null = null;
  let loading: Promise<EngineSelector> | null = null;
  /** Why the selector could not be had, since the last `choose()` or `race()`. */
  let failure: SdkError | null = null;
  let isClosed = false;
  /** Kernels and work of calls before the selector was there in which another engine could have paid. */
  let large: (readonly [keyof LearningKernels, number])[] = [];

  const load = async (): Promise<EngineSelector> => {
    const [create, races] = await Promise.all([loadSelector(), store.getMeta('engineRaces')]);
    selector = create({
      wanted,
      loadSimd,
      loadWebgl,
      nowMs: () => clock.monotonicMs(),
      races,
      onRaces: (newRaces) => void store.setMeta('engineRaces', newRaces).catch(onIdleError),
      onFallback: ({ error }) => onError(error),
    });
    if (isClosed) selector.close();
    return selector;
  };
  /** Never rejects: what cannot be loaded is told, and `reference` goes on. */
  const use = async (run: (selector: EngineSelector) => unknown): Promise<void> => {
    try {
      failure = null;
      loading ??= load();
      await run(await loading);
    } catch (thrown) {
      loading = selector && loading;
      onError((failure = toSdkError(thrown, 'engine-unavailable')));
    }
  };
  const start = (): Promise<void> =>
    (wanted !== 'auto' && wanted !== 'reference') || selector !== null
      ? use((loaded) => loaded.choose(wanted))
      : Promise.resolve(void (failure = null));

  const note = (kernel: keyof LearningKernels, work: number): void => {
    if (wanted === 'auto' && large.length < 9 && predictMs(kernel, work) >= SLOW_MS) large.push([kernel, work]);
  };
  const reference: LearningKernels = {
    async stepLinear(params, batch, rule) {
      note('stepLinear', batch.indices.length);
      return stepLinear(params, batch, rule);
    },
    async stepFactors(params, batch, rule) {
      note('stepFactors', batch.rows * batch.dim * batch.dim);
      return stepFactors(params, batch, rule);
    },
  };

  let ready = start();
  const idle = deferred(
    clock,
    idleDelayMs,
    async () => {
      if (failure !== null || (selector === null && large.length === 0)) return;
      await use(async (loaded) => {
        for (const [kernel, work] of large) loaded.engineFor(kernel, work); // it takes note of what it has no race for
        large = [];
        await loaded.idle();
      });
    },
    onIdleError,
  );
  const report = async (): Promise<EngineReport> => {
    await ready;
    if (selector === null && failure === null && (await store.getMeta('engineRaces')) !== undefined) await use(() => {}); // has raced before
    if (selector === null) {
      return {
        active: 'reference',
        wanted,
        why:
          failure?.message ?? (wanted === 'auto' ? 'no work so far that another engine could make faster' : 'the shop asked for reference'),
        device: 'CPU, typed arrays',
        textures: [],
        races: [],
        notices: failure === null ? [] : [{ code: failure.code, message: failure.message }],
      };
    }
    const { active, wanted: asked, why, device, textures, races, fallbacks } = selector.report();
    const notices = fallbacks.map(({ error: { code, message } }) => ({ code, message }));
    return { active, wanted: asked, why, device, textures, races, notices };
  };
  return {
    name: () => selector?.report().active ?? 'reference',
    kernels: () => selector?.kernels ?? reference,
    ready: () => ready,
    used: () => idle.request(),
    report,
    choose(next) {
      wanted = next;
      ready = start();
      return report();
    },
    async race() {
      await ready;
      await use((loaded) => loaded.race());
      return report();
    },
    async loseGpu() {
      await ready;
      if (!(await selector?.loseGpu()))
        throw new SdkError('engine-unavailable', 'no GPU is in use, so none can be lost; choose webgl first');
      return report();
    },
    close() {
      isClosed = true;
      idle.cancel();
      selector?.close();
    },
  };
}
