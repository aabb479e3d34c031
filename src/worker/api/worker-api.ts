import type { EngineName } from '../../compute/engine.js';
import type { ErrorCode } from '../../core/errors.js';
import type { QueuedEvent } from '../../core/event.js';
import type { Item } from '../../core/item.js';
import type { ForgetSelector } from '../../core/profile/selector.js';
import type { Belief } from '../../core/ranking/beliefs.js';
import type { Ranked as RankedItem, Rung as RankRung } from '../../core/ranking/rank.js';
import type { TimelineEntry } from '../../core/ranking/timeline.js';
import type { Why as WhyResult, WhyPart } from '../../core/ranking/why.js';

/** What core answers crosses the border as it is. */
export type { Belief, ForgetSelector, RankedItem, RankRung, TimelineEntry, WhyPart, WhyResult };

/** The worker border: types only, everything cloneable. Implemented by `worker/service.ts`, spoken through comlink. */

export const WORKER_PROTOCOL = 1;

export interface Consent {
  /** Learn and store on this device. */
  readonly personalise: boolean;
  /** Join private rounds. Never true under Global Privacy Control. */
  readonly contribute: boolean;
}

/** Absolute URLs of the lazily loaded modules. One each, because a shop's bundler gives each a name of its own. */
export interface ChunkUrls {
  readonly later: string;
  readonly simd: string;
  readonly webgl: string;
  readonly rounds: string;
  readonly participation: string;
}

export interface WorkerOptions {
  readonly protocol: number;
  /** Scope of every lock, channel, database and key: `homebody/<site>`. */
  readonly site: string;
  readonly storage: 'indexeddb' | 'memory';
  readonly engine: EngineName | 'auto';
  /** Null: what needs them reports `engine-unavailable`, and no round is joined. */
  readonly chunks: ChunkUrls | null;
  /** Absolute URL of the catalogue's manifest, or null for tier 0. */
  readonly catalogueUrl: string | null;
  /** Absolute URL of the rounds endpoint, or null. */
  readonly endpoint: string | null;
  /** Is the *page's* origin loopback? With a loopback endpoint this allows T_sep = 0. */
  readonly isLoopbackPage: boolean;
  readonly consent: Consent;
}

export interface OpenResult {
  readonly sdkVersion: string;
  readonly durable: boolean;
  readonly eventCount: number;
  readonly engine: EngineName;
  /** Why something fell back (memory instead of disk, reference instead of webgl …); empty on a good day. */
  readonly notices: readonly Notice[];
}

export interface Notice {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface IngestAck {
  /** Ids that are in the profile now (a duplicate counts as in). */
  readonly ids: readonly string[];
  /** Survives the death of this process? false in the memory fallback. */
  readonly durable: boolean;
  readonly dropped: readonly { readonly id: string; readonly reason: string }[];
}

export interface RankRequest {
  readonly list: string;
  /** The shop's own order. Tier 0 gives whole items; with a catalogue `{id}` is enough. */
  readonly items: readonly Item[];
  /** Remember the candidates, so that the order is made anew after each lesson (default true). */
  readonly remember?: boolean;
}

export interface RankResult {
  readonly list: string;
  readonly items: readonly RankedItem[];
  readonly rung: RankRung;
  /** Grows by one with every change of the profile or of the shared model. */
  readonly revision: number;
  readonly matched: number;
  readonly unmatched: number;
  /** Set when the default order was kept, with the reason. */
  readonly code?: ErrorCode;
}

export interface ProfileView {
  readonly eventCount: number;
  readonly beliefs: readonly Belief[];
  readonly timeline: readonly TimelineEntry[];
  /** How many events did not reach the profile, by reason; those of matters that are never learned are not counted. */
  readonly dropped: Readonly<Record<string, number>>;
  /** SHA-256 over all parameters, hex: equal before and after a kill of the worker or a lost GPU. */
  readonly paramsHash: string;
  readonly durable: boolean;
  readonly engine: EngineName;
}

export interface RoundStatus {
  /** Reports of ours so far, newest first. */
  readonly sent: readonly SentView[];
  readonly bytesSent: number;
  readonly tasks: readonly TaskView[];
}

export interface SentView {
  readonly reportId: string;
  readonly atMs: number;
  readonly sizeBytes: number;
  readonly bodyHash: string;
  /** The whole claim in one sentence. */
  readonly claim: string;
  readonly outcome: 'waiting' | 'sent' | 'expired' | 'refused';
}

export interface TaskView {
  readonly taskId: string;
  readonly policyHash: string;
  /** The policy in a shopper's words. */
  readonly summary: string;
  readonly claim: string;
  readonly round: number | null;
  readonly closesAtMs: number | null;
  readonly reports: number;
  readonly minimumBatch: number;
  readonly predictedError: number;
  readonly separationDays: number;
  /** Why this device does not take part, if it does not. */
  readonly refusal: Notice | null;
  readonly modelVersion: number;
  readonly model: {
    readonly version: number;
    readonly reports: number;
    readonly noiseL2: number;
    readonly cells: readonly { readonly name: string; readonly estimate: number; readonly share: number; readonly prior: number }[];
  } | null;
}

export interface EngineReport {
  readonly active: EngineName;
  readonly wanted: EngineName | 'auto';
  readonly why: string;
  readonly device: string;
  readonly textures: readonly (readonly [number, number])[];
  readonly races: readonly { readonly kernel: string; readonly size: number; readonly engine: EngineName; readonly bestMs: number }[];
  readonly notices: readonly Notice[];
}

/** What the worker tells without being asked. */
export type WorkerSignal =
  | { readonly kind: 'ranked'; readonly results: readonly RankResult[] }
  | { readonly kind: 'rounds'; readonly status: RoundStatus }
  | { readonly kind: 'notice'; readonly notice: Notice };

export interface WorkerApi {
  open(options: WorkerOptions): Promise<OpenResult>;
  ingest(events: readonly QueuedEvent[]): Promise<IngestAck>;
  rank(requests: readonly RankRequest[]): Promise<readonly RankResult[]>;
  why(list: string, itemId: string): Promise<WhyResult>;
  profile(): Promise<ProfileView>;
  /** Versioned readable JSON text of everything stored, ledger included. */
  exportProfile(): Promise<string>;
  forget(selector: ForgetSelector): Promise<{ readonly events: number }>;
  /** Deletes the databases of this site; the worker is of no use afterwards. */
  erase(): Promise<void>;
  setConsent(consent: Consent): Promise<void>;
  rounds(): Promise<RoundStatus>;
  /** Learns the newest task list and model now, and takes part if it may; else it happens on its own schedule. */
  refreshRounds(): Promise<RoundStatus>;
  engine(): Promise<EngineReport>;
  chooseEngine(wanted: EngineName | 'auto'): Promise<EngineReport>;
  raceEngines(): Promise<EngineReport>;
  /** Forces WEBGL_lose_context; answers after recovery. For demonstrations and tests. */
  loseGpu(): Promise<EngineReport>;
  /** `listener` is a comlink proxy. */
  listen(listener: (signal: WorkerSignal) => void): Promise<void>;
  close(): Promise<void>;
}
