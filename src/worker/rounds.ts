import type { Consent, RoundStatus } from './api/worker-api.js';

/** Private rounds as the service sees them. */
export interface Rounds {
  /**
   * What the shopper allows, everything that forbids it already taken into account. With `personalise` the published
   * model is fetched (the same bytes for everyone), with `contribute` the device takes part; a no stops at once.
   */
  setConsent(consent: Consent): Promise<void>;
  status(): Promise<RoundStatus>;
  /** Asks the endpoint now. Errors: `network` and the like where it does not answer; what is known of before stands in `status`. */
  refresh(): Promise<RoundStatus>;
  /** Everything the ledger of this origin holds, for the export. */
  ledger(): Promise<unknown>;
  /** Ends timers and aborts what is being sent. */
  stop(): void;
  /** Drops what was sent and what waits; the dates of spends stay. */
  erase(): Promise<void>;
}

export const noRounds: RoundStatus = { sent: [], bytesSent: 0, tasks: [] };
