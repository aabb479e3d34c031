import type { Client } from 'homebody';

/** The public client as the script tag leaves it on the page. The shop reads from it; it never feeds it events. */

export type {
  Client,
  ClientStatus,
  EngineReport,
  ProfileView,
  RankResult,
  RoundStatus,
  SentView,
  TaskView,
  WhyPart,
  WhyResult,
} from 'homebody';

/**
 * The script tag stands before ours and both are deferred, so by now it has run or it never will.
 * @returns null where it was blocked or failed to load
 */
export function homebody(): Client | null {
  const found = (window as { homebody?: Partial<Client> }).homebody;
  return typeof found?.status === 'function' ? (found as Client) : null; // a client is the only thing with `status`
}
