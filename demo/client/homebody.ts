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
 * The script tag is `async`: it may have run before us, or run later. Calls back at once in the first case; with null where it was blocked
 * or failed to load, which is certain when the page has loaded.
 */
export function withHomebody(use: (client: Client | null) => void): void {
  const host = window as { homebody?: Partial<Client> & { push?(use: (client: Client) => void): void } };
  const found = (): Client | null => (typeof host.homebody?.status === 'function' ? (host.homebody as Client) : null); // a client is the only thing with `status`
  if (found() !== null || document.readyState === 'complete') return use(found());
  let isTold = false;
  const tell = (client: Client | null): void => {
    if (!isTold) use(client);
    isTold = true;
  };
  host.homebody?.push?.(tell); // the stub keeps it
  addEventListener('load', () => tell(found()), { once: true });
}
