import { toSdkError } from './core/errors.js';
import { hearDataLayer } from './page/adapters/hear-data-layer.js';
import { createPageClient } from './page/client.js';
import type { Client, ClientOptions } from './page/client-types.js';
import workerSource from './page/worker-source.js';

export { SdkError } from './core/errors.js';
export type { ErrorCode } from './core/errors.js';
export type { EventItem, EventType, NormalisedEvent } from './core/event.js';
export type { Item } from './core/item.js';
export type { Client, ClientOptions, ClientStatus, RankOptions, TrackInput } from './page/client-types.js';
export type {
  Belief,
  Consent,
  EngineReport,
  ForgetSelector,
  Notice,
  ProfileView,
  RankedItem,
  RankResult,
  RankRung,
  RoundStatus,
  SentView,
  TaskView,
  TimelineEntry,
  WhyPart,
  WhyResult,
} from './worker/api/worker-api.js';

/** In the one form that bundlers know: they carry each file along and put its new URL here; our own build leaves it alone. */
const chunks = {
  later: new URL(/* @vite-ignore */ './later.js', import.meta.url).href,
  simd: new URL(/* @vite-ignore */ './simd.js', import.meta.url).href,
  webgl: new URL(/* @vite-ignore */ './webgl.js', import.meta.url).href,
  rounds: new URL(/* @vite-ignore */ './rounds.js', import.meta.url).href,
  participation: new URL(/* @vite-ignore */ './participation.js', import.meta.url).href,
};

/**
 * The client of one site. Nothing starts, is stored or is sent before `consent({ personalise: true })`; safe to call where there is no
 * page (server rendering), where it stays inert. Errors: `invalid-options`.
 */
export function createClient(options: ClientOptions): Client {
  const client = createPageClient(options, { workerSource, chunks });
  if (options.dataLayer === true && typeof document !== 'undefined') {
    hearDataLayer(
      client,
      () => undefined,
      (thrown) => options.onError?.(toSdkError(thrown, 'internal')),
    );
  }
  return client;
}
