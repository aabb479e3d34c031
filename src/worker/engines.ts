import type { EngineName } from '../compute/engine.js';
import type { LearningKernels } from '../core/profile/learn.js';
import type { EngineReport } from './api/worker-api.js';

/** The engine in use, whichever it is: the service asks for kernels and never for a brand. */
export interface Engines {
  /** Loads a forced engine or the remembered winner; falls back to `reference` with a notice, never rejects. */
  start(): Promise<void>;
  name(): EngineName;
  kernels(): LearningKernels;
  report(): Promise<EngineReport>;
  choose(wanted: EngineName | 'auto'): Promise<void>;
  race(): Promise<void>;
  loseGpu(): Promise<void>;
  close(): void;
}
