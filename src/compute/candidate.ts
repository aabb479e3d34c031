import { toSdkError, type SdkError } from '../core/errors.js';
import type { AllocatingEngine, Engine, EngineName, FullEngine, GpuEngine } from './engine.js';
import { kernelNames, type KernelName } from './race.js';

/** An engine with all kernels or some. */
export type Rival = Pick<Engine, 'name' | 'describe' | 'close'> &
  Partial<Pick<FullEngine, KernelName> & Pick<GpuEngine, 'loseContext'> & Pick<AllocatingEngine, 'allocate'>>;

/** Any kernel, where it does not matter which. All take three arguments; to spread them costs as much as a small step. */
export type AnyKernel = (first: unknown, second: unknown, third: unknown) => Promise<unknown>;

export function kernelIn(engine: Rival, name: KernelName): AnyKernel | undefined {
  return engine[name] as AnyKernel | undefined;
}

/** An engine that may be chosen: loaded when it is wanted, left when it fails. */
export interface Candidate {
  readonly name: EngineName;
  /** Raced where `reference` is predicted to need so long for a call. */
  readonly fromMs: number;
  /** Null before `load()`, after `release()`. */
  engine(): Rival | null;
  /** The same, with the reference engine under it as a net. */
  guarded(): Rival | null;
  isBroken(): boolean;
  /** It gets another chance. */
  mend(): void;
  /** Never rejects. */
  load(): Promise<void>;
  release(): void;
  fail(error: unknown): void;
}

export interface CandidateParts {
  readonly name: EngineName;
  readonly fromMs: number;
  readonly load: () => Promise<Rival>;
  readonly reference: Rival;
  readonly onFail: (error: SdkError) => void;
  /** It came, went or failed. */
  readonly onChange: () => void;
}

export function createCandidate({ name, fromMs, load, reference, onFail, onChange }: CandidateParts): Candidate {
  let engine: Rival | null = null;
  let guarded: Rival | null = null;
  let loading: Promise<void> | null = null;
  let isBroken = false;
  /** Who has been released does not come back by a chunk that arrives late. */
  let loads = 0;

  const fail = (error: unknown): void => {
    isBroken = true;
    onChange();
    onFail(toSdkError(error, 'engine-lost'));
  };
  /** A rejected step has changed nothing: it is repeated. Where its arguments are wrong, `reference` rejects them too. */
  const guard = (bare: Rival): Rival => {
    const net: Partial<Record<KernelName, AnyKernel>> = {};
    for (const kernel of kernelNames) {
      const run = kernelIn(bare, kernel);
      if (run === undefined) continue;
      net[kernel] = (first, second, third) =>
        run(first, second, third).catch(async (error: unknown) => {
          const result = await kernelIn(reference, kernel)!(first, second, third);
          fail(error);
          return result;
        });
    }
    return { ...bare, ...net } as Rival;
  };
  const release = (): void => {
    loads++;
    engine?.close();
    engine = guarded = loading = null;
    onChange();
  };
  return {
    name,
    fromMs,
    engine: () => engine,
    guarded: () => guarded,
    isBroken: () => isBroken,
    mend: () => void (isBroken = false),
    load() {
      if (engine !== null) return Promise.resolve();
      const own = loads;
      loading ??= load()
        .then((loaded) => {
          if (own !== loads) return loaded.close();
          engine = loaded;
          guarded = guard(loaded);
          onChange();
        })
        .catch((error: unknown) => own === loads && fail(toSdkError(error, 'engine-unavailable')))
        .then(() => void (loading = null));
      return loading;
    },
    release,
    fail,
  };
}
