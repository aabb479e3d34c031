import type { SdkError } from '../core/errors.js';
import type {
  DenseBatch,
  EmbeddingBatch,
  EmbeddingParams,
  EmbeddingRule,
  FactorParams,
  FactorRule,
  ItemMatrix,
  LinearParams,
  LinearRule,
  MlpParams,
  MlpRule,
  QuantisedItems,
  SparseBatch,
  TopK,
} from '../core/learners/kernel-types.js';

/**
 * Few coarse kernels, so that an engine can fuse each of them. `reference` defines what is right; every other engine
 * agrees within a relative L2 of 1e-5. State is Float32, arithmetic of the reference float64 with one rounding per store.
 */
export type EngineName = 'reference' | 'simd' | 'webgl';

/**
 * Calls may overlap: an engine takes them one after the other. The caller's parameters are read when a call's turn comes and
 * changed in one go when its result has been verified; a call that rejects has changed nothing and can be repeated elsewhere.
 */
export interface Engine {
  readonly name: EngineName;
  /** Changes `params` in place, rows in order. Answers each row's score *before* its own update: [rows]. */
  stepLinear(params: LinearParams, batch: SparseBatch, rule: LinearRule): Promise<Float32Array>;
  /** Changes `params` in place, rows in order. Answers each row's score *before* its own update: [rows]. */
  stepFactors(params: FactorParams, batch: DenseBatch, rule: FactorRule): Promise<Float32Array>;
  /** `items.vectors` and `items.bias` are taken as immutable: an engine may keep them on the GPU, by identity. */
  scoreTopK(query: Float32Array, items: ItemMatrix, k: number): Promise<TopK>;
  /** What is known of the hardware behind it, for a person. */
  describe(): EngineDescription;
  close(): void;
}

/**
 * Every kernel of the house. The worker of a page asks for the few of `Engine`; training shared models (an operator's command,
 * a round over the history, the evaluation) asks for the rest, and only who asks for them loads them.
 */
export interface FullEngine extends Engine {
  /** Changes `params` in place, rows in order. Answers each row's score *before* its own update: [rows]. */
  stepEmbeddings(params: EmbeddingParams, batch: EmbeddingBatch, rule: EmbeddingRule): Promise<Float32Array>;
  /** Changes `params` in place, one step per group of rows. Answers each row's score *before* the step of its group: [rows]. */
  stepMlp(params: MlpParams, batch: DenseBatch, rule: MlpRule): Promise<Float32Array>;
  /** As `scoreTopK`; the query is quantised too. `items.codes` are taken as immutable. */
  scoreTopKInt8(query: Float32Array, items: QuantisedItems, k: number): Promise<TopK>;
}

/** An engine whose hardware can vanish. */
export interface GpuEngine extends Engine {
  /** Forces the loss of the context, as a driver reset would. For tests and demonstrations; the next call recovers. */
  loseContext(): void;
}

/** An engine with memory of its own in which the CPU can write too. */
export interface AllocatingEngine extends Engine {
  /**
   * Zeros, one array for each length: what lies there is never copied. What belongs together (all arrays of one `params`) must come
   * from one call. They stay good when the engine is closed.
   */
  allocate(...lengths: readonly number[]): Float32Array[];
}

export interface EngineDescription {
  readonly name: EngineName;
  /** For example the unmasked WebGL renderer string. */
  readonly device: string;
  /** GPU textures now held by parameters, each [width, height]; empty for the CPU. */
  readonly textures: readonly (readonly [number, number])[];
  /** How often the hardware was lost or refused and set up anew; absent for the CPU. */
  readonly recoveries?: number;
}

/** Why an engine was left, and for which: shown to the shop, never to a server. */
export interface EngineFallback {
  readonly from: EngineName;
  readonly to: EngineName;
  readonly error: SdkError;
}
