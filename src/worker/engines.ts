import type { EngineName, GpuEngine } from '../compute/engine.js';
import { createEngineSelector } from '../compute/select.js';
import { SdkError } from '../core/errors.js';
import type { LearningKernels } from '../core/profile/learn.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { EngineReport } from './api/worker-api.js';
import { deferred, type Clock } from './clock.js';

/** The engine in use, whichever it is: the service asks for kernels and never for a brand. */
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

export interface EnginesParts {
  readonly clock: Clock;
  readonly wanted: EngineName | 'auto';
  /** Where the chunk `webgl.js` lies; null for nowhere. */
  readonly webglUrl: string | null;
  readonly loadWebgl: (url: string) => Promise<GpuEngine>;
  readonly store: Pick<ProfileStore, 'getMeta' | 'setMeta'>;
  readonly onError: (error: SdkError) => void;
  readonly onIdleError: (error: unknown) => void;
}

const idleDelayMs = 3_000;

export async function createEngines(parts: EnginesParts): Promise<Engines> {
  const { clock, webglUrl, store } = parts;
  const selector = createEngineSelector({
    wanted: parts.wanted,
    loadWebgl: async () => {
      if (webglUrl === null) throw new SdkError('engine-unavailable', 'webgl is a chunk of its own; set chunkBase to where webgl.js lies');
      return parts.loadWebgl(webglUrl);
    },
    nowMs: () => clock.monotonicMs(),
    races: await store.getMeta('engineRaces'),
    onRaces: (races) => void store.setMeta('engineRaces', races).catch(parts.onIdleError),
    onFallback: ({ error }) => parts.onError(error),
  });
  let ready = selector.start();
  const idle = deferred(clock, idleDelayMs, () => selector.idle(), parts.onIdleError);
  const report = async (): Promise<EngineReport> => {
    await ready;
    const { active, wanted, why, device, textures, races, fallbacks } = selector.report();
    return { active, wanted, why, device, textures, races, notices: fallbacks.map(({ error: { code, message } }) => ({ code, message })) };
  };
  return {
    name: () => selector.report().active,
    kernels: () => selector.kernels,
    ready: () => ready,
    used: () => idle.request(),
    report,
    async choose(wanted) {
      ready = selector.choose(wanted);
      return report();
    },
    async race() {
      await ready;
      await selector.race();
      return report();
    },
    async loseGpu() {
      await ready;
      if (!(await selector.loseGpu()))
        throw new SdkError('engine-unavailable', 'no GPU is in use, so none can be lost; choose webgl first');
      return report();
    },
    close() {
      idle.cancel();
      selector.close();
    },
  };
}
