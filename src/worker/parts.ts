import type { Engine, GpuEngine } from '../compute/engine.js';
import type { createEngineSelector } from '../compute/select.js';
import type { Catalogue } from '../core/catalogue/format.js';
import type { ProfileStore } from '../storage/profile-store.js';
import type { ChunkUrls, WorkerOptions } from './api/worker-api.js';
import type { Clock } from './clock.js';
import type { Rounds } from './rounds.js';
import type { SdkError } from '../core/errors.js';
import type { ModelHolder } from './model-holder.js';
import type { StoredEvent } from '../core/profile/records.js';
import type { RoundStatus } from './api/worker-api.js';

/** Everything of the platform that the service uses. `entry.ts` has the real ones, tests have their own. */
export interface ServiceParts {
  readonly clock: Clock;
  /** The durable store of a site; rejects where there is none. */
  readonly openProfileStore: (site: string) => Promise<ProfileStore>;
  /** SHA-256. */
  readonly digest: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
  /** The newest; `held` itself where that is it. */
  readonly loadCatalogue: (url: string, store: ProfileStore, held: Catalogue | null, chunks: ChunkUrls | null) => Promise<Catalogue>;
  /** Of the chunk `later.js`. */
  readonly loadSelector: (chunks: ChunkUrls | null) => Promise<typeof createEngineSelector>;
  /** The engine of the chunk `simd.js`. */
  readonly loadSimd: (url: string) => Promise<Engine>;
  /** The engine of the chunk `webgl.js`. */
  readonly loadWebgl: (url: string) => Promise<GpuEngine>;
  /** Null where this kind of worker never takes part. */
  readonly createRounds: (context: RoundsContext) => Rounds | null;
  /** Global Privacy Control of this browser. */
  readonly isGpc: () => boolean;
}

export interface RoundsContext {
  readonly options: WorkerOptions;
  /** Of the profile's store; where it does not last, no ledger is touched either. */
  readonly isDurable: boolean;
  readonly model: ModelHolder;
  /** What the log holds; the participant makes its histogram of it. */
  readonly events: () => Promise<readonly StoredEvent[]>;
  readonly onStatus: (status: RoundStatus) => void;
  readonly onError: (error: SdkError) => void;
}
