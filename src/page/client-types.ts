import type { EngineName } from '../compute/engine.js';
import type { SdkError } from '../core/errors.js';
import type { EventItem, NormalisedEvent } from '../core/event.js';
import type { Item } from '../core/item.js';
import type { Consent, EngineReport, ForgetSelector, ProfileView, RankResult, RoundStatus, WhyResult } from '../worker/api/worker-api.js';

/** The public surface of the page. `page/client.ts` implements it; `index.ts` lists it. */

export interface ClientOptions {
  /** Scope of everything stored: lower-case letters, digits, dots, dashes; at most 64. */
  readonly site: string;
  /** `memory` keeps nothing and never contributes. Default `indexeddb`. */
  readonly storage?: 'indexeddb' | 'memory';
  /** Default `auto`. */
  readonly engine?: EngineName | 'auto';
  /** URL of the catalogue manifest that `homebody catalogue build` wrote. Default: none (tier 0). */
  readonly catalogue?: string;
  /** Base URL of the rounds endpoint. Default: none, nothing is ever sent. */
  readonly endpoint?: string;
  /** Same-origin worker file, for a CSP that forbids blob workers. Default: the inlined source. */
  readonly workerUrl?: string;
  /** Where the lazy chunks lie. Default: beside the module or script. */
  readonly chunkBase?: string;
  /** Default `/homebody.json` on the page's origin; `false` to do without a switch. */
  readonly switchUrl?: string | false;
  /** `true`: listen to `window.dataLayer` (GA4). Default false for modules, true for the script tag. */
  readonly dataLayer?: boolean;
  /** Everything that went wrong comes here; nothing is thrown into the page by `track`. */
  readonly onError?: (error: SdkError) => void;
}

/** What `track` takes: a GA4 ecommerce event in normalised words. */
export interface TrackInput {
  readonly type: Exclude<NormalisedEvent['type'], 'catalog' | 'consent'>;
  readonly items?: readonly (EventItem & Pick<Item, 'tags'>)[];
  readonly list?: NormalisedEvent['list'];
  readonly query?: string;
  readonly value?: number;
  readonly currency?: string;
  readonly orderId?: string;
  readonly eventId?: string;
}

export interface RankOptions {
  /** After this many milliseconds the shop's order is answered with code `deadline-exceeded`. Default 50. */
  readonly deadlineMs?: number;
}

export interface ClientStatus {
  readonly phase: 'idle' | 'starting' | 'ready' | 'off' | 'closed';
  readonly consent: Consent;
  readonly paused: boolean;
  readonly durable: boolean;
  readonly engine: EngineName | null;
  readonly bytesSent: number;
  /** Why ranking or storing is not as it should be; null on a good day. */
  readonly error: SdkError | null;
}

export interface Client {
  readonly site: string;
  status(): ClientStatus;
  /** Records an event. Never throws, returns at once (≤ 5 µs), keeps at most 1,000 events before consent, in memory. */
  track(event: TrackInput | NormalisedEvent): void;
  /** Resolves when everything tracked so far is acknowledged (durable where the store is). */
  flush(): Promise<void>;
  /** Never rejects: the shop's order with a code where anything is amiss. */
  rank(list: string, items: readonly Item[], options?: RankOptions): Promise<RankResult>;
  /** The best order known now, without waiting: the last answer, else the mirrored one, else the shop's. */
  peek(list: string, items: readonly Item[]): RankResult;
  /** Calls back with each new order of a list, and at once with the last known one. Returns the way out. */
  subscribe(list: string, listener: (result: RankResult) => void): () => void;
  /** Calls back on each change of `status()`. Returns the way out. */
  onStatus(listener: (status: ClientStatus) => void): () => void;
  why(list: string, itemId: string): Promise<WhyResult>;
  /** Both off by default. A yes is stored; a no removes it. Withdrawing personalise stops at once and keeps the data until `erase`. */
  consent(change: Partial<Consent>): Promise<void>;
  /** “Shopping for someone else”: nothing is recorded until `pause(false)`. */
  pause(paused: boolean): void;
  readonly profile: {
    get(): Promise<ProfileView>;
    export(): Promise<string>;
    forget(selector: ForgetSelector): Promise<{ readonly events: number }>;
    /** Removes databases of the site, order mirror, consent and coins; spend dates stay. */
    erase(): Promise<void>;
  };
  readonly rounds: {
    status(): Promise<RoundStatus>;
    /** Asks the endpoint now. Errors: `network` where it does not answer. */
    refresh(): Promise<RoundStatus>;
    subscribe(listener: (status: RoundStatus) => void): () => void;
  };
  readonly engine: {
    report(): Promise<EngineReport>;
    choose(engine: EngineName | 'auto'): Promise<EngineReport>;
    race(): Promise<EngineReport>;
    loseGpu(): Promise<EngineReport>;
    /** Terminates the worker as a crash would; it is restarted by the next call. For demonstrations and tests. */
    killWorker(): void;
  };
  close(): Promise<void>;
}
